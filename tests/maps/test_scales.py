from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from data.indicators import INDICATORS
from maps import scales, style

KEYS = ("received", "overdue_open", "handling_timeliness", "rework")
RATES = st.lists(st.integers(0, 40).map(lambda n: n / 40), min_size=1, max_size=200)


@given(st.sampled_from(KEYS), RATES, st.none() | st.floats(0.05, 0.95))
def test_every_value_has_the_class_whose_breaks_hold_it(
    key: str, values: list[float], target: float | None
) -> None:
    numbers = np.array(values) * (1 if INDICATORS[key].kind == "rate" else 40)
    found = scales.scale(key, numbers, target)
    assert len(found.colors) == len(found.breaks) + 1
    assert list(found.breaks) == sorted(set(found.breaks))
    placed = scales.classes(found, numbers, np.zeros(len(numbers), dtype=bool))
    ends = [-np.inf, *found.breaks, np.inf]
    for value, place in zip(numbers.tolist(), placed.tolist(), strict=True):
        assert ends[place] <= value < ends[place + 1]
    assert sum(scales.sizes(placed, len(found.colors))) == len(numbers)
    if found.kind == "sequence":
        assert min(scales.sizes(placed, len(found.colors))) > 0, "no colour stands for nothing"
        assert list(found.colors) == sorted(set(found.colors))


def test_the_target_is_a_break_and_each_side_has_its_own_colours() -> None:
    values = np.linspace(0.5, 1, 300)
    found = scales.scale("handling_timeliness", values, 0.9)
    assert found.kind == "diverging"
    assert 0.9 in found.breaks
    at = found.breaks.index(0.9)
    assert found.colors == (0, 1, 2, 3, 4, 5)
    assert at == 2
    worse_up = scales.scale("rework", values, 0.9)
    assert worse_up.colors == (5, 4, 3, 2, 1, 0), "where more is worse, the bad colours are at the other end"
    assert scales.scale("received", values * 100, 90.0).kind == "sequence", "good has no side here"


def test_classes_of_a_skewed_city_are_about_as_large() -> None:
    values = np.random.default_rng(1).beta(9, 1, 5000)
    found = scales.scale("completion", values, None)
    sizes = scales.sizes(scales.classes(found, values, np.zeros(5000, dtype=bool)), len(found.colors))
    assert len(sizes) == scales.CLASSES
    assert max(sizes) < 1.3 * min(sizes)


def test_no_data_and_too_few_have_no_class() -> None:
    values = np.array([0.5, np.nan, 0.9, np.nan])
    few = np.array([False, False, True, True])
    found = scales.scale("completion", values[:1], None)
    assert scales.classes(found, values, few).tolist() == [0, scales.NO_DATA, scales.TOO_FEW, scales.NO_DATA]
    nothing = scales.scale("completion", values[:0], 0.9)
    assert (nothing.colors, nothing.breaks) == ((), ())


def test_breaks_are_what_a_legend_prints() -> None:
    found = scales.scale("completion", np.random.default_rng(2).random(999), None)
    assert [round(value, 3) for value in found.breaks] == list(found.breaks)
    counts = scales.scale("received", np.random.default_rng(2).integers(0, 900, 999).astype(float), None)
    assert all(value == int(value) for value in counts.breaks)


# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
BLIND = {
    "none": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}


def lab(color: str, seen: str = "none") -> NDArray[np.float64]:
    """A colour in CIELAB (D65), as somebody sees it."""
    srgb = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(BLIND[seen] @ linear, 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = to_xyz @ linear / np.array([0.95047, 1.0, 1.08883])
    cubed = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * cubed[1] - 16, 500 * (cubed[0] - cubed[1]), 200 * (cubed[1] - cubed[2])])


def apart(first: str, second: str, seen: str) -> float:
    return float(np.linalg.norm(lab(first, seen) - lab(second, seen)))


@pytest.mark.parametrize("theme", sorted(style.MAP_THEMES))
@pytest.mark.parametrize("seen", sorted(BLIND))
def test_neighbouring_colours_are_told_apart_by_everybody(theme: str, seen: str) -> None:
    palette = style.MAP_THEMES[theme]
    for name in ("sequence", "diverging"):
        colors: Sequence[str] = palette[name]
        assert min(apart(one, other, seen) for one, other in itertools.pairwise(colors)) > 8, name
    quiet = (palette["none"], palette["few"], palette["context"])
    for color in (*palette["sequence"], *palette["diverging"]):
        assert min(apart(color, other, seen) for other in quiet) > 8, color


@pytest.mark.parametrize("theme", sorted(style.MAP_THEMES))
def test_lightness_goes_one_way_in_even_steps(theme: str) -> None:
    light = [lab(color)[0] for color in style.MAP_THEMES[theme]["sequence"]]
    steps = np.abs(np.diff(light))
    assert light == sorted(light, reverse=theme == "light")
    assert steps.max() < 2.2 * steps.min()
    ground = lab(style.MAP_THEMES[theme]["ground"])[0]
    assert abs(ground - light[0]) < abs(ground - light[-1]), "low values are near the ground"


@pytest.mark.parametrize("theme", sorted(style.MAP_THEMES))
def test_a_scale_with_a_target_is_weakest_where_its_sides_meet(theme: str) -> None:
    ground = lab(style.MAP_THEMES[theme]["ground"])
    far = [float(np.linalg.norm(lab(color) - ground)) for color in style.MAP_THEMES[theme]["diverging"]]
    assert far[0] > far[1] > far[2]
    assert far[5] > far[4] > far[3]
