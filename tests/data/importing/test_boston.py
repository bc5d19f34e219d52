"""Boston, as it is delivered: the whole file in, on both databases, and figures that agree with independent ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from data import counters
from data.city import load_city
from data.citypack import CityPack, read_pack
from data.clocks import parse_instant
from data.importing.load import import_file
from data.importing.locate import Places
from data.importing.readers import open_source
from data.reference import reference
from data.schema import category, event, grid
from data.store import Store
from tests.data.importing.small import BOSTON

NOW = parse_instant("2026-02-10T23:00:00Z")
CONTRADICTS_ITSELF = "BCS-00139900"


@pytest.fixture(scope="module")
def pack() -> CityPack:
    return read_pack(BOSTON)


def _rows(store: Store) -> list[dict[str, Any]]:
    found = (
        select(event, grid.c.name.label("grid"), category.c.name.label("category"))
        .join(grid, grid.c.id == event.c.grid_id)
        .join(category, category.c.id == event.c.category_id)
    )
    with store.reading() as connection:
        return [dict(one) for one in connection.execute(found).mappings()]


@pytest.mark.parametrize("mode", ["bulk", "live"])
def test_boston_is_imported_whole_and_once(
    database_url: str, tmp_path: Path, pack: CityPack, mode: Any
) -> None:
    file = pack.files[0]
    mapping = pack.mappings[file.mapping]
    with Store.open(database_url) as store:
        load_city(store, pack, NOW)
        first = import_file(store, file.path, mapping, NOW, mode=mode, fallback=tmp_path)
        assert (first.read, first.added, first.rejected) == (5473, 5473, 0)
        second = import_file(store, file.path, mapping, NOW, fallback=tmp_path)
        assert (second.read, second.unchanged, second.rejected) == (5473, 5473, 0)
        with store.reading() as connection:
            assert counters.differences(connection, reference(store).lifts)[1] == 0
        rows = _rows(store)
    due = [one for one in rows if one["handle_due_at"] is not None and one["handle_due_at"] <= NOW]
    assert sum(one["closed_at"] is not None for one in rows) == 4096
    assert len(due) == 5390
    assert sum((one["handled_at"] or NOW + 1) <= one["handle_due_at"] for one in due) == 3257
    assert sum(one["closed_at"] is None and one["handle_due_at"] < NOW for one in due) == 1348
    assert all(one["accept_due_at"] is None and one["accepted_at"] is None for one in rows)
    neighbourhoods = Counter(one["grid"] for one in rows)
    assert neighbourhoods["Dorchester"] == 937
    assert neighbourhoods["Longwood Medical Area"] == 30
    assert neighbourhoods["波士顿"] == 36
    categories = Counter(one["category"] for one in rows)
    assert (categories["Domestic Animal Issue"], categories["Unclassified"]) == (1626, 10)
    _agrees_with_the_citys_own_verdicts(file.path, pack, rows)


def _agrees_with_the_citys_own_verdicts(path: Path, pack: CityPack, rows: list[dict[str, Any]]) -> None:
    source = open_source(path, pack.mappings["boston311"])
    verdict = source.header.index("on_time")
    own = {row.cells[0]: row.cells[verdict] for chunk in source.chunks() for row in chunk}
    assert len(own) == len(rows)
    disagree = [
        one["source_key"]
        for one in rows
        if (one["handle_due_at"] is None or (one["handled_at"] or NOW) <= one["handle_due_at"])
        != (own[one["source_key"]] == "ONTIME")
    ]
    assert disagree == [CONTRADICTS_ITSELF]


def test_the_points_fall_where_they_were_counted_to_fall(tmp_path: Path, pack: CityPack) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}") as store:
        tree = load_city(store, pack, NOW)
    source = open_source(pack.files[0].path, pack.mappings["boston311"])
    lon, lat = source.header.index("longitude"), source.header.index("latitude")
    points = np.array(
        [
            (float(row.cells[lon]), float(row.cells[lat]))
            for chunk in source.chunks()
            for row in chunk
            if row.cells[lon]
        ]
    )
    shapes = [
        (code, shape.wkb) for code, shape in zip(pack.shapes["code"], pack.shapes.geometry, strict=True)
    ]
    found = Counter(Places(tree, shapes).by_points(points[:, 0], points[:, 1]))
    assert len(points) == 5415
    assert found[None] == 0
    # From reference.json; the polygons leave no gap between them.
    assert found["boston-dorchester"] == 811
    assert found["boston-mattapan"] == 311
    assert found["boston-leather-district"] == 7
