"""Which level-2 grids there are, and how many level-3 grids each is cut into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.demo.chance import Bools, Ints, apportion, dice
from data.demo.source import Rules, Source

_NEW_IN_EMPTY = 3
"""Level-2 grids of a street for which the sources know none."""

_FIRST_NEW = 901
"""The number of a street's first placeholder: real communities are numbered below."""

_ZONE_WEIGHT, _URBAN_WEIGHT = 6.0, 2.0
"""Where communities were founded since the sources: development zones before other towns, villages not at all."""

_SPREAD = 0.35
"""How much level-2 grids differ in the number of their level-3 grids."""


@dataclass(frozen=True)
class Communities:
    """The level-2 grids by street and code, as columns: `street` is the row of their street among the townships,
    `cells` how many level-3 grids they get, `placeholder` true for those that no source names."""

    code: tuple[str, ...]
    name: tuple[str, ...]
    street: Ints
    urban: Bools
    placeholder: Bools
    cells: Ints


def communities_of(source: Source, seed: int) -> Communities:
    """The level-2 grids: every one of the sources, and placeholders up to the number that the rules say."""
    streets = source.townships
    known = source.communities.assign(
        street=source.communities["street"].map({code: row for row, code in enumerate(streets["code"])}),
        name=[place_name(name, source.rules) for name in source.communities["name"]],
        placeholder=False,
    )
    rows = pd.concat([known, _placeholders(source)], ignore_index=True)
    rows = rows.sort_values(["street", "code"], ignore_index=True)
    urban = rows["urban"].to_numpy(dtype=np.bool_)
    return Communities(
        code=tuple(rows["code"]),
        name=tuple(rows["name"]),
        street=rows["street"].to_numpy(dtype=np.int64),
        urban=urban,
        placeholder=rows["placeholder"].to_numpy(dtype=np.bool_),
        cells=_cells(urban, source.rules, seed),
    )


def place_name(committee: str, rules: Rules) -> str:
    """What the place of a committee is called: the committee's name without what all of them end in."""
    for ending, place in rules.endings:
        if committee.endswith(ending) and committee != ending:
            return committee.removesuffix(ending) + place
    return committee


def _placeholders(source: Source) -> pd.DataFrame:
    streets, rules = source.townships, source.rules
    numbers = _new_by_street(source)
    rows = [
        {
            "code": f"{code}{_FIRST_NEW + number}",
            "name": rules.community_name.format(street=_short(name, rules), number=number + 1),
            "street": row,
            "urban": True,
            "placeholder": True,
        }
        for row, (code, name) in enumerate(zip(streets["code"], streets["name"], strict=True))
        for number in range(numbers[row])
    ]
    return pd.DataFrame(rows, columns=["code", "name", "street", "urban", "placeholder"])


def _new_by_street(source: Source) -> Ints:
    streets, missing = source.townships, source.rules.level2 - len(source.communities)
    known = streets["code"].map(source.communities["street"].value_counts()).fillna(0).to_numpy()
    numbers = np.where(known == 0, _NEW_IN_EMPTY, 0)
    kind = np.where(streets["zone"] != "", _ZONE_WEIGHT, np.where(streets["urban"], _URBAN_WEIGHT, 0.0))
    weights = np.where(known == 0, 0.0, kind * np.maximum(known, 4))
    extra: Ints = numbers + apportion(weights, missing - int(numbers.sum()))
    return extra


def _short(street: str, rules: Rules) -> str:
    for prefix in rules.street_prefixes:
        street = street.removeprefix(prefix)
    for ending in rules.street_endings:
        street = street.removesuffix(ending)
    return street


def _cells(urban: Bools, rules: Rules, seed: int) -> Ints:
    """Level-3 grids by level-2 grid: as many urban ones as the rules say, where both kinds are there."""
    weights = np.exp(dice(seed, "cells").normal(0.0, _SPREAD, len(urban)))
    towns, villages = int(urban.sum()), int((~urban).sum())
    in_towns = rules.level3 if not villages else round(rules.level3 * rules.urban_share) if towns else 0
    in_towns = min(max(in_towns, towns), rules.level3 - villages)
    cells = np.zeros(len(urban), dtype=np.int64)
    cells[urban] = apportion(weights[urban], in_towns, least=1)
    cells[~urban] = apportion(weights[~urban], rules.level3 - in_towns, least=1)
    return cells
