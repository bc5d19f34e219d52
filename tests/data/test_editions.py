"""Editions in the store: claimed once, fenced, numbered without a gap, issued for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from data import audit
from data.access import Viewer
from data.clocks import DAY, HOUR, MINUTE, SECOND, instant
from data.deliveries import deliveries
from data.editions import (
    LEASE,
    Edition,
    EditionError,
    Made,
    Owed,
    UnknownEdition,
    approve,
    claim,
    claim_again,
    count_editions,
    document_of,
    edition_of,
    editions,
    failed,
    figures_of,
    find_edition,
    listed,
    record,
    release,
    renew,
    revisable,
    revisions,
    try_now,
    unfinished,
    workers_at_work,
)
from data.editiontables import TABLES, edition_number
from data.jobworkers import HEARD, beat, edition_counts, gone, start, starts, workers
from data.schema import city
from data.store import MIGRATIONS, Store, StoreError
from tests.support.city import CITY, DISTRICT, OTHER_DISTRICT, STREET, open_city

NOON = instant(datetime(2026, 11, 27, 4, tzinfo=UTC))
MORNING = NOON - 4 * HOUR
OPERATOR = Viewer("李明", "operator", DISTRICT, session="s1")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_city(database_url) as opened:
        yield opened


def planned(store: Store, **bulletins: object) -> None:
    """Gives the city a [bulletins]."""
    with store.keeping() as connection:
        config = json.loads(connection.execute(select(city.c.config)).scalar_one())
        config["bulletins"] = bulletins
        connection.execute(update(city).values(config=json.dumps(config)))
        connection.execute(text("UPDATE store_state SET reference_version = reference_version + 1"))


def owed(day: date = date(2026, 11, 27), scope: str = DISTRICT) -> Owed:
    return Owed("morning", scope, day.isoformat(), MORNING, MORNING)


def claimed(store: Store, one: Owed | None = None, worker: str = "a 1") -> Edition:
    found = claim(store, one or owed(), worker, NOON)
    assert found is not None
    return found


def made(held: Edition, rate: float = 0.9) -> Made:
    return Made(
        path=f"2026-11/{held.id}-f{held.fence}.pdf",
        sha256=f"{held.fence:064d}",
        pages=2,
        size=100,
        title="晨报",
        figures={"rate": rate},
        document={"number": held.number, "rate": rate},
        changes=("what has changed",) if held.revision > 1 else (),
    )


def issued(store: Store, one: Owed | None = None) -> Edition:
    held = claimed(store, one)
    assert record(store, held, made(held), NOON + MINUTE)
    return edition_of(store, held.id)


def test_an_edition_is_claimed_once_and_stands_as_it_was_made(store: Store) -> None:
    held = claimed(store)
    assert (held.state, held.fence, held.revision, held.again_at) == ("making", 1, 1, NOON + LEASE)
    assert held.number == "district 1101早报〔2026〕1号"
    assert claim(store, owed(), "b 2", NOON) is None
    assert record(store, held, made(held), NOON + MINUTE)
    found = edition_of(store, held.id)
    assert (found.state, found.issued_at, found.made_at, found.again_at) == (
        *("issued", NOON + MINUTE, NOON + MINUTE),
        None,
    )
    assert (found.pages, found.size, found.sha256, found.title) == (2, 100, f"{1:064d}", "晨报")
    assert figures_of(store, held.id) == {"rate": 0.9}
    assert document_of(store, held.id) == {"number": held.number, "rate": 0.9}
    assert claim_again(store, held.id, "b 2", NOON + DAY) is None
    assert not record(store, held, made(held), NOON + HOUR)
    assert unfinished(store, NOON + DAY) == []


def test_whoever_lost_the_lease_can_neither_record_nor_give_a_fault(store: Store) -> None:
    zombie = claimed(store)
    assert claim_again(store, zombie.id, "b 2", NOON + LEASE - 1) is None
    assert renew(store, zombie, NOON + MINUTE)
    assert [one.id for one in unfinished(store, NOON + LEASE + MINUTE)] == [zombie.id]
    heir = claim_again(store, zombie.id, "b 2", NOON + LEASE + MINUTE)
    assert heir is not None
    assert (heir.fence, heir.worker, heir.number, heir.attempts) == (2, "b 2", zombie.number, 2)
    assert not renew(store, zombie, NOON + 2 * LEASE)
    assert not record(store, zombie, made(zombie), NOON + 2 * LEASE)
    assert not failed(store, zombie, "no room", NOON + 2 * LEASE)
    assert record(store, heir, made(heir), NOON + 2 * LEASE)
    assert not record(store, zombie, made(zombie), NOON + 3 * LEASE)
    assert edition_of(store, heir.id).sha256 == f"{2:064d}"


def test_what_failed_waits_longer_each_time_and_says_why(store: Store) -> None:
    held, at, waits = claimed(store), NOON, []
    for _ in range(9):
        assert failed(store, held, "the template daily is missing: put it back", at)
        found = edition_of(store, held.id)
        assert (found.state, found.fault) == ("failed", "the template daily is missing: put it back")
        assert found.again_at is not None
        waits.append((found.again_at - at) // SECOND)
        at = found.again_at
        assert claim_again(store, held.id, "a 1", at - 1) is None
        again = claim_again(store, held.id, "a 1", at)
        assert again is not None
        held = again
    assert waits == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    assert record(store, held, made(held), at)
    assert edition_of(store, held.id).fault == ""
    assert edition_of(store, held.id).number.endswith("〕1号")


def test_a_wait_can_be_ended_by_hand(store: Store) -> None:
    held = claimed(store)
    assert not try_now(store, held.id, NOON)
    failed(store, held, "no room", NOON)
    assert try_now(store, held.id, NOON)
    assert claim_again(store, held.id, "a 1", NOON) is not None
    with pytest.raises(UnknownEdition):
        try_now(store.within(OTHER_DISTRICT), held.id, NOON)


def test_the_work_of_the_dead_is_let_go(store: Store) -> None:
    held = claimed(store, worker="here 77")
    assert workers_at_work(store, NOON) == {"here 77"}
    assert release(store, {"there 77"}, NOON) == 0
    assert release(store, {"here 77"}, NOON) == 1
    assert claim_again(store, held.id, "b 2", NOON) is not None


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE edition SET title = 'x'",
        "UPDATE edition SET state = 'draft'",
        "UPDATE edition SET sha256 = 'x'",
        "DELETE FROM edition",
        "UPDATE edition_content SET figures = document",
        "UPDATE edition_content SET document = figures",
        "DELETE FROM edition_content",
        "INSERT INTO edition_content SELECT 1, figures, document FROM edition_content",
        "UPDATE edition_number SET number = 9",
        "DELETE FROM edition_number",
    ],
)
def test_the_database_refuses_to_change_what_was_issued(store: Store, attack: str) -> None:
    found = issued(store)
    with (
        pytest.raises(DatabaseError, match=r"stands as it is|rows do not go|keeps its key"),
        store.keeping() as c,
    ):
        c.execute(text(attack))
    assert edition_of(store, found.id) == found
    assert figures_of(store, found.id) == {"rate": 0.9}


def test_the_key_the_number_and_the_fence_of_a_claim_stay_too(store: Store) -> None:
    held = claimed(store)
    for attack in ("scope = '11'", "revision = 2", "number = 'x'", "fence = 0"):
        with pytest.raises(DatabaseError, match="keeps its key"), store.keeping() as connection:
            connection.execute(text(f"UPDATE edition SET {attack}"))
    assert edition_of(store, held.id) == held


def test_a_store_that_was_migrated_refuses_as_well(database_url: str) -> None:
    before = ScriptDirectory(str(MIGRATIONS)).get_revision("0009").down_revision
    with open_city(database_url) as store, store.writing() as connection:
        for table in TABLES:
            connection.execute(text(f"DROP TABLE {table.name}"))
        connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": before})
    with Store.open(database_url) as store:
        issued(store)
        for attack in ("UPDATE edition SET title = 'x'", "DELETE FROM edition_number"):
            with pytest.raises(DatabaseError, match=r"stands as it is|rows do not go"), store.keeping() as c:
                c.execute(text(attack))


def test_numbers_have_no_gap_and_no_double_with_many_who_claim_at_once(database_url: str) -> None:
    """Eight at once claim the same forty mornings of two districts; one in three dies and is taken over."""
    days = [date(2026, 11, 1) + timedelta(days=number) for number in range(40)]
    wanted = [owed(day, scope) for day in days for scope in (DISTRICT, OTHER_DISTRICT)]
    with open_city(database_url) as store:

        def work(number: int) -> int:
            won = 0
            for one in wanted[number:] + wanted[:number]:
                held = claim(store, one, f"w {number}", NOON)
                if held is None:
                    continue
                won += 1
                if held.id % 3:
                    assert record(store, held, made(held), NOON)
            return won

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(work, range(8))) == len(wanted)
        for one in unfinished(store, NOON + LEASE):
            held = claim_again(store, one.id, "heir 1", NOON + LEASE)
            assert held is not None
            assert record(store, held, made(held), NOON + LEASE)
        assert edition_counts(store) == {"issued": 80}
        for scope in (DISTRICT, OTHER_DISTRICT):
            found = editions(store, scope=scope, limit=100)
            assert {one.number for one in found} == {
                f"district {scope}早报〔2026〕{number}号" for number in range(1, 41)
            }


def test_numbers_begin_anew_with_each_year_and_series(store: Store) -> None:
    new_year = Owed("morning", DISTRICT, "2027-01-01", MORNING + 40 * DAY, MORNING + 40 * DAY)
    evening = Owed("evening", DISTRICT, "2026-11-27", NOON, NOON)
    found = [claimed(store, one).number for one in (owed(), new_year, evening, owed(date(2026, 11, 28)))]
    assert found == [
        "district 1101早报〔2026〕1号",
        "district 1101早报〔2027〕1号",
        "district 1101晚报〔2026〕1号",
        "district 1101早报〔2026〕2号",
    ]


def test_kinds_whose_numbers_would_print_alike_are_counted_together(store: Store) -> None:
    alike = {"number": "{word}〔{year}〕{number}号"}
    planned(store, morning=alike, evening=alike)
    first = claimed(store)
    second = claimed(store, Owed("evening", DISTRICT, "2026-11-27", NOON, NOON))
    assert (first.number, second.number) == ("district 1101〔2026〕1号", "district 1101〔2026〕2号")


def test_a_draft_gets_its_number_when_it_is_approved_and_is_then_set_anew(store: Store) -> None:
    planned(store, morning={"approval": True})
    held = claimed(store)
    assert (held.approval, held.number) == (True, "")
    assert record(store, held, made(held), NOON)
    draft = edition_of(store, held.id)
    assert (draft.state, draft.issued_at, draft.number) == ("draft", None, "")
    assert claim_again(store, draft.id, "a 1", NOON + DAY) is None

    found = approve(store.within(DISTRICT), draft.id, OPERATOR, NOON + HOUR, "10.0.0.1")
    assert (found.state, found.approved_by, found.number) == (
        *("approved", "李明"),
        "district 1101早报〔2026〕1号",
    )
    with pytest.raises(EditionError, match="found one that is approved by 李明: load the page again"):
        approve(store.within(DISTRICT), draft.id, OPERATOR, NOON + HOUR)
    (entry,) = audit.entries(store, audit.Wanted(action="approve"))
    assert (entry.who, entry.subject, entry.address) == (
        *("李明", "bulletin morning 1101 2026-11-27 revision 1"),
        "10.0.0.1",
    )

    assert [one.id for one in unfinished(store, NOON + HOUR)] == [draft.id]
    again = claim_again(store, draft.id, "b 2", NOON + HOUR)
    assert again is not None
    assert (again.state, again.fence) == ("approved", 2)
    # A fault, or a death, leaves it approved under its number.
    assert failed(store, again, "no room", NOON + HOUR)
    assert edition_of(store, draft.id).state == "approved"
    again = claim_again(store, draft.id, "b 2", NOON + 2 * HOUR)
    assert again is not None
    assert record(store, again, made(again, rate=0.1), NOON + 2 * HOUR)
    last = edition_of(store, draft.id)
    assert (last.state, last.issued_at, last.approved_at) == ("issued", NOON + 2 * HOUR, NOON + HOUR)
    # The figures are those that were approved; the page bears the number.
    assert figures_of(store, draft.id) == {"rate": 0.9}
    assert document_of(store, draft.id)["number"] == last.number


def test_who_may_not_approve_and_what_lies_beyond_the_scope(store: Store) -> None:
    planned(store, morning={"approval": True})
    held = claimed(store)
    record(store, held, made(held), NOON)
    for role in ("leader", "administrator", "auditor", "wall"):
        with pytest.raises(EditionError, match="expected an operator"):
            approve(store, held.id, Viewer("x", role, CITY), NOON)
    with pytest.raises(UnknownEdition):
        approve(store.within(OTHER_DISTRICT), held.id, OPERATOR, NOON)
    assert edition_of(store, held.id).state == "draft"
    assert audit.entries(store, audit.Wanted(action="approve")) == []


def test_drafts_that_are_approved_at_once_have_numbers_without_a_gap(database_url: str) -> None:
    with open_city(database_url) as store:
        planned(store, morning={"approval": True})
        drafts = [claimed(store, owed(date(2026, 11, 1) + timedelta(days=n))) for n in range(12)]
        for held in drafts:
            record(store, held, made(held), NOON)

        def ask(held: Edition) -> bool:
            try:
                approve(store, held.id, OPERATOR, NOON)
            except EditionError:
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            # Every draft is asked for twice.
            assert sum(pool.map(ask, drafts * 2)) == 12
        with store.reading() as connection:
            given = sorted(connection.execute(select(edition_number.c.number)).scalars())
        assert given == list(range(1, 13))


def test_a_revision_stands_beside_the_first_under_the_same_number(store: Store) -> None:
    with pytest.raises(EditionError, match="found none: leave out --revise"):
        revisable(store, "morning", DISTRICT, "2026-11-27")
    first = issued(store)
    assert revisable(store, "morning", DISTRICT, "2026-11-27") == first
    held = claim(store, owed(), "a 1", NOON, reason="late facts", revision=2)
    assert held is not None
    assert (held.number, held.reason, held.revision) == (first.number, "late facts", 2)
    assert claim(store, owed(), "b 2", NOON, reason="late facts", revision=2) is None
    with pytest.raises(EditionError, match="found revision 2 making"):
        revisable(store, "morning", DISTRICT, "2026-11-27")
    assert record(store, held, made(held, rate=0.8), NOON + HOUR)
    assert [one.revision for one in revisions(store, "morning", DISTRICT, "2026-11-27")] == [2, 1]
    assert edition_of(store, held.id).changes == ("what has changed",)
    assert figures_of(store, first.id) == {"rate": 0.9}
    assert edition_of(store, first.id) == first
    newest = find_edition(store, "morning", DISTRICT, "2026-11-27")
    assert newest is not None
    assert (newest.revision, newest.downloaded_as) == (2, "morning-2026-11-27-1101-r2")
    assert find_edition(store, "morning", DISTRICT, "2026-11-27", 1) == first
    # A number is one bulletin's, whatever its revisions.
    assert claimed(store, owed(date(2026, 11, 28))).number == "district 1101早报〔2026〕2号"


def test_an_edition_of_a_scope_beyond_is_not_found(store: Store) -> None:
    mine, other, whole = (
        issued(store),
        issued(store, owed(scope=OTHER_DISTRICT)),
        issued(store, owed(scope=CITY)),
    )
    street = issued(store, owed(scope=STREET))
    bounded = store.within(DISTRICT)
    assert {one.id for one in editions(bounded)} == {mine.id, street.id}
    assert count_editions(bounded) == 2
    assert count_editions(store) == 4
    for beyond in (other, whole):
        for ask in (edition_of, figures_of, document_of):
            with pytest.raises(UnknownEdition, match="no such bulletin within your scope"):
                ask(bounded, beyond.id)
        assert find_edition(bounded, "morning", beyond.scope, beyond.period) is None
        assert editions(bounded, scope=beyond.scope) == []
    with pytest.raises(StoreError, match="reads only"), bounded.keeping():
        pass


def test_lists_are_narrowed_by_kind_state_and_time_and_paged(store: Store) -> None:
    days = [date(2026, 11, 20) + timedelta(days=number) for number in range(5)]
    for number, day in enumerate(days):
        held = claimed(store, Owed("morning", CITY, day.isoformat(), NOON + number * DAY, NOON))
        if number:
            record(store, held, made(held), NOON)
    assert [one.period[-2:] for one in editions(store, limit=2)] == ["24", "23"]
    assert [one.period[-2:] for one in editions(store, limit=2, offset=2)] == ["22", "21"]
    assert [one.state for one in editions(store, states=["making"])] == ["making"]
    assert count_editions(store, kinds=["month"]) == 0
    assert count_editions(store, first_at=NOON + DAY, last_at=NOON + 3 * DAY) == 2
    assert listed(store, "morning", NOON + 3 * DAY) == {
        ("morning", CITY, "2026-11-23"),
        ("morning", CITY, "2026-11-24"),
    }
    with pytest.raises(UnknownEdition, match="not made yet"):
        figures_of(store, editions(store, states=["making"])[0].id)


def test_recipients_of_the_scope_and_kind_are_owed_what_is_issued(store: Store) -> None:
    row = {"by": "mail", "scopes": [DISTRICT]}
    planned(
        store,
        recipients=[
            {**row, "name": "a", "to": "a@example.org"},
            {**row, "name": "b", "to": "b@example.org", "kinds": ["month"]},
            {**row, "name": "c", "to": "c@example.org", "scopes": [CITY]},
            # The same mailbox under another name gets it once.
            {**row, "name": "d", "to": "a@example.org"},
        ],
    )
    held = claimed(store)
    assert deliveries(store) == []
    record(store, held, made(held), NOON)
    assert [(one.name, one.state, one.again_at) for one in deliveries(store)] == [("a", "owed", NOON)]


def test_a_draft_is_owed_to_nobody_until_it_is_issued(store: Store) -> None:
    planned(
        store,
        morning={"approval": True},
        recipients=[{"by": "mail", "scopes": [DISTRICT], "name": "a", "to": "a@example.org"}],
    )
    held = claimed(store)
    record(store, held, made(held), NOON)
    approve(store, held.id, OPERATOR, NOON)
    assert deliveries(store) == []
    again = claim_again(store, held.id, "a 1", NOON)
    assert again is not None
    record(store, again, made(again), NOON)
    assert len(deliveries(store)) == 1


def test_a_start_stays_as_it_was_first_recorded(store: Store) -> None:
    start(store, [("morning", CITY), ("month", CITY)], {"morning": 5, "month": 6})
    start(store, [("morning", CITY), ("morning", DISTRICT)], {"morning": 9})
    assert starts(store) == {("morning", CITY): 5, ("month", CITY): 6, ("morning", DISTRICT): 9}


def test_workers_are_known_while_they_give_signs_of_life(store: Store) -> None:
    beat(store, "a 1", "", NOON)
    beat(store, "a 1", "evening", NOON + MINUTE)
    beat(store, "b 2", "", NOON + 2 * MINUTE)
    assert [(one.name, one.started_at, one.doing) for one in workers(store, NOON + 2 * MINUTE)] == [
        ("b 2", NOON + 2 * MINUTE, ""),
        ("a 1", NOON, "evening"),
    ]
    assert [one.name for one in workers(store, NOON + 2 * MINUTE + HEARD)] == ["b 2"]
    gone(store, "b 2")
    assert workers(store, NOON + 2 * MINUTE + HEARD) == []
