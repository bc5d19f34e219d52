"""The figures that a reader finds in the PDF are the queries', digit for digit, for scopes and days at random."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pypdf
import pytest

from data.answers import Question
from data.bulletinplan import BulletinPlan
from data.clocks import date_of
from data.indicators import FOUR_RATES, INDICATORS, OVERDUE_OPEN, Figure, shown
from data.periods import days
from data.queries.figures import by_channel, by_grid, totals
from reports.content import content
from reports.render import Setter
from reports.wording import document
from tests.reports.content.test_content import told
from tests.support.asked import Past
from tests.support.city import CITY, DISTRICT, STREET

PLAN = BulletinPlan()


@pytest.fixture(scope="module")
def setter() -> Iterator[Setter]:
    with Setter() as made:
        yield made


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def cells(key: str, numerator: int, denominator: int | None) -> tuple[str, str]:
    value = Figure(key, numerator / denominator if denominator else None, numerator, denominator).value
    return shown(key, value), f"{denominator or 0:,}"


@pytest.mark.parametrize("scope", [CITY, DISTRICT, STREET])
def test_the_pdf_says_what_the_queries_say(past: Past, setter: Setter, tmp_path: Path, scope: str) -> None:
    chance = Random(f"{scope} {past.reference.zone}")
    clock = past.reference.clock
    first = date_of(clock.day_number(past.period.start))
    day: date = first + timedelta(days=chance.randint(2, 7))
    period = days(clock, day, day + timedelta(days=1))
    as_of = clock.at(datetime.combine(day, time(chance.randint(12, 23), chance.randint(0, 59))))
    out = tmp_path / "paper.pdf"
    setter.pdf(document(content(past.store, "evening", scope, period, as_of, PLAN)), out)
    seen = squeezed("".join(page.extract_text() for page in pypdf.PdfReader(out).pages))

    question = Question(scope, period, as_of)
    figures = totals(past.store, question)
    for key in FOUR_RATES:
        figure = figures[key]
        row = f"{INDICATORS[key].label}{shown(key, figure.value)}{figure.numerator:,}/{figure.denominator or 0:,}"
        assert row in seen
    for key in ("received", "closed", OVERDUE_OPEN):
        assert f"{figures[key].numerator:,}件" in seen
    for depth in range(past.reference.tree.get(scope).depth + 1, 3 if scope == CITY else 4):
        if scope == STREET and depth < 3:
            continue
        grids = told(by_grid(past.store, question, depth))
        for (code, own), told_figures in grids.items():
            if own:
                continue
            (received, _) = told_figures["received"]
            row = past.reference.tree.get(code).name + f"{received:,}"
            row += "".join("".join(cells(key, *told_figures[key])) for key in FOUR_RATES)
            row += f"{told_figures[OVERDUE_OPEN][0]:,}"
            # The city's table of level-1 grids names the district between.
            pattern = re.escape(squeezed(row))
            name = re.escape(squeezed(past.reference.tree.get(code).name))
            above = r"(?:district\d+)?" if depth == 2 and scope == CITY else ""
            assert re.search(pattern.replace(name, name + above, 1), seen), row
        if scope != CITY:
            break
    channels = told(by_channel(past.store, question, ("received",)))
    for (code, _), told_figures in channels.items():
        count = told_figures["received"][0]
        if count:
            share = shown("completion", count / figures["received"].numerator)
            assert squeezed(f"{past.reference.channels[code].name}{count:,}{share}") in seen
