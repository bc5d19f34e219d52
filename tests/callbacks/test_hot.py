"""The page of warnings without a database: what its viewers see of them, one in view, and what they may do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import dash
import pandas as pd
import pytest
from flask.testing import FlaskClient
from plotly.utils import PlotlyJSONEncoder

from callbacks import hot, register_all
from callbacks.matter import chance, ears
from data.access import Role, Viewer
from data.alerting.keeping import Alert, AlertError, AlertKind, AlertStep
from data.alerting.looks import Looks
from data.alerting.standing import HOT
from data.answers import EVENT_COLUMNS, frame_of
from data.bulletinstates import Refused
from data.clocks import DAY, HOUR, Instant, ZoneClock
from data.words import speaking, word
from layouts import ids
from layouts.looked import moment
from tests.support.fakes import NOW, ZONE, FakeCity
from tests.support.screens import run

SINCE = NOW - 3 * DAY
CLOCK = ZoneClock.of(ZONE)


def alert(number: int, kind: AlertKind = "sudden", **more: Any) -> Alert:
    """A warning of Roxbury with what it needs."""
    plain: dict[str, Any] = {
        "matter": f"{kind}:{number}",
        "round": 1,
        "grid": "boston-roxbury",
        "category": "graffiti",
        "holder": "",
        "state": "open",
        "since_at": SINCE,
        "opened_at": NOW - DAY,
        "seen_at": NOW - HOUR,
        "observed": 12,
        "expected": 1.6,
        "chance": 2e-7,
        "share": 0.013,
        "step": 0,
        "assigned_to": "",
        "closed_at": None,
        "body": {
            "days": 3,
            "until_at": NOW - HOUR,
            "grids": ["boston-roxbury"],
            "basis": "weeks",
            "events": [7],
        },
    }
    return Alert(id=number, kind=kind, **{**plain, **more})


def due(number: int, step: int, grid: str = "boston-roxbury") -> Alert:
    body = {"events": [7], "overdue": 1 if step == 2 else 0, "urgent": False, "first_due_at": NOW + HOUR}
    return alert(
        number, "due", grid=grid, category="", holder=f"unit{number}", step=step, observed=2, expected=None,
        chance=None, share=None, body=body,
    )  # fmt: skip


@dataclass
class FakeLookout:
    """A lookout that notes what is asked of it."""

    kept: list[Alert] = field(default_factory=list)
    steps: list[AlertStep] = field(default_factory=lambda: [AlertStep(NOW - DAY, "", "opened", "")])
    allowed: Sequence[AlertKind] = (*HOT, "due", "whistle", "recheck")
    refuses: Exception | None = None
    when: Looks = field(default_factory=lambda: Looks(NOW - HOUR, NOW - 5 * HOUR))
    turn: int = 0
    asked: list[Any] = field(default_factory=list)

    def kinds(self) -> Sequence[AlertKind]:
        return self.allowed

    def standing(self, scope: str) -> Sequence[Alert]:
        self.asked.append(("standing", scope))
        return [one for one in self.kept if one.state != "closed" and one.kind in self.allowed]

    def closed(self, scope: str) -> Sequence[Alert]:
        return [one for one in self.kept if one.state == "closed"]

    def one(self, number: int) -> tuple[Alert, Sequence[AlertStep]] | None:
        found = next((one for one in self.kept if one.id == number and one.kind in self.allowed), None)
        return None if found is None else (found, self.steps)

    def stamp(self, scope: str) -> str:
        return f"{scope} {self.turn}"

    def looks(self) -> Looks:
        return self.when

    def events(self, numbers: Sequence[int], as_of: Instant) -> pd.DataFrame:
        self.asked.append(("events", tuple(numbers)))
        rows = [
            dict.fromkeys(EVENT_COLUMNS, "x")
            | {"id": one, "title": f"event {one}", "status": "closed", "reported_at": SINCE}
            | {"handle_due_at": None, "overdue_minutes": None}
            for one in numbers
        ]
        return frame_of(rows, EVENT_COLUMNS)

    def acknowledge(self, number: int, seen: int) -> None:
        self.done("acknowledge", number, seen)

    def assign(self, number: int, to: str, note: str, seen: int) -> None:
        self.done("assign", number, to, note, seen)

    def close(self, number: int, note: str, seen: int) -> None:
        self.done("close", number, note, seen)

    def done(self, *what: Any) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append(what)


def client_of(fake: FakeLookout, role: Role = "operator", city: FakeCity | None = None) -> FlaskClient:
    app = dash.Dash("hot-tests", assets_ignore=".*")
    reads = replace((city or FakeCity()).reads(), viewer=lambda: Viewer("somebody", role, "boston"))
    register_all(app, reads, lookout=fake)
    client: FlaskClient = app.server.test_client()
    return client


def shown(
    client: FlaskClient, search: str = "", output: str = ids.HOT_VIEW, **more: Any
) -> Mapping[str, Any]:
    at = {f"{ids.URL}.search": search, f"{ids.URL}.pathname": "/hot"}
    told: Mapping[str, Any] = run(client, output, **{**at, **more})
    return told


def text_of(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False)


def test_a_line_says_what_where_since_when_how_many_and_how_sure() -> None:
    some = [
        alert(1),
        alert(2, "duplicates", share=None, expected=None, assigned_to="环卫所", state="assigned"),
    ]
    told = text_of(shown(client_of(FakeLookout(some)))[ids.HOT_VIEW])
    for part in (
        "Graffiti",
        "Roxbury",
        "02-07 18:00",
        "12 件（近 3 天） / 预期 1.6 件",
        "误报约占 1.3%",
        word("hot.sure_alike"),
        word("hot.status_open"),
        word("hot.assigned_to").format(name="环卫所"),
        "?warning=1",
    ):
        assert part in told, part


def test_the_map_counts_what_stands_in_each_grid() -> None:
    some = [alert(1), alert(2), alert(3, grid="boston-fenway"), alert(4, "common", grid="boston")]
    told = shown(client_of(FakeLookout(some)))
    figure = _figure(told[ids.HOT_VIEW])
    counts = {
        code: told_[1]
        for trace in figure["data"]
        if trace["type"] == "choropleth" and "customdata" in trace
        for code, told_ in zip(trace["locations"], trace["customdata"], strict=True)
    }
    assert counts["boston-roxbury"] == word("hot.map_count").format(n=2)
    assert counts["boston-fenway"] == word("hot.map_count").format(n=1)
    assert counts["boston-allston"] == word("hot.map_count").format(n=0)
    assert word("hot.map_whole").format(n=1, grid="波士顿") in text_of(told)


def _figure(node: Any) -> Any:
    """The first figure within an answer."""
    if isinstance(node, dict):
        if "figure" in node:
            return node["figure"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            if (found := _figure(child)) is not None:
                return found
    return None


def test_deadlines_stand_under_their_step_and_turn_page_by_page() -> None:
    some = [due(number, number % 3) for number in range(1, 100)]
    client = client_of(FakeLookout(some))
    first = text_of(shown(client, "?tab=due")[ids.HOT_VIEW])
    assert word("hot.step_head").format(step=word("hot.step_2"), n=33) in first
    assert "tab=due&page=1" in first
    last = text_of(shown(client, "?tab=due&page=3")[ids.HOT_VIEW])
    assert word("hot.shown").format(first=91, last=99, n=99) in last
    assert word("hot.step_head").format(step=word("hot.step_0"), n=33) in last
    assert "page=4" not in last
    centre = text_of(shown(client, "?tab=due&step=2")[ids.HOT_VIEW])
    assert word("hot.late").format(n=1) in centre
    assert 'unit1"' not in centre


def test_the_address_narrows_and_what_is_not_understood_is_said() -> None:
    some = [alert(1), alert(2, "ahead"), alert(3, state="closed", closed_at=NOW)]
    client = client_of(FakeLookout(some))
    ahead = text_of(shown(client, "?kind=ahead")[ids.HOT_VIEW])
    assert "warning=2" in ahead
    assert "warning=1" not in ahead
    closed = text_of(shown(client, "?status=closed")[ids.HOT_VIEW])
    assert "warning=3" in closed
    assert word("hot.none_filtered") in text_of(shown(client, "?status=assigned"))
    for search in ("?tab=x", "?kind=due", "?status=gone", "?step=9", "?warning=one", "?scope=cambridge"):
        assert "notice" in text_of(shown(client, search, ids.HOT_PLACE)[ids.HOT_NOTICE]), search


def test_what_is_to_be_checked_is_not_for_everybody_and_accuses_nobody() -> None:
    body = {"reason": "seconds_before", "of": 40, "events": []}
    some = [alert(1, "recheck", holder="环卫所", category="", body=body, observed=9, expected=2.0)]
    told = text_of(shown(client_of(FakeLookout(some)), "?tab=recheck")[ids.HOT_VIEW])
    assert word("hot.recheck_note") in told
    assert word("hot.reason_seconds_before") in told
    assert "9 / 40 件 · 同类通常 2.0 件" in told
    leader = FakeLookout(some, allowed=(*HOT, "due", "whistle"))
    told = text_of(shown(client_of(leader, "leader"), "?tab=recheck"))
    assert "环卫所" not in told
    assert word("hot.tab_recheck") + " " not in told
    assert word("hot.gone") in text_of(shown(client_of(leader, "leader"), "?warning=1"))


def test_an_empty_list_says_why() -> None:
    assert word("hot.none_hot").format(grid="波士顿") in text_of(shown(client_of(FakeLookout())))
    never = text_of(shown(client_of(FakeLookout(when=Looks()))))
    assert "python app.py alerts watch" in never
    silent = FakeCity(events=False)
    assert word("hot.none_due").format(grid="波士顿") in text_of(shown(client_of(FakeLookout()), "?tab=due"))
    nothing = replace(silent.reads(), freshness=lambda: FakeCity().reads().freshness().iloc[:0])
    app = dash.Dash("hot-empty", assets_ignore=".*")
    register_all(app, nothing, lookout=FakeLookout())
    assert "python app.py import" in text_of(shown(app.server.test_client()))
    gone = FakeCity(loaded=False)
    assert word("empty.title") in text_of(shown(client_of(FakeLookout(), city=gone), output=ids.HOT_PLACE))


NIGHT = Looks(NOW - HOUR, NOW - 5 * HOUR)
LATE = Looks(NOW - 6 * HOUR, NOW - 9 * HOUR)
VIEW = {"search": "?", "as_of": NOW, "live": True}


def at(instant: Instant) -> str:
    return moment(CLOCK, instant, NOW)


def test_the_list_says_when_was_looked_last() -> None:
    for some in ([], [alert(1), due(2, 0)]):
        told = text_of(shown(client_of(FakeLookout(some))))
        assert word("looked.both").format(at=at(NOW - HOUR), full=at(NOW - 5 * HOUR)) in told
        assert "is-late" not in told
        told = text_of(shown(client_of(FakeLookout(some)), "?tab=due"))
        assert word("looked.at").format(at=at(NOW - HOUR)) in told
        assert at(NOW - 5 * HOUR) not in told, "deadlines move by the hour"


def test_nobody_looked_and_nothing_found_are_told_apart() -> None:
    calm = word("hot.none_hot").format(grid="波士顿")
    never = text_of(shown(client_of(FakeLookout(when=Looks()))))
    assert word("looked.never") in never
    assert calm not in never
    assert f"{word('hot.tab_hot')} —" in never, "none is no number"
    assert word("hot.map_count").format(n=0) not in never
    late = text_of(shown(client_of(FakeLookout(when=LATE))))
    assert word("looked.late").format(at=at(NOW - 6 * HOUR)) in late
    assert word("looked.none_then").format(at=at(NOW - 6 * HOUR), grid="波士顿") in late
    assert calm not in late
    full = text_of(shown(client_of(FakeLookout([alert(1)], when=LATE))))
    assert word("looked.late").format(at=at(NOW - 6 * HOUR)) in full, "what is listed may be over"
    assert "?warning=1" in full


def test_a_night_that_was_missed_is_said_where_it_matters() -> None:
    missed = Looks(NOW - HOUR, NOW - 40 * HOUR)
    sentence = word("looked.night_late").format(at=at(NOW - 40 * HOUR))
    for tab, told in (("hot", True), ("recheck", True), ("due", False), ("whistle", False)):
        assert (sentence in text_of(shown(client_of(FakeLookout(when=missed)), f"?tab={tab}"))) is told
    hourly = text_of(shown(client_of(FakeLookout(when=Looks(NOW - HOUR)))))
    assert word("looked.night_never") in hourly


def test_a_page_that_is_left_open_hears_that_nobody_looks_any_more() -> None:
    fake = FakeLookout()
    client = client_of(fake)
    seen = {f"{ids.HOT_SEEN}.data": shown(client)[ids.HOT_SEEN]["data"]}
    assert run_is_still(client, seen)
    fake.when = LATE
    assert not run_is_still(client, seen)


def run_is_still(client: FlaskClient, seen: Mapping[str, Any]) -> bool:
    return ids.HOT_VIEW not in shown(client, **seen)


def test_the_first_screen_says_when_was_looked_last() -> None:
    def told(when: Looks, *kept: Alert) -> str:
        fake = FakeLookout(list(kept), when=when)
        return text_of(run(client_of(fake), ids.ATTENTION_HOT, **{f"{ids.VIEW}.data": VIEW}))

    calm, line = word("attention.hot_none"), word("looked.at").format(at=at(NOW - HOUR))
    assert calm in told(NIGHT)
    assert line in told(NIGHT)
    assert line in told(NIGHT, alert(1))
    assert word("looked.never") in told(Looks())
    assert calm not in told(Looks())
    assert word("looked.late").format(at=at(NOW - 6 * HOUR)) in told(LATE)
    assert calm not in told(LATE)
    assert word("looked.late").format(at=at(NOW - 6 * HOUR)) in told(LATE, alert(1))


def test_one_matter_with_what_it_rests_on_its_course_and_its_events() -> None:
    one = alert(5, grid="boston", body={**alert(5).body, "ears": [4.2, 3.5, 6.0]})
    fake = FakeLookout([one])
    told = shown(client_of(fake), "?warning=5")
    said = text_of(told[ids.HOT_VIEW])
    for part in (
        word("hot.means_sudden"),
        word("hot.basis_weeks"),
        word("hot.times").format(n="1.6", times="7.5"),
        word("hot.chance_one_in").format(n="5,000,000"),
        "C1 4.2，C2 3.5，C3 6.0",
    ):
        assert part in said, part
    figure = _figure(told[ids.HOT_VIEW])
    before, marked = figure["data"]
    assert len(before["y"]) == 63
    # From the evening of the seventh to that of the tenth: four local days.
    assert [place for place, height in enumerate(marked["y"]) if height] == [59, 60, 61, 62]
    expected = next(shape for shape in figure["layout"]["shapes"] if shape["yref"] == "y")
    assert expected["y0"] == pytest.approx(1.6 / 3)
    assert ("events", (7,)) in fake.asked
    more = text_of(told[ids.HOT_MORE])
    assert "event 7" in more
    assert "/event/7" in more
    assert "/events?from=2026-02-07&to=2026-02-10&category=graffiti" in more
    assert told[ids.HOT_HELD]["data"] == {"id": 5, "acts": 0}


def test_a_concentration_shows_its_circle_and_sums_its_grids() -> None:
    grids = ["boston-roxbury", "boston-fenway", "boston-mission-hill"]
    body = {**alert(1).body, "grids": grids, "basis": "places"}
    city = FakeCity()
    told = shown(
        client_of(FakeLookout([alert(6, "concentrated", grid="boston", body=body)]), city=city), "?warning=6"
    )
    circle = _figure(told[ids.HOT_MORE])
    (dots,) = [trace for trace in circle["data"] if trace.get("mode") == "markers"]
    assert [name for (name,) in dots["customdata"]] == ["Roxbury", "Fenway", "Mission Hill"]
    assert city.asked.count("by_time") == 3
    assert "/grid/boston-fenway" in text_of(told[ids.HOT_MORE])


def test_the_season_shows_the_same_weeks_of_every_year() -> None:
    body = {"days": 21, "until_at": NOW + 30 * DAY, "grids": ["boston"], "basis": "seasons", "events": []}
    one = alert(8, "ahead", grid="boston", since_at=NOW + 5 * DAY, body=body)
    figure = _figure(shown(client_of(FakeLookout([one])), "?warning=8")[ids.HOT_VIEW])
    assert [line["name"] for line in figure["data"]] == ["2026", "2025", "2024", "2023", "2022", "2021"]
    assert [len(line["y"]) for line in figure["data"]] == [4, 8, 8, 8, 8, 8]


def test_the_form_is_for_whoever_works_on_warnings() -> None:
    fake = FakeLookout([alert(1), alert(2, state="closed"), alert(3, state="assigned")])

    def form(search: str, role: Role = "operator") -> tuple[bool, bool, bool]:
        told = shown(client_of(fake, role), search)
        return (
            told[ids.HOT_SIDE]["hidden"],
            told[ids.HOT_FORM]["hidden"],
            told[ids.HOT_ACKNOWLEDGE]["disabled"],
        )

    assert form("?warning=1") == (False, False, False)
    assert form("?warning=3") == (False, False, True)
    assert form("?warning=2") == (False, True, True)
    assert form("?warning=1", "leader") == (False, True, False)
    assert form("") == (True, True, True)
    assert form("?warning=99") == (True, True, True)


def test_nothing_is_sent_twice_while_nothing_changes() -> None:
    fake = FakeLookout([alert(1)])
    client = client_of(fake)
    mark = shown(client)[ids.HOT_SEEN]["data"]
    assert shown(client, **{f"{ids.HOT_SEEN}.data": mark}) == {}
    fake.turn += 1
    assert ids.HOT_VIEW in shown(client, **{f"{ids.HOT_SEEN}.data": mark})
    held = shown(client, "?warning=1")[ids.HOT_SEEN]["data"]
    fake.steps.append(AlertStep(NOW, "anna", "acknowledged", ""))
    told = shown(client, "?warning=1", **{f"{ids.HOT_SEEN}.data": held})
    assert told[ids.HOT_HELD]["data"] == {"id": 1, "acts": 1}
    assert "anna" in text_of(told[ids.HOT_STEPS])


def follow(fake: FakeLookout, name: str, to: str = "", note: str = "") -> tuple[str, bool]:
    said, is_done = hot.follow(fake, CLOCK, name, 4, 2, to, note)
    return json.dumps(said, ensure_ascii=False, cls=PlotlyJSONEncoder), is_done


def test_acts_are_handed_on_with_what_was_seen() -> None:
    fake = FakeLookout()
    assert follow(fake, "acknowledge")[1]
    assert word("hot.done_assign").format(name="环卫所") in follow(fake, "assign", " 环卫所 ", "请查看")[0]
    assert follow(fake, "close", note="已修好")[1]
    assert fake.asked == [
        ("acknowledge", 4, 2),
        ("assign", 4, " 环卫所 ", "请查看", 2),
        ("close", 4, "已修好", 2),
    ]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("hot.refused"), "您的角色不能处理预警"),
        (AlertError("no_note", "x"), "请先填写说明"),
        (
            AlertError("taken", "x", AlertStep(NOW, "anna", "assigned", "环卫所")),
            "anna 2026-02-10 18:00 交办 环卫所",
        ),
        (
            AlertError("state", "x", AlertStep(NOW, "anna", "closed", "已修好")),
            "anna 2026-02-10 18:00 关闭 已修好",
        ),
    ],
)
def test_what_is_not_done_says_why(error: Exception, told: str) -> None:
    said, is_done = follow(FakeLookout(refuses=error), "close", note="x")
    assert told in said
    assert not is_done


def test_the_first_screen_names_the_latest_and_counts_deadlines() -> None:
    some = [alert(number, opened_at=NOW - number * HOUR) for number in range(1, 8)]
    fake = FakeLookout([*some, due(20, 2), due(21, 2), due(22, 0), alert(30, "recheck", holder="环卫所")])
    view = {"search": "?", "as_of": NOW, "live": True}
    told = text_of(run(client_of(fake), ids.ATTENTION_HOT, **{f"{ids.VIEW}.data": view}))
    assert "/hot?warning=1" in told
    assert "/hot?warning=4" in told
    assert "/hot?warning=5" not in told
    assert word("attention.hot_all").format(n=7) in told
    assert "/hot?tab=due&step=2" in told
    assert "step=1" not in told
    assert "环卫所" not in told
    none = text_of(run(client_of(FakeLookout()), ids.ATTENTION_HOT, **{f"{ids.VIEW}.data": view}))
    assert word("attention.hot_none") in none


def test_chances_and_statistics_in_words() -> None:
    assert chance(None) == ""
    assert chance(0.02) == word("hot.chance_one_in").format(n="50")
    assert chance(3.3e-5) == word("hot.chance_one_in").format(n="30,000")
    assert chance(1e-30) == word("hot.chance_tiny")
    assert ears(None) == ""
    assert ears([1.0]) == ""
    with speaking("en"):
        assert ears([3.1, 2, 1]).startswith("C1 3.1, C2 2.0, C3 1.0 (C1 and C2 from 3.09")
