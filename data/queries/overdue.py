"""Everything that is overdue and open, with the unit that holds it: one reading for the lists of many scopes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from data.answers import Question
from data.clocks import Instant
from data.masking import masked
from data.queries.listing import select_events
from data.queries.plan import plan
from data.reference import reference_within
from data.store import Store, state


@dataclass(frozen=True)
class OverdueEvents:
    """Events that are overdue and open at an instant, in the order of their grids' ids and, on one grid, the longest
    overdue first: their ids, those of their grids and categories, their deadlines, and the units that hold them, ""
    where none is named. Grids are those on which they lay at the instant."""

    as_of: Instant
    ids: NDArray[np.int64]
    grid_ids: NDArray[np.int64]
    category_ids: NDArray[np.int64]
    due_at: NDArray[np.int64]
    units: tuple[str, ...]
    _texts: tuple[tuple[str, str], ...] = field(repr=False)

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
            self._texts[part],
        )

    def named(self, place: int) -> tuple[str, str]:
        """The source's own key of the event at a place, and its title with personal data hidden."""
        key, title = self._texts[place]
        return key, masked(title)


def overdue_events(store: Store, question: Question) -> OverdueEvents:
    """The events that `list_events` lists as overdue, all of them; their number is the indicator `overdue_open`."""
    names = ("id", "grid_id", "category_id", "handle_due_at", "unit", "source_key", "title")
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
    ordered = [rows[place] for place in order.tolist()]
    # Masked once: a unit holds many events.
    told = {unit: masked(unit) for unit in {row[4] or "" for row in rows}}
    return OverdueEvents(
        wanted.as_of,
        ids,
        grid_ids,
        category_ids,
        due_at,
        tuple(told[row[4] or ""] for row in ordered),
        tuple((row[5], row[6]) for row in ordered),
    )
