"""Who works in the grids of a made-up city, and its organisations: counts by grid that meet the published totals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from data.demo.chance import apportion, dice
from data.demo.source import People, Rules

_SPREAD = 0.4
"""How much grids of one kind differ."""

_URBAN_WEIGHT = 1.6
"""How many times more people an urban grid has."""


def staff_of(grids: pd.DataFrame, rules: Rules, seed: int) -> pd.DataFrame:
    """grid, role and headcount, by grid in the order of `grids` and by role in the order of the rules; nobody is no
    row. `grids` has code, level and urban."""
    return _counts(grids, rules.staff, seed, "staff").rename(columns={"name": "role", "count": "headcount"})


def organisations_of(grids: pd.DataFrame, rules: Rules, seed: int) -> pd.DataFrame:
    """grid, kind and number of organisations, in the same order; none is no row."""
    counts = _counts(grids, rules.organisations, seed, "organisations")
    return counts.rename(columns={"name": "kind", "count": "number"})


def _counts(grids: pd.DataFrame, everybody: Sequence[People], seed: int, what: str) -> pd.DataFrame:
    columns = []
    for people in everybody:
        members = np.flatnonzero(grids["level"].isin(people.levels))
        if people.each is not None:
            counts = np.full(len(members), people.each, dtype=np.int64)
        else:
            towns = np.where(grids["urban"].to_numpy(dtype=np.bool_)[members], _URBAN_WEIGHT, 1.0)
            chance = np.exp(dice(seed, f"{what}:{people.name}").normal(0.0, _SPREAD, len(members)))
            counts = apportion(towns * chance, people.total, people.least)
        columns.append(pd.DataFrame({"row": members, "name": people.name, "count": counts}))
    rows = pd.concat(columns, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)
    rows = rows[rows["count"] > 0]
    return pd.DataFrame(
        {"grid": grids["code"].to_numpy()[rows["row"]], "name": rows["name"], "count": rows["count"]}
    ).reset_index(drop=True)
