"""The source of a built city: real outlines, names and codes, and the rules by which the rest is made up."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

WGS84 = "EPSG:4326"


@dataclass(frozen=True)
class DedicatedKind:
    """A kind of dedicated grid: its share of them, and from how many to how many metres half its diagonal is."""

    name: str
    share: float
    least_metres: float
    most_metres: float


@dataclass(frozen=True)
class People:
    """A role or a kind of organisation: `each` for every grid of the levels, or a `total` with `least` for each."""

    name: str
    levels: tuple[str, ...]
    each: int | None
    total: int
    least: int


@dataclass(frozen=True)
class Rules:
    """How many grids there are, how they are named, and who works in them; build.toml says what each means."""

    level2: int
    level3: int
    dedicated: int
    urban_share: float
    urban_words: tuple[str, ...]
    village_kinds: frozenset[str]
    endings: tuple[tuple[str, str], ...]
    community_name: str
    street_endings: tuple[str, ...]
    street_prefixes: tuple[str, ...]
    level3_name: str
    dedicated_name: str
    kinds: tuple[DedicatedKind, ...]
    staff_total: int
    staff: tuple[People, ...]
    organisations: tuple[People, ...]


@dataclass(frozen=True)
class Source:
    """What a city is built from.

    `counties`: code, name, geometry (EPSG:4326), by code. `districts`: code, name. `townships`: code, name, area_code
    (the unit that answers for it), host (the county whose outline holds it), zone ("" for none), name_status, urban,
    lon and lat (NaN where unknown), approx_area_m2 (NaN where unknown), by code. `communities`: code, name, street,
    urban, by code.
    """

    city: str
    city_name: str
    counties: gpd.GeoDataFrame
    districts: pd.DataFrame
    townships: pd.DataFrame
    communities: pd.DataFrame
    rules: Rules


def read_source(folder: Path) -> Source:
    """The source in a pack's folder, as its city.toml and build.toml say. OSError, KeyError or ValueError when the
    folder, which comes with the program, was broken."""
    city = _toml(folder / "city.toml")
    rules = _rules(_toml(folder / city["build"]["rules"]))
    counties = gpd.read_file(folder / "sources" / "counties.geojson")[["code", "name", "geometry"]]
    townships = _table(folder, "townships").astype({"lon": "float64", "lat": "float64"})
    townships["approx_area_m2"] = townships["approx_area_m2"].astype("float64")
    townships["zone"] = townships["zone"].fillna("")
    townships["urban"] = [any(word in name for word in rules.urban_words) for name in townships["name"]]
    communities = _table(folder, "communities")
    communities["urban"] = ~communities["kind"].isin(rules.village_kinds)
    return Source(
        city=city["code"],
        city_name=city["name"],
        counties=counties.set_crs(WGS84, allow_override=True).sort_values("code", ignore_index=True),
        districts=_table(folder, "districts"),
        townships=townships,
        communities=communities,
        rules=rules,
    )


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _table(folder: Path, name: str) -> pd.DataFrame:
    frame = pd.read_csv(folder / "sources" / f"{name}.csv", dtype="str", encoding="utf-8")
    return frame.sort_values("code", ignore_index=True)


def _rules(document: Mapping[str, Any]) -> Rules:
    grids, names = document["grids"], document["names"]
    return Rules(
        level2=grids["level2"],
        level3=grids["level3"],
        dedicated=grids["dedicated"],
        urban_share=grids["urban_share"],
        urban_words=tuple(grids["urban_words"]),
        village_kinds=frozenset(grids["village_kinds"]),
        endings=tuple((ending, place) for ending, place in names["endings"]),
        community_name=names["community"],
        street_endings=tuple(names["street_endings"]),
        street_prefixes=tuple(names["street_prefixes"]),
        level3_name=names["level3"],
        dedicated_name=names["dedicated"],
        kinds=tuple(
            DedicatedKind(each["kind"], each["share"], *(float(metres) for metres in each["radius"]))
            for each in document["dedicated"]
        ),
        staff_total=document["staff"]["total"],
        staff=tuple(_people(each) for each in document["staff"]["roles"]),
        organisations=tuple(_people(each) for each in document["organisations"]),
    )


def _people(row: Mapping[str, Any]) -> People:
    return People(
        row["name"], tuple(row["levels"]), row.get("each"), row.get("total", 0), row.get("least", 0)
    )
