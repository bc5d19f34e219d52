from __future__ import annotations

import numpy as np
import pytest

from data.clocks import DAY, HOUR, MINUTE, parse_instant
from data.demo.calibration import Draft
from data.demo.history import SEED, Demo, draft, load_of, planted_draft, window
from data.demo.places import outlines
from data.demo.planting import HOT, Plan, Truth
from data.loading import NULL
from data.reference import reference
from data.store import Store
from tests.support.demo import PUBLISHED, open_demo_city

AS_OF = parse_instant("2026-11-21T10:20:00+08:00")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_demo_city(f"sqlite:///{tmp_path_factory.mktemp('planting') / 'demo.db'}")


@pytest.fixture(scope="module")
def demo(store: Store) -> Demo:
    return Demo.of(reference(store))


@pytest.fixture(scope="module")
def planted(demo: Demo) -> tuple[Draft, tuple[Truth, ...]]:
    return planted_draft(demo, window(demo, 30_000, AS_OF), Plan(weeks=6, cheats=6))


def test_totals_stay_what_they_are(demo: Demo, planted: tuple[Draft, tuple[Truth, ...]]) -> None:
    made, _ = planted
    plain = draft(demo, window(demo, 30_000, AS_OF))
    assert (made.cases.reported_at == plain.cases.reported_at).all()
    for part in (made, plain):
        closed, rating = part.columns["closed_at"], part.columns["rating"]
        assert (closed != NULL).sum() == round(0.972 * len(part))
        rated = rating[rating != NULL]
        assert (rated >= 3).sum() == round(0.958 * len(rated))
    mine = demo.places.within(PUBLISHED)
    assert (mine[made.cases.leaf] == mine[plain.cases.leaf]).all(), (
        "nothing goes into the published district or out"
    )
    moved = (made.cases.leaf != plain.cases.leaf) | (made.cases.happening != plain.cases.happening)
    assert 0.005 < moved.mean() < 0.1


def test_every_kind_is_planted_and_remembered(demo: Demo, planted: tuple[Draft, tuple[Truth, ...]]) -> None:
    made, truths = planted
    kinds = {truth.kind for truth in truths}
    assert kinds == {*HOT, "again", "not_solved", "seconds_before"}
    for truth in truths:
        rows = np.array(truth.numbers)
        at = made.cases.reported_at[rows]
        assert (at.min(), at.max()) == (truth.first_at, truth.last_at)
        if truth.kind in HOT:
            assert (made.cases.happening[rows] == truth.happening).all()
            assert set(made.cases.leaf[rows].tolist()) == set(truth.leaves)
    numbers = [number for truth in truths if truth.kind in (*HOT, "again") for number in truth.numbers]
    assert len(numbers) == len(set(numbers)), "no event is part of two"


def test_duplicates_say_the_same_at_the_same_spot(
    demo: Demo, store: Store, planted: tuple[Draft, tuple[Truth, ...]]
) -> None:
    made, truths = planted
    lon, _ = outlines(store, demo.places).points(SEED, made.cases.words, made.cases.leaf)
    titles = demo.writer.titles(made.cases)
    for truth in truths:
        if truth.kind == "duplicates":
            assert truth.last_at - truth.first_at < DAY
            assert len({titles[number] for number in truth.numbers}) == 1
            assert len(set(lon[list(truth.numbers)].tolist())) == 1
        if truth.kind == "surge":
            assert len({titles[number] for number in truth.numbers}) > 1


def test_cheats_are_as_they_are_described(planted: tuple[Draft, tuple[Truth, ...]]) -> None:
    made, truths = planted
    columns = made.columns
    for truth in truths:
        rows = np.array(truth.numbers)
        if truth.kind == "not_solved":
            assert (columns["rating"][rows] == 1).all()
            assert (columns["solved"][rows] == 0).all()
        if truth.kind == "seconds_before":
            left = columns["handle_due_at"][rows] - columns["handled_at"][rows]
            assert ((left > 0) & (left < MINUTE)).all()
            assert (columns["closed_at"][rows] >= columns["handled_at"][rows]).all()
            assert (columns["closed_at"][rows] <= AS_OF).all()
        if truth.kind == "again":
            first, second = truth.numbers
            assert (
                2 * DAY < made.cases.reported_at[second] - made.cases.reported_at[first] < 7 * DAY + 12 * HOUR
            )


def test_the_same_seed_plants_the_same_and_loads(
    demo: Demo, store: Store, planted: tuple[Draft, tuple[Truth, ...]]
) -> None:
    made, truths = planted
    again, same = planted_draft(demo, window(demo, 30_000, AS_OF), Plan(weeks=6, cheats=6))
    assert same == truths
    assert (again.cases.leaf == made.cases.leaf).all()
    load = load_of(demo, made, outlines(store, demo.places), AS_OF)
    assert len(load.plain.numbers["grid_id"]) > 28_000
