"""A process that writes to a store and tells each batch that was acknowledged, one JSON line each.

Run as `python -m tests.support.writers ROLE URL SEED COUNT`. It is killed at any moment by the tests.
"""

from __future__ import annotations

import json
import sys
from random import Random
from typing import Any

from data import events
from data.clocks import HOUR, SECOND
from data.events import Operation, Outcome, bulk_add, write
from data.lifecycle import Report, Step
from data.rebuilding import finish_bulk
from data.reference import reference
from data.store import Store
from tests.support.city import SHANGHAI
from tests.support.lives import Life, Lives, around, change_overs

SHARED_EVENTS = 150
BATCH = 25

NOW = around(change_overs(SHANGHAI)[0], 20).end


def told(operation: Operation, outcome: Outcome) -> list[Any]:
    """One acknowledged operation: source, key, step key, kind, status and reason."""
    kind = str(operation.kind) if isinstance(operation, Step) else "report"
    return [operation.source, operation.key, operation.step_key, kind, outcome.status, outcome.reason]


def say(line: object) -> None:
    """Tells the parent; what has been said is acknowledged."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def shared_operations(store: Store, seed: int, count: int) -> list[Operation]:
    """Operations on events that every writer knows: reports are the same for all, steps for those of one seed."""
    random = Random(seed)
    lives = Lives(reference(store), random, around(change_overs(SHANGHAI)[0], 3))
    known = [Life("shared", f"k{number}") for number in range(SHARED_EVENTS)]
    reports: dict[str, Report] = {}
    for life in known:
        own = Lives(lives.reference, Random(life.key), lives.period)
        reports[life.key] = own.report(life, own.period.start + Random(life.key).randrange(HOUR))
    made: list[Operation] = []
    for number in range(count):
        life = random.choice(known)
        if life.row is None or random.random() < 0.03:
            made.append(reports[life.key])
            if life.row is None:
                lives.remember(life, reports[life.key])
            continue
        at = lives.period.start + HOUR + number * 60 * SECOND + random.choice((0, 0, 1))
        step = lives.step(life, at, wild=0.3)
        made.append(Step(**{**vars(step), "step_key": f"{seed}-{number}"}))
        lives.remember(life, made[-1])
    return made


def write_shared(store: Store, seed: int, count: int) -> None:
    """Writes beside others on the same events."""
    operations = shared_operations(store, seed, count)
    for start in range(0, count, BATCH):
        batch = operations[start : start + BATCH]
        say(
            [
                told(operation, outcome)
                for operation, outcome in zip(batch, write(store, batch, NOW), strict=True)
            ]
        )


def write_own(store: Store, seed: int, count: int) -> None:
    """Writes whole lives of its own, batch after batch."""
    lives = Lives(reference(store), Random(seed), around(change_overs(SHANGHAI)[0], 3))
    for start in range(0, count, 5):
        batch = [
            operation for number in range(start, start + 5) for operation in lives.history(f"{seed}-{number}")
        ]
        say(
            [
                told(operation, outcome)
                for operation, outcome in zip(batch, write(store, batch, NOW), strict=True)
            ]
        )


def load_bulk(store: Store, seed: int, count: int) -> None:
    """Loads whole lives in bulk, some at a time, and builds the counters."""
    events._BULK_CHUNK = 60
    lives = Lives(reference(store), Random(seed), around(change_overs(SHANGHAI)[0], 3))
    for start in range(0, count, 120):
        histories = [lives.history(f"{seed}-{number}") for number in range(start, min(start + 120, count))]
        outcomes = bulk_add(store, histories, NOW)
        say([told(history[0], outcome) for history, outcome in zip(histories, outcomes, strict=True)])
    say("finishing")
    finish_bulk(store)
    say("finished")


ROLES = {"shared": write_shared, "own": write_own, "bulk": load_bulk}


def main(role: str, url: str, seed: str, count: str) -> None:
    """Opens the store and does what the role says."""
    with Store.open(url, synchronous="FULL" if role != "shared" else "OFF") as store:
        ROLES[role](store, int(seed), int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
