"""Deliveries: each bulletin at most once to each recipient, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from data.bulletinplan import BulletinPlan, Recipient
from data.clocks import HOUR, MINUTE
from data.deliveries import (
    LEASE,
    MOST_ATTEMPTS,
    Delivery,
    claim_delivery,
    deliveries,
    delivery_counts,
    lapse,
    owe,
    owed_deliveries,
    record_failed,
    record_sent,
    record_unknown,
    retry,
)
from data.editions import Made, Owed, claim, record
from data.store import Store
from tests.support.city import DISTRICT, OTHER_DISTRICT, open_city

NOON = 1_795_752_000_000_000


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_city(database_url) as opened:
        held = claim(opened, Owed("morning", DISTRICT, "2026-11-27", NOON, NOON), "a 1", NOON)
        assert held is not None
        assert record(opened, held, Made("x.pdf", "0", 1, 1, "t", {}, {}), NOON)
        owed_to(opened, held.id, "a@example.org")
        yield opened


def owed_to(store: Store, edition_id: int, *addresses: str) -> None:
    plan = BulletinPlan(recipients=tuple(Recipient(each, "mail", each, (DISTRICT,)) for each in addresses))
    with store.keeping() as connection:
        owe(connection, edition_id, "morning", DISTRICT, plan, NOON)


def taken(store: Store, at: int = NOON) -> Delivery:
    (one,) = owed_deliveries(store, at)
    held = claim_delivery(store, one.id, at)
    assert held is not None
    return held


def test_it_is_owed_once_claimed_once_and_sent_once(store: Store) -> None:
    owed_to(store, 1, "a@example.org")
    held = taken(store)
    assert (held.state, held.attempts, held.address) == ("sending", 1, "a@example.org")
    assert owed_deliveries(store, NOON + HOUR) == []
    assert claim_delivery(store, held.id, NOON + HOUR) is None
    assert record_sent(store, held, NOON + MINUTE)
    (found,) = deliveries(store)
    assert (found.state, found.sent_at, found.again_at) == ("sent", NOON + MINUTE, None)
    assert not retry(store, held.id, NOON)
    assert lapse(store, NOON + HOUR, "died") == 0
    for attack in ("UPDATE delivery SET state = 'owed'", "DELETE FROM delivery"):
        with pytest.raises(DatabaseError, match=r"stays sent|rows do not go"), store.keeping() as connection:
            connection.execute(text(attack))


def test_of_many_who_would_send_it_one_does(store: Store) -> None:
    owed_to(store, 1, *(f"{number}@example.org" for number in range(20)))

    def work(_number: int) -> int:
        return sum(claim_delivery(store, one.id, NOON) is not None for one in owed_deliveries(store, NOON))

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(6))) == 21
    assert delivery_counts(store)["sending"] == 21


def test_whoever_dies_over_it_leaves_it_unknown_and_it_is_not_sent_by_itself(store: Store) -> None:
    held = taken(store)
    assert lapse(store, NOON + LEASE - 1, "died") == 0
    assert lapse(store, NOON + LEASE, "whoever sent it was not heard of again") == 1
    assert owed_deliveries(store, NOON + 100 * HOUR) == []
    (found,) = deliveries(store, states=["unknown"])
    assert found.fault == "whoever sent it was not heard of again"
    assert retry(store, held.id, NOON + HOUR)
    again = taken(store, NOON + HOUR)
    # The one taken for dead says nothing any more.
    assert not record_sent(store, held, NOON + HOUR)
    assert not record_failed(store, held, "x", NOON + HOUR)
    assert record_sent(store, again, NOON + HOUR)


def test_one_that_was_only_slow_may_still_say_that_it_was_sent(store: Store) -> None:
    held = taken(store)
    lapse(store, NOON + LEASE, "died")
    assert record_sent(store, held, NOON + 2 * LEASE)
    assert delivery_counts(store)["sent"] == 1


def test_it_is_tried_again_after_longer_and_longer_waits_and_then_given_up(store: Store) -> None:
    at, waits = NOON, []
    for attempt in range(MOST_ATTEMPTS):
        held = taken(store, at)
        assert record_failed(store, held, "the server said: try later", at)
        (found,) = deliveries(store)
        assert found.fault == "the server said: try later"
        if attempt < MOST_ATTEMPTS - 1:
            assert found.again_at is not None
            waits.append((found.again_at - at) // MINUTE)
            assert owed_deliveries(store, found.again_at - 1) == []
            at = found.again_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert (found.state, found.again_at) == ("failed", None)
    assert retry(store, found.id, at)
    assert taken(store, at).attempts == 1


def test_what_will_never_go_is_given_up_at_once_and_what_may_have_gone_is_unknown(store: Store) -> None:
    held = taken(store)
    assert record_failed(store, held, "no such mailbox", NOON, again=False)
    assert delivery_counts(store) == {"owed": 0, "sending": 0, "sent": 0, "failed": 1, "unknown": 0}
    assert retry(store, held.id, NOON)
    assert record_unknown(store, taken(store), "the line broke after the last word", NOON)
    assert delivery_counts(store)["unknown"] == 1


def test_a_wait_can_be_ended_and_nobody_beyond_the_scope_can(store: Store) -> None:
    held = taken(store)
    record_failed(store, held, "later", NOON)
    assert deliveries(store.within(OTHER_DISTRICT)) == []
    assert not retry(store.within(OTHER_DISTRICT), held.id, NOON)
    assert len(deliveries(store.within(DISTRICT), edition_id=1)) == 1
    assert retry(store.within(DISTRICT), held.id, NOON)
    assert taken(store).id == held.id
