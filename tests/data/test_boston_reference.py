"""Boston against tests/data/boston/reference.json: figures that were computed from the same file, not by this program.

Left out is what Yiping does not count: wards, the source's own words for a status, and placement by polygon (Boston's
events stand where the city recorded them).
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest
from sqlalchemy import select

from data.clocks import HOUR, ZoneClock, instant, parse_instant
from data.reference import reference
from data.schema import event
from data.store import Store
from tests.support.commands import AS_OF, EVENTS, WHOLE, Commands

REFERENCE: dict[str, Any] = json.loads((Path(__file__).parent / "boston/reference.json").read_text("utf-8"))
RULE_EXCEPTION = "BCS-00139900"
CLOCK = ZoneClock.of("America/New_York")
RENAMED = {"Longwood": "Longwood Medical Area"}
ROUNDED = 1e-6 / 2 * 1.01
"""The file rounds its shares to six decimals."""

Figures = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Known:
    """One event as the store holds it."""

    key: str
    district: str | None
    category: str | None
    month: str
    reported_at: int
    handled_at: int | None
    due_at: int | None
    located: bool

    @property
    def on_time(self) -> bool:
        """The rule of the file: no deadline is on time; else handled, or still open, at or before it."""
        return self.due_at is None or (self.handled_at or parse_instant(AS_OF)) <= self.due_at


@pytest.fixture(scope="module")
def known(boston: Commands) -> list[Known]:
    with Store.open(boston.url, create=False) as store:
        city = reference(store)
        with store.reading() as connection:
            rows = connection.execute(select(event)).all()
    root = city.tree.root.id
    names = {one.id: one.name for one in city.categories.values()}
    return [
        Known(
            key=row.source_key,
            district=None if row.grid_id == root else city.tree.by_id(row.grid_id).name,
            category=None if names[row.category_id] == "Unclassified" else names[row.category_id],
            month=f"{CLOCK.local(row.reported_at):%Y-%m}",
            reported_at=row.reported_at,
            handled_at=row.handled_at,
            due_at=row.handle_due_at,
            located=row.lon is not None,
        )
        for row in rows
    ]


def asked(boston: Commands, *more: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = boston.json("indicators", *WHOLE, "--as-of", AS_OF, *more)["rows"]
    return rows


def grouped(boston: Commands, by: str, own: str | None = None) -> dict[str | None, Figures]:
    """Figures by the group's name; None stands for what the file calls so."""
    groups: dict[str | None, dict[str, Any]] = defaultdict(dict)
    for row in asked(boston, "--by", by):
        groups[None if row["own"] or row["name"] == own else row["name"]][row["key"]] = row
    return dict(groups)


def agree(figures: Figures, expected: Mapping[str, Any]) -> None:
    """Every figure of one entry of the file."""
    judged, stock = figures["received_on_time_closure"], figures["overdue_open"]
    assert {
        "total": figures["received"]["numerator"],
        "closed": figures["completion"]["numerator"],
        "closed_with_due": judged["denominator"],
        "closed_on_time": judged["numerator"],
        "overdue_open": stock["numerator"],
    } == {
        key: expected[key] for key in ("total", "closed", "closed_with_due", "closed_on_time", "overdue_open")
    }
    share(figures["completion"]["value"], expected["completion_rate"])
    share(judged["value"], expected["on_time_rate_closed_with_due"])
    with_overdue = judged["denominator"] + stock["numerator"]
    share(
        judged["numerator"] / with_overdue if with_overdue else None,
        expected["on_time_rate_closed_plus_overdue_open"],
    )


def share(found: float | None, expected: float | None) -> None:
    if expected is None:
        assert found is None
    else:
        assert found == pytest.approx(expected, abs=ROUNDED)


def named(key: str | None) -> str | None:
    return RENAMED.get(key, key) if key else None


