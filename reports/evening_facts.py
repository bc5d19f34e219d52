"""What the evening bulletin says, gathered from the store."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pandas as pd

from data.answers import Question
from data.clocks import Instant, ZoneClock
from data.periods import Period, days
from data.queries.figures import rank, totals
from data.queries.lists import last_reports
from data.ranking import MINIMUM_DUE
from data.reference import reference
from data.store import Store
from reports.evening import EveningFacts, RankRow, SourceState

HOUR = time(20, 0)
"""The bulletin's hour, local time."""

RANKED_BY = "handling_timeliness"


def evening_facts(store: Store, scope: str, day: date, now: Instant) -> EveningFacts:
    """The facts of a local day's evening bulletin: as of eight in the evening, or of `now` while that is to come, and
    beside them those of the day before until the same time.

    Raises ValueError for a day that has not begun, NoCity and UnknownGrid.
    """
    city = reference(store)
    clock = city.clock
    if clock.at(day) > now:
        raise ValueError(
            f"expected a day that has begun in {city.name}, found {day}: give today or an earlier day"
        )
    as_of = min(now, clock.at(datetime.combine(day, HOUR)))
    yesterday = day - timedelta(days=1)
    wall = clock.local(as_of).replace(tzinfo=None)
    before_at = clock.at(datetime.combine(yesterday, wall.time()))
    today = Question(scope, _day(clock, day), as_of)
    grids = rank(store, today, RANKED_BY)
    return EveningFacts(
        city=city.name,
        scope=city.tree.get(scope).name,
        date=day,
        as_of=as_of,
        zone=city.zone,
        organisation=city.config.get("issuer") or city.name,
        number="",
        current=totals(store, today),
        before=totals(store, Question(scope, _day(clock, yesterday), before_at)),
        ranking=[
            RankRow(
                rank=None if row["too_few"] else int(row["rank"]),
                name=str(row["name"]),
                value=None if pd.isna(row["value"]) else float(row["value"]),
                numerator=int(row["numerator"]),
                denominator=int(row["denominator"]),
            )
            for row in grids.to_dict("records")
        ],
        sources=[SourceState(name, at) for name, at in last_reports(store, as_of).items()],
        ranked_by=RANKED_BY,
        minimum=MINIMUM_DUE,
        is_demo=bool(city.config.get("demo")),
        is_illustrative=bool(city.config.get("illustrative")),
    )


def _day(clock: ZoneClock, day: date) -> Period:
    return days(clock, day, day + timedelta(days=1))
