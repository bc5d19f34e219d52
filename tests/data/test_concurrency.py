"""Many writers at once, and writers that die: nothing acknowledged is lost, nothing is counted twice."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from data import counters
from data.events import write
from data.rebuilding import finish_bulk
from data.reference import reference
from data.schema import event, event_step, source
from data.store import Store
from tests.support.brute import event_rows
from tests.support.city import open_city
from tests.support.writers import NOW, shared_operations

ROOT = Path(__file__).resolve().parents[2]

Acknowledged = list[Any]


def start(role: str, url: str, seed: int, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.writers", role, url, str(seed), str(count)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(writer: subprocess.Popen[str]) -> list[Any]:
    """What a writer had acknowledged when it ended by itself."""
    out, err = writer.communicate(timeout=240)
    assert writer.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()]


def stored_steps(store: Store) -> Counter[tuple[str, str, str, str]]:
    statement = (
        select(source.c.name, event.c.source_key, event_step.c.step_key, event_step.c.kind)
        .join(event, event.c.id == event_step.c.event_id)
        .join(source, source.c.id == event.c.source_id)
    )
    with store.reading() as connection:
        return Counter((row[0], row[1], row[2], row[3]) for row in connection.execute(statement))


def assert_exact(store: Store) -> None:
    with store.reading() as connection:
        cells, differing, found = counters.differences(connection, reference(store).lifts)
    assert (differing, found) == (0, [])
    assert cells > 0
    rows = event_rows(store)
    with store.reading() as connection:
        steps = Counter(connection.execute(select(event_step.c.event_id)).scalars())
    assert {row["id"]: row["steps"] for row in rows} == steps
    assert len({(row["source_id"], row["source_key"]) for row in rows}) == len(rows)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_ten_thousand_operations_by_four_processes_at_once(database_url: str) -> None:
    """Two writers tell the very same, two others different things of the same events; a bulk load runs beside."""
    with open_city(database_url) as store:
        writers = [start("shared", database_url, seed, 2550) for seed in (1, 1, 2, 3)]
        loader = start("bulk", database_url, 9, 360)
        said = [line for writer in writers for batch in end(writer) for line in batch]
        loaded = end(loader)
        assert loaded[-1] == "finished"
        assert len(said) >= 10_000
        outcomes: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for *step, status, _reason in said:
            outcomes[tuple(step)][status] += 1
        kept = stored_steps(store)
        assert set(kept.values()) == {1}
        done = {step for step, found in outcomes.items() if found["added"] + found["applied"]}
        assert all(outcomes[step]["added"] + outcomes[step]["applied"] == 1 for step in done)
        assert {step for step in kept if step[0] == "shared"} == done
        unchanged = {step for step, found in outcomes.items() if found["unchanged"]}
        assert unchanged <= done
        assert len(done) > 800
        assert len(unchanged) > 200
        assert sum(found["refused"] for found in outcomes.values()) > 1000
        bulk = [line for batch in loaded if isinstance(batch, list) for line in batch]
        assert {line[4] for line in bulk} == {"added"}
        assert {(line[0], line[1]) for line in bulk} == {step[:2] for step in kept if step[0] != "shared"}
        finish_bulk(store)
        assert_exact(store)


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_that_was_acknowledged(database_url: str) -> None:
    random = Random(4)
    with open_city(database_url, synchronous="FULL") as store:
        acknowledged: list[Acknowledged] = []
        for seed in range(3):
            said = killed(start("own", database_url, seed, 10**6), random, random.randint(2, 12))
            acknowledged += [line for batch in said for line in batch]
            kept = stored_steps(store)
            for name, key, step_key, kind, status, reason in acknowledged:
                assert status in ("added", "applied"), reason
                assert kept[name, key, step_key, kind] == 1
            assert_exact(store)
        assert len(acknowledged) > 100
        assert write(store, shared_operations(store, 5, 10), NOW)
        assert_exact(store)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["loading", "finishing"])
def test_a_bulk_load_that_is_killed_can_be_finished(database_url: str, moment: str) -> None:
    random = Random(6)
    with open_city(database_url, synchronous="FULL") as store:
        acknowledged: list[Acknowledged] = []
        for seed in range(2):
            lines = random.randint(1, 3) if moment == "loading" else None
            count = 3000 if moment == "loading" else 600
            said = killed(start("bulk", database_url, seed, count), random, lines)
            acknowledged += [line for batch in said if isinstance(batch, list) for line in batch]
            kept = {step[:2] for step in stored_steps(store)}
            assert {line[4] for line in acknowledged} == {"added"}
            assert {(line[0], line[1]) for line in acknowledged} <= kept
            if moment == "loading":
                assert store.state().counters_stale
            finish_bulk(store)
            assert not store.state().counters_stale
            assert_exact(store)


def killed(writer: subprocess.Popen[str], random: Random, lines: int | None) -> list[Any]:
    """Kills a writer some time after it has told so many lines (None: when it finishes), and gives all that it told."""
    said: list[Any] = []
    assert writer.stdout is not None
    for line in writer.stdout:
        said.append(json.loads(line))
        if said[-1] == "finishing" or len(said) == lines:
            break
    assert said, writer.stderr.read() if writer.stderr else ""
    time.sleep(random.random() * (0.2 if lines else 0.05))
    writer.kill()
    out, _ = writer.communicate(timeout=60)
    # The kill may cut a line short; a batch is acknowledged when its line is whole.
    said += [json.loads(line) for line in out.splitlines(keepends=True) if line.endswith("\n")]
    return said