def test_overall(boston: Commands) -> None:
    figures = {row["key"]: row for row in asked(boston)}
    agree(figures, REFERENCE["overall"])
    assert figures["received"]["numerator"] == REFERENCE["rows"] == 5473
    assert figures["closed"]["numerator"] == 4096
    assert (figures["handling_timeliness"]["numerator"], figures["handling_timeliness"]["denominator"]) == (
        3257,
        5390,
    )
    assert figures["overdue_open"]["numerator"] == 1348
    late = figures["on_time_closure"]
    assert late["denominator"] - late["numerator"] == 785


def test_the_figures_hold_from_the_last_report_on(boston: Commands) -> None:
    earliest, _ = REFERENCE["as_of_valid_interval"]
    rows = boston.json("indicators", *WHOLE, "--as-of", earliest)["rows"]
    agree({row["key"]: row for row in rows}, REFERENCE["overall"])


def test_january(boston: Commands) -> None:
    rows = boston.json("indicators", "--from", "2026-01-01", "--to", "2026-02-01", "--as-of", AS_OF)["rows"]
    figures = {row["key"]: (row["numerator"], row["denominator"]) for row in rows}
    assert figures["received"] == (1075, None)
    assert figures["handling_timeliness"] == (566, 1101)


@pytest.mark.parametrize(
    ("entry", "by", "own"),
    [
        ("by_category", "category", "Unclassified"),
        ("by_district", "grid", None),
        ("by_month_local", "month", None),
    ],
)
def test_groups(boston: Commands, entry: str, by: str, own: str | None) -> None:
    groups = grouped(boston, by, own)
    for expected in REFERENCE[entry]:
        agree(groups.pop(named(expected["key"])), expected)
    rest = {name for name, figures in groups.items() if figures["received"]["numerator"]}
    assert rest == set(), "the file has no such group"


def test_the_districts_and_what_lies_in_none_make_the_city(boston: Commands) -> None:
    groups = grouped(boston, "grid")
    covered = 1 - groups[None]["received"]["numerator"] / REFERENCE["rows"]
    share(covered, REFERENCE["coverage"]["district"])
    assert sum(figures["received"]["numerator"] for figures in groups.values()) == REFERENCE["rows"]


def test_top_categories(boston: Commands) -> None:
    counts = Counter({name: f["received"]["numerator"] for name, f in grouped(boston, "category").items()})
    assert [{"key": name, "total": n} for name, n in counts.most_common(10)] == REFERENCE["top10_categories"]


def test_channels(boston: Commands) -> None:
    groups = grouped(boston, "channel")
    assert {name: figures["received"]["numerator"] for name, figures in groups.items()} == REFERENCE[
        "channel"
    ]


def test_the_busiest_day(boston: Commands) -> None:
    rows = asked(boston, "--by", "day", "--indicator", "received")
    most = max(row["numerator"] for row in rows)
    busiest = {"days": [row["name"] for row in rows if row["numerator"] == most], "count": most}
    assert busiest == REFERENCE["busiest_day_local"]


def test_hours_and_days_of_utc(boston: Commands) -> None:
    """The curve by local hour, put together again by UTC: each hour is one of UTC, the repeated one of autumn too."""
    hours, days = Counter[str](), Counter[str]()
    for row in asked(boston, "--by", "hour", "--indicator", "received"):
        at = utc_hour(row["group"])
        hours[str(at.hour)] += row["numerator"]
        days[f"{at:%Y-%m-%d}"] += row["numerator"]
    assert dict(hours) == REFERENCE["hour_histogram_as_stored"]
    assert dict(days.most_common(5)) == REFERENCE["top5_days_as_stored"]
    (busiest, count), *_ = days.most_common(1)
    assert REFERENCE["busiest_day_as_stored"] == {"days": [busiest], "count": count}


