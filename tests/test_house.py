"""The house of docs/house.md: its rooms and its nevers, as far as ruff and import-linter do not hold them."""

from __future__ import annotations

import ast
import fnmatch
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("data", "maps", "layouts", "callbacks", "reports", "api")
TOP = {
    *ROOMS,
    *(".ci", ".env.example", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "app.py"),
    *("assets", "docs", "pyproject.toml", "requirements-dev.txt", "requirements.txt", "tests"),
}
TEST_FOLDERS = {*ROOMS, "benchmarks", "browser", "security", "support"}

CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
# data/masking.py shows no Chinese: it reads what citizens write.
CHINESE_HOMES = ("data/words/", "data/indicators.py", "data/cities/", "data/masking.py", "reports/templates/")

# The clock is read by the command line, callbacks and jobs; these rooms take the instant that they are given.
CLOCKLESS = ("data", "maps", "layouts")

# Every package needs it on paper; it comes with the virtual environment and nothing here imports it.
UNPINNED = {"setuptools"}


def is_local(name: str) -> bool:
    """Whether git ignores a top-level entry of this name, or is it."""
    patterns = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return name == ".git" or any(fnmatch.fnmatch(name, pattern.rstrip("/")) for pattern in patterns)


def house_files() -> list[Path]:
    return [ROOT / "app.py", *(path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))]


def parsed(paths: list[Path]) -> dict[str, ast.Module]:
    """The syntax tree of each file that is there, under its name from the root."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
        if path.exists()
    }


@pytest.fixture(scope="module")
def house() -> dict[str, ast.Module]:
    return parsed(house_files())


def docstrings(tree: ast.Module) -> set[int]:
    """The ids of the constants that stand alone as a statement: docstrings, of attributes too."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def imported(tree: ast.Module) -> Iterator[str]:
    """The top-level names of the packages that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def pins(*names: str) -> dict[str, Requirement]:
    """The requirements of the files under their canonical names."""
    lines = [line for name in names for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    requirements = [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def needed(given: Mapping[str, Requirement]) -> set[str]:
    """The canonical names of everything that the requirements bring along, with themselves."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = list(given.values())
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in found:
            continue
        found.add(key)
        extras = requirement.extras or {""}
        for text in distribution(requirement.name).requires or ():
            further = Requirement(text)
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(further)
    return {name for name, _ in found} - UNPINNED


def test_nothing_stands_beside_the_rooms() -> None:
    assert {path.name for path in ROOT.iterdir() if not is_local(path.name)} - TOP == set()


def test_the_tests_mirror_the_rooms() -> None:
    folders = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"
    }
    assert folders - TEST_FOLDERS == set()


def test_no_import_stands_inside_a_function(house: dict[str, ast.Module]) -> None:
    inside = {
        f"{name}:{node.lineno}"
        for name, tree in house.items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert inside == set()


def test_chinese_stands_in_the_words_and_the_indicators_alone(house: dict[str, ast.Module]) -> None:
    strays = [
        f"{name}:{node.lineno}: {node.value}"
        for name, tree in house.items()
        if not name.startswith(CHINESE_HOMES)
        for spare in [docstrings(tree)]
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spare
        if CHINESE.search(node.value)
    ]
    assert strays == []


def test_the_assets_hold_no_chinese() -> None:
    files = [path for path in (ROOT / "assets").rglob("*") if path.suffix in (".js", ".css")]
    assert [path.name for path in files if CHINESE.search(path.read_text(encoding="utf-8"))] == []


def test_dash_checks_every_callback(house: dict[str, ast.Module]) -> None:
    assert [
        name for name in house if "suppress_callback_exceptions" in (ROOT / name).read_text("utf-8")
    ] == []


def test_no_frame_stands_at_module_level(house: dict[str, ast.Module]) -> None:
    frames = [
        f"{name}:{call.lineno}"
        for name, tree in house.items()
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None
        for call in ast.walk(statement.value)
        if isinstance(call, ast.Call)
        if re.fullmatch(r"(.*\.)?((Geo)?(DataFrame|Series)|read_\w+)", ast.unparse(call.func))
    ]
    assert frames == []


def test_the_clock_is_read_at_the_edges(house: dict[str, ast.Module]) -> None:
    readers = [
        name
        for name, tree in house.items()
        if name.split("/")[0] in CLOCKLESS
        for node in ast.walk(tree)
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "data.clocks"
            and any(alias.name == "now" for alias in node.names)
        )
        or (isinstance(node, ast.Attribute) and ast.unparse(node) == "clocks.now")
    ]
    assert readers == []


@pytest.mark.parametrize(
    ("files", "requirements"),
    [
        (house_files(), ("requirements.txt",)),
        (sorted((ROOT / "tests").rglob("*.py")), ("requirements.txt", "requirements-dev.txt")),
    ],
    ids=["house", "tests"],
)
def test_every_import_is_pinned(files: list[Path], requirements: tuple[str, ...]) -> None:
    ours = {*ROOMS, "app", "tests"}
    foreign = {name for tree in parsed(files).values() for name in imported(tree)} - ours
    homes = packages_distributions()
    pinned = set(pins(*requirements))
    loose = {
        name
        for name in foreign - sys.stdlib_module_names
        if not pinned & {canonicalize_name(home) for home in homes.get(name, ())}
    }
    assert loose == set()


def test_everything_that_a_package_brings_along_is_pinned() -> None:
    for files in (("requirements.txt",), ("requirements.txt", "requirements-dev.txt")):
        pinned = pins(*files)
        assert needed(pinned) - set(pinned) == set()
        assert [
            name for name, pin in pinned.items() if not re.fullmatch(r"==[\d.]+", str(pin.specifier))
        ] == []


def test_the_installed_packages_are_the_pinned_ones() -> None:
    pinned = pins("requirements.txt", "requirements-dev.txt")
    other = {name for name, pin in pinned.items() if not pin.specifier.contains(distribution(name).version)}
    assert other == set(), "run `make test`, which installs the pinned versions"
