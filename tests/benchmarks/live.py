"""Live writing beside readers: one process sends life-cycle operations, another asks what a screen asks."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from data.answers import Question
from data.clocks import now
from data.events import write
from data.lifecycle import Kind, Report, Step
from data.periods import last_days
from data.queries.figures import rank, totals
from data.reference import reference
from data.store import Store
from tests.benchmarks.questions import COUNTED

BATCH = 10
"""Operations that a feed delivers at once."""


@dataclass(frozen=True)
class LiveFigures:
    """Operations a second, and the 95th percentiles of a batch and of a reader's question in milliseconds."""

    per_second: float
    p95_ms: float
    reader_p95_ms: float


def live(url: str, seconds: float) -> LiveFigures:
    """Runs one writer and one reader for some seconds on a loaded benchmark city."""
    context = multiprocessing.get_context("spawn")
    asked: multiprocessing.Queue[list[float]] = context.Queue()
    reader = context.Process(target=_read, args=(url, seconds, asked))
    reader.start()
    times, operations, elapsed = _write(url, seconds)
    reader_times = asked.get(timeout=seconds + 60)
    reader.join()
    return LiveFigures(
        operations / elapsed, float(np.percentile(times, 95)), float(np.percentile(reader_times, 95))
    )


def _write(url: str, seconds: float) -> tuple[list[float], int, float]:
    rng = np.random.default_rng(7)
    with Store.open(url) as store:
        known = reference(store)
        leaves = [grid.code for grid in known.tree if grid.level == "grid"]
        numbers = count()
        begun = time.perf_counter()
        times: list[float] = []
        operations = 0
        while time.perf_counter() - begun < seconds:
            batch: list[Report | Step] = []
            while len(batch) < BATCH:
                key = f"L{next(numbers)}"
                at = now() - 1_000
                grid = leaves[int(rng.integers(len(leaves)))]
                batch.append(
                    Report(
                        source="live",
                        key=key,
                        at=at,
                        channel="h1",
                        category=f"c{int(rng.integers(125)):03d}",
                        grid=grid,
                        title="Water leaks",
                    )
                )
                batch += [
                    Step(source="live", key=key, step_key=str(kind), kind=kind, at=at)
                    for kind in (Kind.ACCEPT, Kind.DISPATCH, Kind.HANDLE, Kind.CLOSE)
                ]
            started = time.perf_counter()
            outcomes = write(store, batch, now())
            times.append((time.perf_counter() - started) * 1000)
            operations += sum(outcome.status in ("added", "applied") for outcome in outcomes)
        return times, operations, time.perf_counter() - begun


def _read(url: str, seconds: float, asked: multiprocessing.Queue[list[float]]) -> None:
    """Asks what a screen asks, twice a second for each of five screens."""
    times: list[float] = []
    with Store.open(url) as store:
        known = reference(store)
        begun = time.perf_counter()
        while time.perf_counter() - begun < seconds:
            asked_at = now()
            question = Question(known.code, last_days(known.clock, asked_at, 30), asked_at, live=True)
            started = time.perf_counter()
            totals(store, question, COUNTED)
            rank(store, replace(question, as_of=asked_at), "received", depth=2)
            times.append((time.perf_counter() - started) * 1000)
            time.sleep(0.1)
    asked.put(times)