def utc_hour(label: str) -> datetime:
    """The hour of a label such as 2026-01-05T08 or 2025-11-02T01-05:00."""
    moment = datetime.fromisoformat(f"{label[:13]}:00{label[13:]}")
    at = instant(moment) if moment.tzinfo else CLOCK.at(moment)
    return datetime.fromtimestamp(at // HOUR * 3600, UTC)


def test_months_of_utc(boston: Commands) -> None:
    for expected in REFERENCE["by_month_as_stored"]:
        figures = utc_month(boston, expected["key"])
        assert figures["received"]["numerator"] == expected["total"]
        assert figures["completion"]["numerator"] == expected["closed"]
        judged = figures["received_on_time_closure"]
        assert (judged["numerator"], judged["denominator"]) == (
            expected["closed_on_time"],
            expected["closed_with_due"],
        )
        share(figures["completion"]["value"], expected["completion_rate"])
    for month, closed in REFERENCE["closed_by_close_month_as_stored"].items():
        assert utc_month(boston, month)["closed"]["numerator"] == closed


def utc_month(boston: Commands, month: str) -> Figures:
    year, number = (int(part) for part in month.split("-"))
    following = f"{year + number // 12}-{number % 12 + 1:02d}"
    period = ("--from", f"{month}-01T00:00:00Z", "--to", f"{following}-01T00:00:00Z")
    rows = boston.json("indicators", *period, "--as-of", AS_OF)["rows"]
    return {row["key"]: row for row in rows}


def test_every_verdict(boston: Commands, known: list[Known]) -> None:
    """Row by row against the city's own ON-TIME verdict, by what the store holds and by what the command line lists."""
    with gzip.open(EVENTS, "rt", encoding="utf-8") as file:
        verdicts = {row["case_id"]: row["on_time"] == "ONTIME" for row in csv.DictReader(file)}
    ours = {one.key: one.on_time for one in known}
    assert ours.keys() == verdicts.keys()
    assert [key for key in verdicts if ours[key] != verdicts[key]] == [RULE_EXCEPTION]
    assert REFERENCE["rule_exception_case"].startswith(RULE_EXCEPTION)
    listed = boston.json("events", "--kind", "all", *WHOLE, "--as-of", AS_OF, "--limit", "10000")["rows"]
    assert {row["key"]: row["overdue_minutes"] is None for row in listed} == ours


GROUPINGS: Mapping[str, Callable[[Known], str | None]] = {
    "by_category": lambda one: one.category,
    "by_district": lambda one: one.district,
    "by_month_local": lambda one: one.month,
}


@pytest.mark.parametrize("entry", GROUPINGS)
def test_verdicts_and_handling_times_by_group(known: list[Known], entry: str) -> None:
    groups: dict[str | None, list[Known]] = defaultdict(list)
    for one in known:
        groups[GROUPINGS[entry](one)].append(one)
    for expected in REFERENCE[entry]:
        counted(groups[named(expected["key"])], expected)


def test_verdicts_and_handling_times_overall(known: list[Known]) -> None:
    counted(known, REFERENCE["overall"])


def counted(events: list[Known], expected: Mapping[str, Any]) -> None:
    exceptions = sum(one.key == RULE_EXCEPTION for one in events)
    on_time = sum(one.on_time for one in events) - exceptions
    assert (on_time, len(events) - on_time) == (expected["own_ontime"], expected["own_overdue"])
    share(on_time / len(events), expected["own_ontime_share"])
    hours = [(one.handled_at - one.reported_at) / HOUR for one in events if one.handled_at is not None]
    assert len(hours) == expected["handled_n"]
    assert mean(hours) == pytest.approx(expected["handled_hours_mean"], abs=1e-4)
    assert median(hours) == pytest.approx(expected["handled_hours_median"], abs=1e-4)


def test_nothing_is_lost(known: list[Known]) -> None:
    period, coverage = REFERENCE["period"], REFERENCE["coverage"]
    assert min(one.reported_at for one in known) == parse_instant(period["open_min"])
    assert max(one.reported_at for one in known) == parse_instant(period["open_max"])
    assert max(one.handled_at or 0 for one in known) == parse_instant(period["close_max"])
    for name, there in (
        ("due", lambda one: one.due_at is not None),
        ("closed_time", lambda one: one.handled_at is not None),
        ("coords", lambda one: one.located),
        ("district", lambda one: one.district is not None),
        ("category", lambda one: one.category is not None),
    ):
        share(sum(map(there, known)) / len(known), coverage[name])
