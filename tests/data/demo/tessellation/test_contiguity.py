"""Communities and streets end in one piece without a hole, and nobody loses the last cell."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely.geometry import box

from data.demo.tessellation.contiguity import settled
from data.demo.tessellation.faces import united


def board(rows: list[str]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Unit squares and the community of each, from a drawing with a digit for each cell."""
    cells = [box(x, -y, x + 1, 1 - y) for y, row in enumerate(rows) for x in range(len(row))]
    return np.array(cells, dtype=object), np.array([int(digit) for row in rows for digit in row])


def settle(rows: list[str], streets: list[int], counties: list[str] | None = None) -> NDArray[np.int64]:
    cells, owner = board(rows)
    county = board(counties)[1] if counties else np.zeros(len(cells), dtype=np.int64)
    return settled(cells, county, owner, np.array(streets))


def whole(rows: list[str], owner: NDArray[np.int64], streets: list[int]) -> None:
    """Asserts that communities and streets are pieces without holes, and that none is missing."""
    cells, _ = board(rows)
    for group, count in ((owner, len(streets)), (np.array(streets)[owner], max(streets) + 1)):
        unions = united(cells, group, count)
        assert {shape.geom_type for shape in unions} == {"Polygon"}
        assert shapely.get_num_interior_rings(unions).sum() == 0


def test_what_is_in_one_piece_stays() -> None:
    rows = ["0011", "0011", "2222"]
    assert settle(rows, [0, 0, 1]).tolist() == board(rows)[1].tolist()


def test_a_stray_cell_goes_to_its_own_street_if_it_can() -> None:
    rows = ["00112", "00112", "11012"]
    owner = settle(rows, [0, 0, 1])
    whole(rows, owner, [0, 0, 1])
    assert owner[12] == 1


def test_a_stray_cell_stays_in_its_county() -> None:
    rows = ["0011", "0011", "1122"]
    counties = ["0011", "0011", "0011"]
    owner = settle(rows, [0, 1, 1], counties)
    assert owner[[8, 9]].tolist() == [0, 0]


def test_a_community_that_is_wholly_astray_gets_another_cell() -> None:
    # Community 3 is of the street of 0 and 1, but lies among 2's, which is another street.
    rows = ["00112222", "00112232", "00112222"]
    streets = [0, 0, 1, 0]
    owner = settle(rows, streets)
    whole(rows, owner, streets)
    assert np.bincount(owner, minlength=4).min() >= 1


@pytest.mark.parametrize(
    "rows",
    [
        ["000002", "011102", "010102", "011102", "000002"],
        ["000", "010", "000"],
        ["00000", "00000", "00100", "00000", "00000"],
    ],
    ids=["ring in a ring", "thin ring", "thick ring"],
)
def test_rings_are_opened(rows: list[str]) -> None:
    streets = [0] * (int(max("".join(rows))) + 1)
    owner = settle(rows, streets)
    whole(rows, owner, streets)


def test_what_cannot_be_joined_is_told() -> None:
    with pytest.raises(ValueError, match="expected communities and streets in one piece"):
        settle(["010"], [0, 0], ["012"])
