"""The processor's time that questions to a store take: this process's own, and that of a PostgreSQL server beside it.

On a machine with other work the clock tells of that work too; the processor's time does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from data.store import Store

_BACKENDS = text(
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database()"
)


def meter(store: Store) -> Callable[[], float]:
    """A clock of processor seconds. It counts every PostgreSQL process that serves the store's database by now, when
    the server runs here: ask the store something before."""
    if store.is_sqlite:
        return time.process_time
    with store.reading() as connection:
        backends = [Path(f"/proc/{row.pid}/schedstat") for row in connection.execute(_BACKENDS)]
        backends = [path for path in backends if path.exists()]

    def seconds() -> float:
        served = sum(int(path.read_text(encoding="ascii").split()[0]) for path in backends)
        return time.process_time() + served / 1e9

    return seconds
