"""Everything that is overdue and open, with the unit that holds it: one reading for the lists of many scopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from data.answers import Question
from data.clocks import Instant
from data.masking import masked
from data.queries.listing import select_events
from data.queries.plan import plan
from data.reference import reference_within
from data.schema import event
from data.store import Store, state

_IN_CHUNK = 500


@dataclass(frozen=True)
class OverdueEvents:
    """Events that are overdue and open at an instant, in the order of their grids' ids and, on one grid, the longest
    overdue first: their ids, those of their grids and categories, their deadlines, and the units that hold them, ""
    where none is named."""

    as_of: Instant
    ids: NDArray[np.int64]
    grid_ids: NDArray[np.int64]
    category_ids: NDArray[np.int64]
    due_at: NDArray[np.int64]
    units: tuple[str, ...]

    def within(self, first_id: int, last_id: int) -> OverdueEvents:
        """Those of one scope, by the ids of its grids."""
        start, end = np.searchsorted(self.grid_ids, (first_id, last_id + 1)).tolist()
        part = slice(start, end)
        return OverdueEvents(
            self.as_of,
            self.ids[part],
            self.grid_ids[part],
            self.category_ids[part],
            self.due_at[part],
            self.units[part],
        )


def overdue_events(store: Store, question: Question) -> OverdueEvents:
    """The events that `list_events` lists as overdue, all of them; their number is the indicator `overdue_open`."""
    names = ("id", "grid_id", "category_id", "handle_due_at", "unit")
    with store.reading() as connection:
        now_state = state(connection)
        reference = reference_within(store, connection, now_state.reference_version)
        if question.live:
            question = replace(question, as_of=max(question.as_of, now_state.latest_at))
        wanted = plan(reference, question)
        past = wanted.as_of < now_state.latest_at
        statement = select_events(reference, wanted, "overdue", names, past=past)
        rows = [tuple(row) for row in connection.execute(statement)]
    numbers = np.array([row[:4] for row in rows], dtype=np.int64).reshape(-1, 4)
    order = np.argsort(numbers[:, 1], kind="stable")
    ids, grid_ids, category_ids, due_at = numbers[order].T
    # Masked once: a unit holds many events.
    told = {unit: masked(unit) for unit in {row[4] or "" for row in rows}}
    units = tuple(told[rows[place][4] or ""] for place in order.tolist())
    return OverdueEvents(wanted.as_of, ids, grid_ids, category_ids, due_at, units)


def titles(store: Store, scope: str, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The source's own key and the title of some events of the scope by id, personal data hidden; those that lie
    elsewhere are left out. Raises UnknownGrid."""
    found: dict[int, tuple[str, str]] = {}
    with store.reading() as connection:
        inside = reference_within(store, connection).tree.get(scope)
        within = (event.c.grid_id + 0).between(inside.id, inside.last_id)
        for start in range(0, len(ids), _IN_CHUNK):
            chosen = event.c.id.in_(tuple(ids[start : start + _IN_CHUNK]))
            rows = connection.execute(
                select(event.c.id, event.c.source_key, event.c.title).where(chosen, within)
            )
            found |= {row.id: (row.source_key, masked(row.title)) for row in rows}
    return found
