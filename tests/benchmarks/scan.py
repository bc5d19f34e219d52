"""The baseline: the same questions answered by DuckDB, scanning the same events in columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from data.loading import NULL, Histories
from data.periods import Period
from data.reference import Reference

_JUDGED = "handle_due_at IS NOT NULL"
MEASURE_SQL: dict[str, dict[str, str]] = {
    "reported_at": {
        "received": "count(*)",
        "received_closed": "count(closed_at)",
        "received_closed_judged": f"count(*) FILTER (closed_at IS NOT NULL AND {_JUDGED})",
        "received_closed_on_time": "count(*) FILTER (closed_at IS NOT NULL AND handled_at <= handle_due_at)",
    },
    "accepted_at": {"accepted": "count(*)"},
    "accept_due_at": {
        "accept_due": "count(*)",
        "accept_on_time": "count(*) FILTER (accepted_at <= accept_due_at)",
    },
    "handle_due_at": {
        "handle_due": "count(*)",
        "handle_on_time": "count(*) FILTER (handled_at <= handle_due_at)",
    },
    "closed_at": {
        "closed": "count(*)",
        "closed_judged": f"count(*) FILTER ({_JUDGED})",
        "closed_on_time": "count(*) FILTER (handled_at <= handle_due_at)",
        "closed_rated": "count(rated_at)",
        "closed_reworked": "count(*) FILTER (false)",
        "closed_false": "count(*) FILTER (rating < 3 AND solved = 0)",
    },
    "rated_at": {"rated": "count(*)", "satisfied": "count(*) FILTER (rating >= 3)"},
}
"""An independent statement of the measures, for histories without exceptions."""


class Scan:
    """The events as one DuckDB table in memory, in order of time, and the street of each grid as another."""

    def __init__(self, reference: Reference, histories: Histories) -> None:
        frame = pd.DataFrame(
            {
                name: pd.array(values, dtype="Int64") if (values == NULL).any() else values
                for name, values in histories.numbers.items()
            }
        )
        for name, values in histories.numbers.items():
            missing = values == NULL
            if missing.any():
                frame[name] = pd.array(np.where(missing, 0, values), dtype="Int64")
                frame.loc[missing, name] = pd.NA
        frame["id"] = np.arange(1, len(frame) + 1)
        frame["title"] = histories.titles
        self._connection = duckdb.connect()
        self._connection.execute("SET threads = 2")
        self._connection.register("given", frame)
        self._connection.execute("CREATE TABLE ev AS SELECT * FROM given ORDER BY reported_at")
        self._connection.unregister("given")
        streets = reference.tree.ancestor_ids(2)
        grids = pd.DataFrame({"id": np.arange(len(streets)), "street_id": streets})
        self._connection.register("given", grids)
        self._connection.execute("CREATE TABLE grid AS SELECT * FROM given")
        self._connection.unregister("given")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        return self._connection.execute(sql).fetchall()

    def sums(
        self,
        period: Period,
        as_of: int,
        measures: Sequence[str] | None = None,
        group: str = "0",
        where: str = "true",
        join: str = "",
    ) -> list[tuple[Any, ...]]:
        """Measures by group, each over its own milestone; `{at}` in the group stands for the milestone."""
        parts = []
        for milestone, formulas in MEASURE_SQL.items():
            wanted = {name: sql for name, sql in formulas.items() if measures is None or name in measures}
            if not wanted:
                continue
            end = min(period.end, as_of + 1) if milestone.endswith("due_at") else period.end
            key = group.format(at=milestone)
            parts.append(
                f"SELECT '{milestone}', {key} AS k, [{', '.join(wanted.values())}] FROM ev {join} "
                f"WHERE {milestone} >= {period.start} AND {milestone} < {end} AND {where} GROUP BY k"
            )
        return self.run(" UNION ALL ".join(parts))
