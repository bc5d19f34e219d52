"""The month before stands in a bulletin as its own bulletin gave it, on whichever day that came."""

from __future__ import annotations

from dataclasses import replace

from data.access import Viewer
from data.assessment.appeals import decide, object_to
from data.assessment.keeping import board, freeze_owed
from data.assessment.months import month
from data.city import load_city
from data.clocks import iso, parse_instant
from data.demo.filling import fill_demo
from data.reference import reference
from data.store import Store
from reports.content import moments
from reports.content.gathering import Gathering
from reports.content.moments import Moment
from tests.support.demo import CITY, demo_pack

NOW = parse_instant("2026-12-05T08:00:00Z")
STREET = "410105001"


def test_scores_of_the_month_before_are_those_that_were_frozen(sqlite_url: str) -> None:
    with Store.open(sqlite_url, synchronous="OFF") as store:
        load_city(store, replace(demo_pack(), bulletins={"month": {"non_working": "later"}}), 0)
        fill_demo(store, 2000, NOW, NOW)
        assert freeze_owed(store, NOW)[-2:] == ("2026-10", "2026-11")
        number = object_to(store, "2026-10", STREET, "centre", [], "误记", "台账", "li", NOW)
        decide(store, number, Viewer("anna", "operator", CITY), True, "属实", NOW, mark="1")
        city = reference(store)
        whole = month(city, "2026-11")
        now = Moment(whole.period, whole.as_of)
        then = moments.before(city.clock, now)
        # The first of November was a Sunday: the bulletin of October came a day later than that of November does.
        assert (iso(then.as_of), iso(month(city, "2026-10").as_of)) == (
            "2026-11-01T01:00:00Z",
            "2026-11-02T01:00:00Z",
        )
        gathering = Gathering(store)
        root = city.tree.root
        told = gathering.board(root, then, 2, now.as_of)
        assert told.standings == board(store, CITY, "2026-10", 2, NOW).standings
        assert {one.code: one.revision for one in told.standings}[STREET] == 2
        early = gathering.board(root, then, 2, then.as_of)
        assert not early.is_frozen, "who looked back before it was frozen saw what was known then"
