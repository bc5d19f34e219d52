"""The archive of bulletins without a database: what its viewers see, ask for, and may do."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient
from plotly.utils import PlotlyJSONEncoder

from callbacks import admin, bulletins, register_all
from data.access import Role, Viewer
from data.bulletinplan import BulletinKind, BulletinPlan
from data.bulletinstates import Health, Refused, Standing, Wanted
from data.clocks import DAY, HOUR, Instant, ZoneClock
from data.deliveries import Delivery, DeliveryState
from data.editions import Edition, Owed, State
from data.jobworkers import Worker
from data.words import speaking, word
from layouts import ids
from tests.support.fakes import NOW, ZONE, FakeCity, boston_tree
from tests.support.issuing import blank
from tests.support.screens import run

MORNING = NOW - 15 * HOUR


def edition(row: int, **values: Any) -> Edition:
    given = {
        "id": row,
        "state": "issued",
        "title": "Boston 早间通报",
        "path": "a.pdf",
        "sha256": "ab" * 32,
    }
    given |= {
        "issued_at": MORNING,
        "made_at": MORNING,
        "number": "早报〔2026〕7号",
        "pages": 2,
        "size": 70_000,
    }
    return blank("morning", "boston", "2026-02-10", MORNING, **{**given, **values})


def delivery(row: int, state: DeliveryState, **values: Any) -> Delivery:
    plain: dict[str, Any] = {"fence": 1, "attempts": 2, "again_at": None, "fault": "", "owed_at": MORNING}
    plain |= {"sent_at": None, "edition_id": 1, "way": "mail", "address": "duty@city.example"}
    return Delivery(**{"id": row, "name": f"值班室{row}", "state": state, **plain, **values})


@dataclass
class FakeArchive:
    """An archive that notes what is asked of it."""

    kept: list[Edition] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    refuses: str = ""

    def plan(self) -> BulletinPlan:
        return BulletinPlan()

    def begun(self) -> bool:
        return True

    def missing(self, now: Instant, scope: str, below: bool) -> Sequence[Owed]:
        return self.owed

    def coming(self, now: Instant) -> Mapping[BulletinKind, Instant]:
        return {"evening": NOW + 2 * HOUR, "morning": NOW + 14 * HOUR}

    def count(self, wanted: Wanted, states: Collection[State]) -> int:
        return len(self.kept)

    def edition(self, number: int) -> Edition | None:
        return next((one for one in self.kept if one.id == number), None)

    def revisions(self, one: Edition) -> Sequence[Edition]:
        return [each for each in self.kept if each.period == one.period]

    def deliveries(self, number: int) -> Sequence[Delivery]:
        return self.sent

    def approve(self, number: int) -> Edition:
        return self.done("approve", number)

    def try_now(self, number: int) -> Edition:
        return self.done("try", number)

    def today(self, scope: str, now: Instant) -> Sequence[Standing]:
        first = next((one for one in self.kept if one.scope == scope), None)
        return (
            Standing("morning", scope, "2026-02-10", MORNING, first),
            Standing("evening", scope, "2026-02-10", NOW + 2 * HOUR, None),
        )

    def editions(
        self, wanted: Wanted, states: Collection[State], limit: int, offset: int
    ) -> Sequence[Edition]:
        self.asked.append((wanted, tuple(states), limit, offset))
        return self.kept[offset : offset + limit]

    def done(self, action: str, number: int) -> Edition:
        if self.refuses:
            raise Refused(self.refuses)
        self.asked.append((action, number))
        return edition(number)

    def retry(self, number: int) -> Delivery:
        self.done("retry", number)
        return delivery(number, "owed")


def client_of(fake: FakeArchive, role: Role = "operator") -> FlaskClient:
    app = dash.Dash("archive-tests", assets_ignore=".*")
    reads = replace(FakeCity().reads(), viewer=lambda: Viewer("somebody", role, "boston"))
    register_all(app, reads)
    bulletins.register(app, reads, fake)
    client: FlaskClient = app.server.test_client()
    return client


def shown(client: FlaskClient, output: str, search: str = "", **more: Any) -> Mapping[str, Any]:
    at = {f"{ids.URL}.search": search, f"{ids.URL}.pathname": "/bulletins"}
    told: Mapping[str, Any] = run(client, output, **{**at, **more})
    return told


def text_of(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False)


def test_the_list_has_every_edition_with_its_files_and_what_it_is() -> None:
    fake = FakeArchive([edition(2, revision=2, reason="迟报"), edition(1)])
    told = text_of(shown(client_of(fake), ids.BULLETINS_LIST))
    for part in (
        "/bulletin/2.pdf",
        "/bulletin/1.pdf",
        "早报〔2026〕7号",
        "2026-02-09",
        "ab" * 32,
        "第2次修订",
    ):
        assert part in told
    # The first stays, and says that it is not the last word.
    assert told.count(word("archive.superseded")) == 1
    [(wanted, _, _, _)] = fake.asked
    assert wanted == Wanted("boston")


def test_the_address_holds_the_view() -> None:
    fake = FakeArchive([edition(number) for number in range(1, 80)])
    search = "?scope=boston-roxbury&kind=evening&month=2026-01&below=1&page=1"
    told = text_of(shown(client_of(fake), ids.BULLETINS_LIST, search))
    wanted, _, limit, offset = fake.asked[0]
    assert (wanted.scope, wanted.kind, wanted.below) == ("boston-roxbury", "evening", True)
    assert wanted.last_at - wanted.first_at == 31 * DAY
    assert (limit, offset) == (bulletins.PAGE_ROWS + 1, bulletins.PAGE_ROWS - 1)
    assert "&month=2026-01&below=1&page=2" in told
    assert told.count("/bulletin/30.pdf") == 0
    assert told.count("/bulletin/31.pdf") == 1


@pytest.mark.parametrize(
    "search",
    ["?kind=weekly", "?month=2026-13", "?edition=first", "?page=-1", "?scope=cambridge", "?demand=refused"],
)
def test_what_is_not_understood_is_said(search: str) -> None:
    told = shown(client_of(FakeArchive()), ids.BULLETINS_PLACE, search)
    assert "notice" in text_of(told[ids.BULLETINS_NOTICE])


def test_an_empty_archive_says_what_is_due_when() -> None:
    told = text_of(shown(client_of(FakeArchive()), ids.BULLETINS_LIST))
    assert "晚间通报：2026-02-10 20:00" in told
    assert word("archive.none") in told
    assert word("archive.none_filtered") in text_of(
        shown(client_of(FakeArchive()), ids.BULLETINS_LIST, "?kind=month")
    )


def test_the_state_of_the_day_and_what_is_missing() -> None:
    owed = [Owed("evening", "boston-roxbury", f"2026-02-0{day}", NOW - DAY, NOW - DAY) for day in range(1, 9)]
    fake = FakeArchive([edition(1, state="failed", path="", fault="字体缺失", issued_at=None)], owed=owed)
    told = text_of(shown(client_of(fake), ids.BULLETINS_STATE))
    assert "字体缺失" in told
    assert word("archive.state_failed") in told
    assert word("archive.state_waiting") in told
    assert word("archive.missing_more").format(n=2) in told
    # Whoever cannot mend it is told that it failed, and not why.
    leader = text_of(shown(client_of(fake, "leader"), ids.BULLETINS_STATE))
    assert "字体缺失" not in leader
    assert word("archive.state_failed") in leader


def test_what_has_not_changed_is_not_drawn_again() -> None:
    fake = FakeArchive([edition(1)])
    client = client_of(fake)
    first = shown(client, ids.BULLETINS_LIST)
    mark = first[ids.BULLETINS_SEEN]["data"]
    again = shown(client, ids.BULLETINS_LIST, **{ids.BULLETINS_SEEN: mark})
    assert ids.BULLETINS_LIST not in again
    fake.kept.append(edition(2))
    assert ids.BULLETINS_LIST in shown(client, ids.BULLETINS_LIST, **{ids.BULLETINS_SEEN: mark})


@pytest.mark.parametrize(
    ("role", "states"),
    [
        ("leader", ("issued",)),
        ("auditor", ("issued",)),
        ("operator", ("making", "failed", "draft", "approved", "issued")),
        ("administrator", ("making", "failed", "draft", "approved", "issued")),
    ],
)
def test_drafts_are_for_whoever_sees_to_them(role: Role, states: tuple[str, ...]) -> None:
    fake = FakeArchive([edition(1)], sent=[delivery(5, "failed", fault="550 no such user")])
    shown(client_of(fake, role), ids.BULLETINS_LIST)
    assert fake.asked[0][1] == states
    told = text_of(shown(client_of(fake, role), ids.BULLETINS_OPEN, "?edition=1"))
    assert ("值班室5" in told) == (role in ("operator", "administrator"))
    assert "duty@city.example" not in told


def test_one_edition_in_view() -> None:
    changed = edition(2, revision=2, reason="迟报补录", changes=("受理数由 1 改为 2。",))
    fake = FakeArchive([changed, edition(1)], sent=[delivery(1, "sent", sent_at=NOW), delivery(2, "unknown")])
    told = text_of(shown(client_of(fake), ids.BULLETINS_OPEN, "?edition=2"))
    for part in (
        "迟报补录",
        "受理数由 1 改为 2。",
        "ab" * 32,
        '"/bulletin/2"',
        word("archive.delivery_unknown"),
    ):
        assert part in told
    assert '"sandbox": "allow-same-origin allow-popups"' in told
    assert word("archive.approve") not in told
    gone = text_of(shown(client_of(fake), ids.BULLETINS_OPEN, "?edition=99"))
    assert word("archive.gone") in gone


@pytest.mark.parametrize(("role", "may_approve"), [("operator", True), ("administrator", False)])
def test_a_draft_waits_for_an_operator(role: Role, may_approve: bool) -> None:
    fake = FakeArchive([edition(1, state="draft", number="", issued_at=None)])
    told = text_of(shown(client_of(fake, role), ids.BULLETINS_OPEN, "?edition=1"))
    assert (word("archive.approve") in told) == may_approve


@pytest.mark.parametrize("action", ["approve", "try", "retry"])
def test_what_is_confirmed_is_done_and_what_is_refused_is_said(action: str) -> None:
    fake = FakeArchive([edition(4)])
    assert "is-done" in text_of([one.to_plotly_json() for one in bulletins.follow(fake, action, 4)])
    assert fake.asked == [(action, 4)]
    fake.refuses = "archive.refused"
    [told] = bulletins.follow(fake, action, 4)
    assert told.children == word("archive.refused")


def test_the_forms_on_demand_are_for_whoever_may_export() -> None:
    assert not shown(client_of(FakeArchive(), "leader"), ids.BULLETINS_PLACE)[ids.BULLETINS_DEMAND]["hidden"]
    assert shown(client_of(FakeArchive(), "auditor"), ids.BULLETINS_PLACE)[ids.BULLETINS_DEMAND]["hidden"]


def test_in_english_nothing_stays_chinese() -> None:
    fake = FakeArchive([edition(1, title="Morning bulletin", number="No. 7", state="draft", issued_at=None)])
    with speaking("en"):
        client = client_of(fake)
        told = text_of([shown(client, one) for one in (ids.BULLETINS_LIST, ids.BULLETINS_STATE)])
        told += text_of(shown(client, ids.BULLETINS_OPEN, "?edition=1"))
    # The city is called so.
    told = told.replace("波士顿", "")
    assert not [one for one in told if "\u4e00" <= one <= "\u9fff"]


def test_the_administration_sees_what_failed_and_what_did_not_go() -> None:
    health = Health(
        workers=[Worker("centre-01 4711", MORNING, NOW, "")],
        missing=3,
        failed=[edition(7, state="failed", title="", fault="没有空间", again_at=NOW, attempts=4)],
        drafts=[edition(8, state="draft")],
        waiting=12,
        troubled=[delivery(5, "unknown", fault="the line broke")],
        of={1: edition(1)},
    )
    parts = admin.bulletins_part(health, boston_tree(), ZoneClock.of(ZONE))
    told = text_of(json.loads(json.dumps(parts, cls=PlotlyJSONEncoder)))
    for part in ("centre-01 4711", "没有空间", "the line broke", "值班室5", '"action": "try", "name": "7"'):
        assert part in told
    assert '"action": "send", "name": "5"' in told
    assert "duty@city.example" not in told
