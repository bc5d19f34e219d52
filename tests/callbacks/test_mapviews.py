"""What the map is told, held against the queries, on a real store of five levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from app import whole_city
from callbacks.mapviews import BadRequest, MapViews, labels, ranked
from callbacks.reads import Reads
from data.answers import Question
from data.events import bulk_add
from data.indicators import INDICATORS
from data.queries.figures import by_grid, rank
from data.queries.points import event_points
from data.rebuilding import finish_bulk
from data.reference import Reference, reference
from data.store import Store
from maps import scales
from maps.wire import unpacked
from tests.support.city import CITY, DISTRICT, OTHER_DISTRICT, STREET, open_city
from tests.support.lives import Lives, around, change_overs, latest
from tests.support.packed import numbers, read_classes, read_figures


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_city(f"sqlite:///{tmp_path_factory.mktemp('map') / 'small.db'}") as opened:
        known = reference(opened)
        lives = Lives(known, Random(5), around(change_overs(known.zone)[0], 12))
        histories = lives.histories(260)
        now = max(latest(history) for history in histories)
        bulk_add(opened, histories, now)
        finish_bulk(opened)
        yield opened


@pytest.fixture(scope="module")
def now(store: Store) -> int:
    return store.state().latest_at + 1


@pytest.fixture(scope="module")
def reads(store: Store, now: int) -> Reads:
    known = reference(store)

    def shapes(codes: object) -> gpd.GeoDataFrame:
        cells = [grid for grid in known.tree if grid.depth == 4]
        outlines = [box(113 + 0.01 * place, 34, 113.01 + 0.01 * place, 34.01) for place in range(len(cells))]
        return gpd.GeoDataFrame(
            {"code": [grid.code for grid in cells], "name": [grid.name for grid in cells]},
            geometry=outlines,
            crs="EPSG:4326",
        )

    return replace(whole_city(store), now=lambda: now, shapes=shapes)


@pytest.fixture(scope="module")
def views(reads: Reads) -> MapViews:
    return MapViews(reads)


def question(views: MapViews, query: str) -> Question:
    return views.wanted(query).scene.question


@pytest.mark.parametrize("key", sorted(INDICATORS))
@pytest.mark.parametrize("scope", [CITY, DISTRICT, STREET])
@pytest.mark.parametrize("level", ["district", "street", "community", "cell", "dedicated"])
def test_every_level_tells_what_the_query_tells(
    views: MapViews, store: Store, key: str, scope: str, level: str
) -> None:
    query = f"scope={scope}&level={level}&indicator={key}&period=this_year"
    wanted = views.wanted(query)
    header, figures = read_figures(views.answer("figures", query))
    told, classes = read_classes(views.answer("values", query))
    codes = wanted.file.level.codes[header["first"] : header["first"] + header["count"]]
    frame = by_grid(store, wanted.scene.question, wanted.file.level.depth, [key])
    expected = frame[~frame["own"]].set_index("group")
    kinds = {grid.code: grid.kind for grid in reference(store).tree}
    wish = level == "dedicated"
    assert list(codes) == [code for code in expected.index if (kinds[code] is not None) is wish] or (
        wanted.scene.grid.depth > wanted.file.level.depth
    )
    for place, code in enumerate(codes):
        row = expected.loc[code]
        assert figures[0, place] == row["numerator"]
        if INDICATORS[key].kind == "rate":
            assert figures[1, place] == row["denominator"]
            few = bool(row["denominator"] < 10)
            none = bool(np.isnan(row["value"]))
            assert bool(classes[place] == scales.NO_DATA) is none
            assert bool(classes[place] == scales.TOO_FEW) is (few and not none)
    assert told["count"] == len(classes) == header["count"]
    assert sum(told["sizes"]) + told["few"] + told["none"] == told["count"]
    assert len(told["labels"]) == len(told["colors"]) == len(told["sizes"])


@pytest.mark.parametrize("key", ["received", "handling_timeliness", "rework"])
def test_ranks_are_those_of_the_ranking(views: MapViews, store: Store, key: str) -> None:
    query = f"level=community&indicator={key}&period=this_year"
    wanted = views.wanted(query)
    _, figures = read_figures(views.answer("figures", query))
    frame = rank(store, wanted.scene.question, key, depth=wanted.file.level.depth).set_index("code")
    for place, code in enumerate(wanted.file.level.codes):
        expected = frame.loc[code, "rank"]
        assert figures[2, place] == (0 if frame.loc[code, "too_few"] else expected)
    assert max(figures[2]) >= (1 if key == "rework" else 2)


def test_channels_and_categories_narrow_the_values(views: MapViews, store: Store) -> None:
    all_of = read_figures(views.answer("figures", "level=cell&indicator=received&period=this_year"))[1][0]
    parts = [
        read_figures(
            views.answer("figures", f"level=cell&indicator=received&period=this_year&channel={code}")
        )[1][0]
        for code in ("hotline", "patrol", "sensor")
    ]
    assert (sum(parts) == all_of).all()
    assert all((part != all_of).any() for part in parts)
    whole = "level=cell&indicator=received&period=this_year&category=top"
    assert (read_figures(views.answer("figures", whole))[1][0] == all_of).all(), (
        "a large category is all of its own"
    )


def test_a_scope_has_no_grid_of_another(views: MapViews) -> None:
    wanted = views.wanted(f"scope={OTHER_DISTRICT}&level=cell")
    header, _ = read_classes(views.answer("values", f"scope={OTHER_DISTRICT}&level=cell"))
    codes = wanted.file.level.codes[header["first"] : header["first"] + header["count"]]
    assert codes
    assert all(code.startswith(OTHER_DISTRICT) for code in codes)


def test_weights_are_the_received_whatever_is_coloured(views: MapViews) -> None:
    query = "level=cell&indicator=rework&period=this_year"
    header, body = unpacked(views.answer("weights", query))
    received = read_figures(views.answer("figures", "level=cell&indicator=received&period=this_year"))[1][0]
    assert list(numbers(body)) == received.tolist()
    assert (header["total"], header["most"]) == (received.sum(), received.max())


def test_points_come_from_the_same_question(views: MapViews, store: Store) -> None:
    header, body = unpacked(views.answer("overdue", "level=cell&period=this_year"))
    found = event_points(store, question(views, "level=cell&period=this_year"), "overdue", 20_000)
    assert (header["count"], header["unplaced"]) == (len(found.ids), found.unplaced)
    assert header["unplaced"] > 0
    assert len(list(numbers(body))) == 3 * len(found.ids)


def test_one_version_has_one_name_for_everybody(views: MapViews, reads: Reads) -> None:
    names = {
        views.wanted(f"level=cell&{extra}").key
        for extra in (
            "",
            "theme=dark",
            "layers=heat",
            "event=3",
            "list=open",
            "indicator=handling_timeliness",
        )
    }
    assert len(names) == 1
    assert views.wanted("level=cell&scope=1101").key not in names
    later = MapViews(replace(reads, version=lambda: 10_000))
    assert later.token() != views.token()


@pytest.mark.parametrize("query", ["", "level=", "level=atlantis", "scope=1101"])
def test_a_level_has_to_be_named(views: MapViews, query: str) -> None:
    with pytest.raises(BadRequest, match="expected level=city, district"):
        views.wanted(query)


def test_without_a_city_there_is_nothing_to_answer(reads: Reads) -> None:
    bare = MapViews(replace(reads, city=lambda: None))
    assert bare.manifest() is None
    assert bare.geometry("city-0") is None
    with pytest.raises(BadRequest, match="city load"):
        bare.wanted("level=cell")


def test_the_manifest_names_what_can_be_fetched(views: MapViews, store: Store) -> None:
    found = views.manifest()
    assert found is not None
    assert [level["key"] for level in found["levels"]] == [
        "city", "district", "street", "community", "cell", "dedicated",
    ]  # fmt: skip
    for level in found["levels"]:
        assert views.geometry(level["address"].removeprefix("/geometry/")) is not None
    areas = views.areas()
    assert found["areas"] == (areas and f"/geometry/areas-{areas[0]}")
    drawn = {level["key"]: level["drawn"] for level in found["levels"]}
    assert drawn["cell"] == sum(grid.depth == 4 and grid.kind is None for grid in reference(store).tree)


def test_areas_are_packed_with_their_names(reads: Reads) -> None:
    outlines = gpd.GeoDataFrame(
        {"code": ["1"], "name": ["A"], "kind": ["county"]}, geometry=[box(113, 34, 114, 35)], crs="EPSG:4326"
    )
    found = MapViews(replace(reads, areas=lambda: outlines)).areas()
    assert found is not None
    assert b'"name":"A"' in found[1]
    assert b'"lon":113.5' in found[1]


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("received", [0, 0, 0, 1, 2, 2, 3, 9, 9, 30], ["0", "1", "2", "3 – 8", "9 及以上"]),
        ("received", [4, 4], ["4"]),
        ("completion", [0.5, 0.9], ["50.0% – 90.0%"]),
        ("completion", [], []),
    ],
)
def test_what_a_legend_says(key: str, values: list[float], expected: list[str]) -> None:
    made = scales.scale(key, np.array(values, dtype=float), None)
    if len(values) == 2 and values[0] != values[1]:
        made = replace(made, breaks=(), colors=(3,))
    said = labels(key, made)
    if key == "received" and len(values) > 2:
        assert said[0] in ("0", "低于 1")
        assert said[-1].endswith("及以上")
        assert not any("–" in one and one.split(" – ")[0] == one.split(" – ")[1] for one in said)
    else:
        assert said == expected


def test_ranks_share_places_and_leave_out_those_without() -> None:
    value = np.array([0.5, 0.9, 0.9, np.nan, 0.1])
    few = np.array([False, False, False, False, True])
    assert ranked("completion", value, few).tolist() == [3, 1, 1, 0, 0]
    assert ranked("rework", value, few).tolist() == [1, 2, 2, 0, 0]


def test_outlines_are_kept_on_disk_between_two_starts(reads: Reads, tmp_path: Path) -> None:
    first = MapViews(reads, tmp_path).manifest()
    assert list(tmp_path.iterdir())
    assert MapViews(reads, tmp_path).manifest() == first


def test_the_reference_has_what_the_views_name(store: Store) -> None:
    known: Reference = reference(store)
    assert {grid.depth for grid in known.tree if grid.kind} == {4}
