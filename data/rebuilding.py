"""Makes counters and indexes anew from the events: after a bulk load, and whenever somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data import counters, searching
from data.aside import aside, let_go
from data.lifts import Lifts
from data.reference import reference_within
from data.schema import SECONDARY_INDEXES
from data.store import Store, state


def finish_bulk(store: Store, progress: counters.Progress = counters.quiet) -> int:
    """Builds the counters that a bulk load left stale (also one that was cut off); gives the number of cells, 0 when
    nothing was stale."""
    if not store.state().counters_stale:
        return 0
    return rebuild(store, progress)


def rebuild(
    store: Store,
    progress: counters.Progress = counters.quiet,
    loaded: tuple[int, Mapping[str, NDArray[np.float64]]] | None = None,
    *,
    texts_anew: bool = False,
) -> int:
    """Makes every counter anew from the events, and indexes that a load had put off, while other writers wait; gives
    the number of cells. Texts that no index of the search has yet are put into it, with `texts_anew` all of them.

    `loaded` holds the facts of every event as of a store version, which saves reading them while that is the present.
    """
    with store.writing(alone=True) as connection:
        lifts = reference_within(store, connection).lifts
        if loaded is None or loaded[0] != state(connection).version:
            _create_indexes(store, connection, progress)
            cells = counters.rebuild_in(connection, lifts, progress)
        else:
            cells = _count_beside_indexes(store, connection, lifts, loaded[1], progress)
    if store.is_sqlite:
        let_go(store)
    if texts_anew:
        searching.make_anew(store, progress)
    else:
        searching.extend(store, progress, all_of_them=True)
    store.checkpoint()
    return cells


def _create_indexes(store: Store, connection: Connection, progress: counters.Progress) -> None:
    for position, index in enumerate(SECONDARY_INDEXES):
        progress("indexes", position / len(SECONDARY_INDEXES))
        store.create_index(connection, index)


def _count_beside_indexes(
    store: Store,
    connection: Connection,
    lifts: Lifts,
    facts: Mapping[str, NDArray[np.float64]],
    progress: counters.Progress,
) -> int:
    """Counts in a second thread while the database builds its indexes, which leaves Python alone."""
    with ThreadPoolExecutor(1) as beside:
        if not store.is_sqlite:
            counting = beside.submit(counters.tally, lifts, facts)
            _create_indexes(store, connection, progress)
            return counters.replace_counters(connection, counting.result(), progress)
        with aside(store) as path:
            writing = beside.submit(counters.tally_aside, lifts, facts, path)
            _create_indexes(store, connection, progress)
            progress("counting", 0.0)
            return counters.replace_counters(connection, writing.result(), progress, path)
