# make run    the dashboard on http://127.0.0.1:8050
# make city   the demonstration's full history in place of the small one that `make run` makes
# make test   the tests, with everything they need
# make check  format, lint, types, import rules, tests
# make bench  the measurements of docs/performance.md
# make soak   the wall for HOURS=1 (or 72) at twenty times the true rate, with a verdict
# make docs   the generated pages and examples
# make clean  removes .venv and caches; never var/, where the data are

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# Three processes for two processors: browsers and servers are waited for. tests/conftest.py puts the long files first.
PYTEST_ARGS ?= -n 3 --dist loadfile --no-loadscope-reorder
HOURS ?= 1
export PYTHON

.PHONY: run city test check bench soak docs clean

run: $(VENV)/.installed
	@echo "Starting Yiping …"
	@exec $(PY) app.py run

city: $(VENV)/.installed
	@$(PY) app.py demo --events 4726000 --replace

test: $(VENV)/.installed-dev
	@bash tests/install.sh
	@$(PY) -m pytest $(PYTEST_ARGS)

check: $(VENV)/.installed-dev
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(MAKE) test

bench: $(VENV)/.installed-dev
	@bash tests/install.sh
	@$(PY) -m tests.benchmarks

soak: $(VENV)/.installed-dev
	@bash tests/install.sh
	@$(PY) -m tests.benchmarks.soak --hours $(HOURS)

docs: $(VENV)/.installed-dev
	@$(PY) -m tests.support.docs

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@bash .ci/venv $(VENV)
	@touch $@

# pip's own progress bars vanish in a pipe, so its "Collecting" lines are the progress.
# The stamps are touched after the work: a run that was broken off begins again.
define install
@echo "Installing $(1) into $(VENV): some minutes the first time, most of it downloads."
@PYTHONUNBUFFERED=1 $(PY) -m pip install --disable-pip-version-check --no-input -r $(1) \
	| sed -u -n -E 's/^Collecting ([^ ]+).*/  \1/p; s/^Installing collected packages.*/  unpacking …/p'
@touch $@
endef

$(VENV)/.installed: requirements.txt $(VENV)/.made
	$(call install,$<)

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(call install,$<)
