"""How the demonstration lives, as its two files say it, brought together with the city of a store."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from data.demo.chance import Floats
from data.reference import Reference
from data.store import StoreError

FOLDER = Path(__file__).parents[1] / "cities" / "zhengzhou" / "demo"

HOURS = ("any", "day", "office", "evening", "night", "market")
"""The hours of a happening: columns of the tables of hours in data/demo/rhythm.py."""

_UNTOLD = {"weight": "5", "via": "other", "surges": "", "hours": "any", "places": "any", "hard": "1"}


@dataclass(frozen=True)
class Published:
    """Published totals: of the city over the full history, and of one district over a quarter."""

    received: int
    completion: float
    satisfaction: float
    district: str
    district_received: int
    district_closed: int


@dataclass(frozen=True)
class ChannelLife:
    """A channel: its share of the volume, weekends and holidays against a working day, the share of its events that
    are rated, how fast it is accepted, the name of its hours, and how its descriptions begin."""

    share: float
    weekend: float
    holiday: float
    rated: float
    slow: float
    hours: str
    opening: str


@dataclass(frozen=True)
class Happening:
    """A category: by which channels it comes, what makes it surge and how much, its hours, its places, how hard it is
    to settle, and what is said of it."""

    code: str
    name: str
    top_code: str
    weight: float
    via: Mapping[str, float]
    surges: Mapping[str, float]
    hours: int
    places: str
    hard: float
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """Everything that the demonstration knows of a city's life. Lists are in the order of the store's ids, which
    begin at 1."""

    founded: date
    per_day: float
    published: Published
    channels: tuple[ChannelLife, ...]
    channel_codes: tuple[str, ...]
    happenings: tuple[Happening, ...]
    places: Mapping[str, Mapping[str, Any]]
    districts: Mapping[str, Mapping[str, float]]
    texts: Mapping[str, Any]
    holders: Mapping[str, str]

    def mix(self) -> Floats:
        """Shares by channel and category: a channel's row sums to its share of the volume."""
        table = np.array(
            [
                [happening.weight * happening.via.get(code, 0.0) for happening in self.happenings]
                for code in self.channel_codes
            ]
        )
        sums = table.sum(axis=1, keepdims=True)
        table = np.where(sums > 0, table / np.where(sums > 0, sums, 1.0), 1.0 / len(self.happenings))
        shares = np.array([channel.share for channel in self.channels])
        found: Floats = table * (shares / shares.sum())[:, None]
        return found


def model_of(city: Reference) -> Model:
    """The life of a city. A category or channel of which the files say nothing is taken as an ordinary one.

    Raises StoreError for a city that has lost categories or channels since it was loaded.
    """
    document = _document()
    rows = _rows()
    channels = sorted(city.channels.values(), key=lambda each: each.id)
    categories = sorted(city.categories.values(), key=lambda each: each.id)
    for what, known in (("categories", categories), ("channels", channels)):
        if [each.id for each in known] != list(range(1, len(known) + 1)):
            raise StoreError(
                f"expected {what} as they were first loaded, found that the pack has lost some since: the "
                "demonstration needs a new store (YIPING_DATABASE_URL)"
            )
    published = document["published"]
    district = published["district"]
    plain = {"share": 0.1, "weekend": 0.8, "holiday": 0.6, "rated": 0.3, "slow": 1.0, "hours": "citizen"}
    return Model(
        founded=date.fromisoformat(document["founded"]),
        per_day=float(document["per_day"]),
        published=Published(
            published["received"],
            published["completion"],
            published["satisfaction"],
            district["code"],
            district["received"],
            district["closed"],
        ),
        channels=tuple(
            ChannelLife(**(plain | {"opening": each.name} | document["channels"].get(each.code, {})))
            for each in channels
        ),
        channel_codes=tuple(each.code for each in channels),
        happenings=tuple(
            _happening(each.code, each.name, each.top_code, rows.get(each.code, _UNTOLD), document["via"])
            for each in categories
        ),
        places=document["places"],
        districts=document["districts"],
        texts=document["texts"],
        holders=document["holders"],
    )


def published_received() -> int:
    """How many events the full history has."""
    return int(_document()["published"]["received"])


def mark_words() -> dict[str, Any]:
    """What operators say of the centres when they mark them."""
    found: dict[str, Any] = _document()["marks"]
    return found


def centre_words() -> dict[str, Any]:
    """What the centres are asked, and what they say."""
    found: dict[str, Any] = _document()["centres"]
    return found


def _happening(
    code: str, name: str, top_code: str, row: Mapping[str, str], via: Mapping[str, Mapping[str, float]]
) -> Happening:
    surges = (surge.split(":") for surge in row["surges"].split())
    return Happening(
        code=code,
        name=name,
        top_code=top_code,
        weight=float(row["weight"]),
        via=via[row["via"]],
        surges={key: float(much) for key, much in surges},
        hours=HOURS.index(row["hours"]),
        places=row["places"],
        hard=float(row["hard"]),
        phrases=tuple(row["phrases"].split("|")) if row.get("phrases") else (name,),
    )


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "demo.toml").read_text(encoding="utf-8"))


@cache
def _rows() -> dict[str, dict[str, str]]:
    with (FOLDER / "happenings.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}
