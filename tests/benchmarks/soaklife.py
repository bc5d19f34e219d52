"""The demonstration's life for the soak, a process of its own: prints version and instant of every commit."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from data.clocks import now
from data.demo.history import Demo
from data.demo.simulate import Simulation
from data.reference import reference
from data.store import Store

_PAUSE = 0.5


def main() -> None:
    """Lives until it is told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--per-day", type=float, default=10_000.0)
    options = parser.parse_args()
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: stop.set())
    with Store.open(options.database, synchronous="NORMAL") as store:
        living = Simulation.begin(store, Demo.of(reference(store)), options.speed, options.per_day)
        print(f"living {living.level:.0f}", flush=True)
        while not stop.wait(_PAUSE):
            told = living.advance(now())
            if told.written:
                print(f"{store.version()} {now() / 1000:.0f} {told.written}", flush=True)
    sys.exit(0)


if __name__ == "__main__":
    main()
