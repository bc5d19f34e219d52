"""The assessment for whoever asks: bounded by their scope and role, and everything in the audit; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, g

from api import assessing, doors
from api.assessing import Assessing
from data import audit
from data.access import Viewer
from data.assessment.entries import AssessmentError, Wanted
from data.grids import UnknownGrid
from data.queries.lists import find_event
from data.store import Store
from tests.support.assessed import MONTH, NOW, RUNNING, frozen_city
from tests.support.city import CITY, DISTRICT, OTHER_DISTRICT, STREET, open_city

CENTRE = Viewer("centre", "operator", CITY)
LEADER = Viewer("li", "leader", DISTRICT)
OWN = Viewer("own", "operator", STREET)
ABOVE = Viewer("above", "operator", DISTRICT)
OTHER = Viewer("other", "operator", OTHER_DISTRICT)
AUDITOR = Viewer("zhao", "auditor", CITY)


@dataclass
class Desk:
    """The assessment of a city, asked as somebody."""

    store: Store
    server: Flask
    desk: Assessing
    heard: list[tuple[str, str, str]] = field(default_factory=list)

    def as_(self, viewer: Viewer, act: Any, path: str = "/assess") -> Any:
        """What an act gives whoever asks."""
        with self.server.test_request_context(path):
            g.viewer = viewer
            return act()

    def recorded(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        """What stands in the audit of the store: who, what, about what, and its details."""
        found = audit.every_entry(self.store, audit.Wanted())
        return [(one.who, one.action, one.subject, dict(one.detail)) for one in found]

    def refused(self, viewer: Viewer, act: Any) -> str:
        """The sentence of an act that must be refused."""
        with pytest.raises(AssessmentError) as found:
            self.as_(viewer, act)
        return str(found.value)


@pytest.fixture
def city(database_url: str) -> Iterator[Desk]:
    """The small city with a frozen month."""
    with open_city(database_url) as store:
        frozen_city(store)
        server = Flask("tests", static_folder=None)
        made = Desk(store, server, Assessing(store, lambda: NOW))
        server.extensions[doors.AUDIT] = lambda *said, **_: made.heard.append(said)
        yield made


def test_a_viewer_sees_the_grids_of_the_scope_with_their_ranks_in_the_city(city: Desk) -> None:
    whole = {one.code: one for one in city.as_(CENTRE, lambda: city.desk.board(CITY, MONTH, 2)).standings}
    # The small city names no groups: its four streets are peers; one of them has too few cases.
    assert {code: (one.rank, one.ranked) for code, one in whole.items()} == {
        "110101": (2, 3),
        "110102": (1, 3),
        "110201": (3, 3),
        "110202": (None, 3),
    }
    mine = city.as_(LEADER, lambda: city.desk.board(DISTRICT, MONTH, 2)).standings
    assert [one.code for one in mine] == ["110101", "110102"]
    assert all(one == whole[one.code] for one in mine)
    for act in (
        lambda: city.desk.board(CITY, MONTH, 2),
        lambda: city.desk.board(OTHER_DISTRICT, MONTH, 2),
        lambda: city.desk.history("110201"),
        lambda: city.desk.revisions("110201", MONTH),
        lambda: city.desk.entries(MONTH, OTHER_DISTRICT),
        lambda: city.desk.appeals(None, OTHER_DISTRICT),
        lambda: city.desk.template(RUNNING, OTHER_DISTRICT),
    ):
        with pytest.raises(UnknownGrid):
            city.as_(LEADER, act)


def test_what_is_provisional_follows_a_mark_at_once(city: Desk) -> None:
    def points() -> Any:
        board = city.as_(CENTRE, lambda: city.desk.board(CITY, RUNNING, 2))
        return next(one for one in board.standings if one.code == STREET).score.of("centre").points

    assert points() is None
    wanted = Wanted(RUNNING, STREET, "centre", " 75.5 ", "走访", "纪要18")
    assert city.as_(CENTRE, lambda: city.desk.enter(wanted)).entered == 1
    assert float(points()) == 75.5
    assert city.as_(CENTRE, lambda: city.desk.enter(wanted)).unchanged == 1
    about = ("centre", "assess", f"assessment {RUNNING} {STREET} centre")
    assert city.recorded() == [
        (*about, {"mark": "75.5", "entered": entered, "unchanged": 1 - entered, "refused": 0})
        for entered in (1, 0)
    ]


def test_marks_are_entered_within_role_scope_and_month(city: Desk) -> None:
    def enter(grid: str = STREET, month: str = RUNNING) -> Any:
        return lambda: city.desk.enter(Wanted(month, grid, "centre", "70", "走访", "纪要"))

    assert "a role that may do this" in city.refused(LEADER, enter())
    assert "grid of your scope" in city.refused(OTHER, enter())
    assert "not frozen" in city.refused(CENTRE, enter(month=MONTH))
    assert [result for _, _, result in city.heard] == ["refused"] * 3
    assert city.as_(CENTRE, lambda: city.desk.entries(RUNNING, CITY)) == ()


def test_a_sheet_goes_out_and_comes_back_row_by_row(city: Desk) -> None:
    sheet = city.as_(ABOVE, lambda: city.desk.template(RUNNING, STREET))
    assert sheet.splitlines() == [
        "month,grid,dimension,mark,reason,evidence,name",
        f"{RUNNING},{STREET},centre,,,,street {STREET}",
        f"{RUNNING},{STREET},dispatching,,,,street {STREET}",
        f"{RUNNING},{STREET},temporary,,,,street {STREET}",
    ]
    filled = sheet.replace("centre,,,", "centre,91,走访,纪要19").replace(
        "temporary,,,", "temporary,191,走访,纪要"
    )
    foreign = f"{RUNNING},110201,centre,50,走访,纪要,\n"
    taken = city.as_(ABOVE, lambda: city.desk.enter_file("marks.csv", (filled + foreign).encode()))
    assert (taken.entered, taken.unchanged) == (1, 0), "the row that was left blank is passed over"
    assert [one.place for one in taken.refused] == [2, 3]
    assert "found '191'" in taken.refused[0].reason
    assert "grid of your scope" in taken.refused[1].reason
    (mark,) = city.as_(ABOVE, lambda: city.desk.entries(RUNNING, STREET))
    assert (mark.author, float(mark.mark), mark.reason, mark.evidence) == ("above", 91.0, "走访", "纪要19")
    # What was entered stands in the next sheet.
    assert "centre,91,走访,纪要19" in city.as_(ABOVE, lambda: city.desk.template(RUNNING, STREET))
    assert "the columns" in city.refused(ABOVE, lambda: city.desk.enter_file("x.csv", b"a,b\n1,2\n"))
    assert "UTF-8" in city.refused(ABOVE, lambda: city.desk.enter_file("x.csv", b"\xff\xfe\x00a"))
    own = f"{RUNNING},{STREET},centre,100,走访,纪要,\n"
    itself = city.as_(
        OWN, lambda: city.desk.enter_file("x.csv", (sheet.splitlines()[0] + "\n" + own).encode())
    )
    assert (itself.entered, len(itself.refused)) == (0, 1)
    assert "from above 110101" in itself.refused[0].reason


@pytest.mark.parametrize(
    ("viewer", "more", "status"),
    [
        (CENTRE, f"month={RUNNING}", 200),
        (OWN, f"month={RUNNING}&scope={OTHER_DISTRICT}", 404),
        (LEADER, f"month={RUNNING}", 403),
        (CENTRE, "month=June", 400),
    ],
)
def test_the_sheet_has_an_address_for_those_who_enter(
    city: Desk, viewer: Viewer, more: str, status: int
) -> None:
    assessing.register(city.server, city.desk)
    found = city.as_(viewer, city.server.dispatch_request, f"/assess/template.csv?{more}")
    assert found.status_code == status
    if status == 200:
        assert found.data.startswith("\ufeffmonth,grid".encode())
        assert found.headers["Content-Disposition"] == f'attachment; filename="assessment-{RUNNING}.csv"'


def test_an_appeal_from_events_to_a_revision(city: Desk) -> None:
    late = [find_event(city.store, STREET, f"{STREET}-{number}") for number in (10, 11)]
    typed = f"{STREET}-10，#{late[1]}"
    number = city.as_(
        LEADER, lambda: city.desk.object_to(MONTH, STREET, "handling", typed, "道路封闭", "通告3")
    )
    assert city.as_(CENTRE, lambda: city.desk.appeal(number)).events == tuple(sorted(late))
    assert city.as_(OTHER, lambda: city.desk.appeal(number)) is None, "it lies beyond their scope"
    assert city.heard[-1] == ("read", f"appeal {number}", "refused")

    def decide(note: str = "属实") -> Any:
        return lambda: city.desk.decide(number, True, note, "", "")

    assert "a role that may do this" in city.refused(LEADER, decide())
    assert "from above" in city.refused(OWN, decide())
    assert "which is none here" in city.refused(OTHER, decide())
    assert city.as_(CENTRE, decide()) == 2
    # Two at once: the second is told who was faster.
    assert "decided by centre" in city.refused(CENTRE, decide("再次"))
    board = city.as_(CENTRE, lambda: city.desk.board(CITY, MONTH, 2))
    one = next(each for each in board.standings if each.code == STREET)
    part = one.score.of("handling")
    assert (part.counted.met, part.counted.due, one.revision) == (10, 10, 2)
    assert city.recorded() == [
        ("li", "appeal", f"assessment {MONTH} {STREET} handling", {"appeal": number}),
        ("centre", "assess", f"appeal {number}", {"allowed": True, "revision": 2}),
    ]


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ("nothing-such", "numbers or keys of events"),
        ("110201-7", "numbers or keys of events"),
        (f"{STREET}-0", "expected no open appeal"),
        ("", "found none"),
        (" ".join(map(str, range(300))), "at most 200 events"),
    ],
)
def test_events_that_cannot_be_objected_to(city: Desk, events: str, said: str) -> None:
    def file(what: str) -> Any:
        return lambda: city.desk.object_to(MONTH, STREET, "handling", what, "道路封闭", "通告3")

    if "open appeal" in said:
        city.as_(LEADER, file(events))
    assert said in city.refused(LEADER, file(events))
    assert "a role that may do this" in city.refused(AUDITOR, file(events))


def test_what_cannot_be_recorded_is_not_done(city: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_given: Any) -> None:
        raise RuntimeError("the audit is away")

    monkeypatch.setattr("data.assessment.entries.record_in", away)
    monkeypatch.setattr("data.assessment.appeals.record_in", away)
    wanted = Wanted(RUNNING, STREET, "centre", "75", "走访", "纪要18")
    for act in (
        lambda: city.desk.enter(wanted),
        lambda: city.desk.object_to(MONTH, STREET, "centre", "", "漏登", "值班簿"),
    ):
        with pytest.raises(RuntimeError, match="away"):
            city.as_(CENTRE, act)
    assert city.as_(CENTRE, lambda: city.desk.entries(RUNNING, CITY)) == ()
    assert city.as_(CENTRE, lambda: city.desk.appeals(None, CITY)) == []


def test_a_sheet_holds_no_row_of_ones_own_grid(city: Desk) -> None:
    sheet = city.as_(OWN, lambda: city.desk.template(RUNNING, STREET))
    assert sheet.splitlines() == ["month,grid,dimension,mark,reason,evidence,name"]
