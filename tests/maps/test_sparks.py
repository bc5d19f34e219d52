"""Small pictures: where their points lie."""

from __future__ import annotations

import re
from urllib.parse import unquote

from maps.sparks import corners, course


def drawn(address: str) -> list[str]:
    """The paths of a picture, in order."""
    assert address.startswith("data:image/svg+xml;utf8,")
    return re.findall(r' d="([^"]*)"', unquote(address))


def test_a_course_goes_from_the_left_to_the_right_and_breaks_where_nothing_is() -> None:
    (path,) = drawn(course([0, 50, None, 100], low=0, high=100))
    assert path == "M6.0 50.0 L82.0 28.0 M234.0 6.0"


def test_a_rank_stands_higher_the_less_it_is() -> None:
    (path,) = drawn(course([1, 3], low=1, high=3, rising=False))
    assert path == "M6.0 6.0 L234.0 50.0"


def test_one_value_and_equal_values_are_drawn() -> None:
    assert drawn(course([7], low=7, high=7)) == ["M6.0 50.0"]
    assert "<circle" in unquote(course([7], low=7, high=7))


def test_a_curve_is_level_beyond_its_corners() -> None:
    _, path = drawn(corners([(0.5, 0), (0.9, 100)]))
    assert path == "M6.0 50.0 L120.0 50.0 L211.2 6.0 L234.0 6.0"
