"""The audit: one chain of hashes, append-only in the database itself, pruned behind an anchor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from data.audit import BEGINNING, Entry, Wanted, entries, every_entry, prune, record, scopes_within, verify
from data.clocks import DAY, Instant, now
from data.grids import Node, plant
from data.settings import PROJECT
from data.store import MIGRATIONS, Store, StoreError


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url) as opened:
        yield opened


def entry(at: Instant, number: int = 0, **more: str) -> Entry:
    return Entry(
        at,
        more.get("action", "export"),
        f"list {number}",
        "refused" if more.get("result") == "refused" else "ok",
        who=more.get("who", "李明"),
        scope=more.get("scope", "410105"),
        detail={"reason": "核查 “投诉”", "rows": number},
    )


def test_entries_come_back_as_they_went_in_newest_first(store: Store) -> None:
    at = now()
    given = [entry(at + number, number) for number in range(5)]
    assert [record(store, one) for one in given] == [1, 2, 3, 4, 5]
    found = entries(store, Wanted(), limit=3)
    assert [one.seq for one in found] == [5, 4, 3]
    assert [one.subject for one in entries(store, Wanted(), before=found[-1].seq)] == ["list 1", "list 0"]
    assert found[0].detail == given[4].detail
    assert [one.seq for one in every_entry(store, Wanted())] == [1, 2, 3, 4, 5]


def test_filters_narrow_to_who_what_result_period_and_scope(store: Store) -> None:
    at = now()
    record(store, entry(at, 0, who="a"))
    record(store, entry(at + 10, 1, who="b", action="sign_in", result="refused"))
    record(store, entry(at + 20, 2, who="b", scope="410102"))
    for wanted, expected in (
        (Wanted(who="b"), [3, 2]),
        (Wanted(action="sign_in"), [2]),
        (Wanted(result="refused"), [2]),
        (Wanted(start=at + 10, end=at + 20), [2]),
        (Wanted(scopes=frozenset({"410102"})), [3]),
        (Wanted(scopes=frozenset()), []),
        (Wanted(who="' OR 1=1 --"), []),
    ):
        assert [one.seq for one in entries(store, wanted)] == expected


def test_an_auditor_of_a_part_sees_what_was_done_within_it(store: Store) -> None:
    record(store, entry(now(), 0, scope="city"))
    record(store, entry(now(), 1, scope="district"))
    city = plant([Node("city", "c", None, "city"), Node("district", "d", "city", "district")])
    assert scopes_within(store, city) is None
    assert scopes_within(store, city.within("district")) == frozenset({"district"})


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit SET result = 'ok'",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit",
        "INSERT INTO audit SELECT 7, at, who, role, scope, session, address, action, subject, result, detail, hash"
        " FROM audit WHERE seq = 3",
        "INSERT INTO audit_anchor SELECT seq, hash, at FROM audit WHERE seq = 2",
        "INSERT INTO audit_anchor VALUES (3, 'forged', 0)",
    ],
)
def test_the_database_refuses_to_change_what_was_recorded(store: Store, attack: str) -> None:
    for number in range(3):
        record(store, entry(now(), number))
    with pytest.raises(DatabaseError, match="the audit is append-only"), store.keeping() as connection:
        connection.execute(text(attack))
    found = verify(store)
    assert (found.rows, found.holds) == (3, True)


def test_a_store_that_was_migrated_refuses_as_well(database_url: str) -> None:
    before = ScriptDirectory(str(MIGRATIONS)).get_revision("0006").down_revision
    with Store.open(database_url) as store, store.writing() as connection:
        for table in ("audit", "audit_anchor"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": before})
    with Store.open(database_url) as store:
        record(store, entry(now()))
        for attack in ("UPDATE audit SET who = ''", "DELETE FROM audit"):
            with pytest.raises(DatabaseError, match="append-only"), store.keeping() as connection:
                connection.execute(text(attack))


def disarmed(store: Store, attack: str) -> None:
    """Does it with the triggers out of the way, as somebody would who owns the database."""
    with store.keeping() as connection:
        for name in ("audit_appends", "audit_changes", "audit_goes"):
            connection.execute(text(f"DROP TRIGGER {name}" + ("" if store.is_sqlite else " ON audit")))
        connection.execute(text(attack))


@pytest.mark.parametrize(
    ("attack", "broken_at"),
    [
        ("UPDATE audit SET result = 'ok' WHERE seq = 3", 3),
        ("UPDATE audit SET detail = '{}' WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("UPDATE audit SET hash = 'x' WHERE seq = 5", 5),
    ],
)
def test_a_chain_that_was_tampered_with_is_found_at_the_row(
    store: Store, attack: str, broken_at: int
) -> None:
    for number in range(5):
        record(store, entry(now(), number, result="refused"))
    disarmed(store, attack)
    found = verify(store)
    assert (found.holds, found.broken_at) == (False, broken_at)


def test_a_kept_hash_proves_that_the_chain_was_not_made_anew_or_cut(store: Store) -> None:
    assert verify(store).head == BEGINNING
    for number in range(4):
        record(store, entry(now(), number))
    kept = verify(store)
    assert verify(store, (kept.last, kept.head)).proved is True
    assert verify(store, (2, kept.head)).holds is False
    disarmed(store, "DELETE FROM audit WHERE seq >= 3")
    assert verify(store).holds
    assert not verify(store, (kept.last, kept.head)).holds


def test_the_oldest_go_and_the_chain_goes_on_from_the_anchor(store: Store) -> None:
    at = now()
    for days in (400, 300, 200, 10):
        record(store, entry(at - days * DAY, days))
    kept = entries(store, Wanted())[1]
    with pytest.raises(ValueError, match="expected 180 days or more, found 179"):
        prune(store, at, 179)
    assert prune(store, at, 250, who="admin") == 2
    found = verify(store)
    assert (found.holds, found.rows, found.anchor) == (True, 3, 2)
    assert [one.action for one in entries(store, Wanted())] == ["audit.prune", "export", "export"]
    assert verify(store, (kept.seq, kept.hash)).proved is True
    assert prune(store, at, 250) == 0
    record(store, entry(at, 5))
    assert prune(store, at, 180) == 1
    assert verify(store).holds


def test_several_processes_write_one_chain(store: Store, database_url: str) -> None:
    script = (
        "import sys\n"
        "from data.audit import Entry, record\n"
        "from data.store import Store\n"
        "with Store.open(sys.argv[1]) as store:\n"
        "    for number in range(25):\n"
        "        record(store, Entry(number, 'export', sys.argv[2], 'ok'))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, database_url, str(number)], cwd=PROJECT)
        for number in range(4)
    ]
    assert [each.wait(120) for each in running] == [0] * 4
    found = verify(store)
    assert (found.rows, found.last, found.holds) == (100, 100, True)


def test_a_bounded_store_records_in_the_one_chain_and_writes_nothing_else(store: Store) -> None:
    bounded = store.within("410105")
    assert record(bounded, entry(now())) == 1
    for transaction in (bounded.writing, bounded.keeping):
        with pytest.raises(StoreError, match="expected the store of the whole city to write to"):
            transaction().__enter__()


def test_what_is_too_long_or_no_text_is_cut_and_not_refused(store: Store) -> None:
    record(store, Entry(now(), "a" * 99, "题" * 999 + "\x00", "failed", address="::1" * 99))
    (found,) = entries(store, Wanted())
    assert (len(found.action), len(found.subject), len(found.address)) == (64, 255, 64)
    assert verify(store).holds
