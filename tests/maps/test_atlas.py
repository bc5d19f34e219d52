from __future__ import annotations

import gzip
import os
from pathlib import Path

import brotli
import pytest

import maps.atlas
from data.grids import Tree
from maps.atlas import Atlas, atlas
from maps.levels import Level, levels_of
from tests.maps.test_levels import NAMES, city


def levels() -> tuple[Tree, tuple[Level, ...]]:
    tree, _ = city()
    return tree, levels_of(tree, NAMES, "专属网格")


def made(folder: Path | None) -> Atlas:
    return atlas(levels()[1], city()[1], folder)


def refuse(*_: object) -> None:
    raise AssertionError("made again")


def test_what_was_made_once_is_read_from_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(tmp_path)
    monkeypatch.setattr(maps.atlas, "level_shapes", refuse)
    again = made(tmp_path)
    for one, other in zip(first.files, again.files, strict=True):
        assert (one.name, one.brotli, one.gzip, one.drawn, one.width) == (
            other.name,
            other.brotli,
            other.gzip,
            other.drawn,
            other.width,
        )
        assert brotli.decompress(one.brotli) == gzip.decompress(one.gzip)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("broken", ["levels.json", "2.br", "1.npy"])
def test_half_a_folder_is_made_anew(tmp_path: Path, broken: str) -> None:
    first = made(tmp_path)
    (home,) = tmp_path.iterdir()
    (home / broken).unlink()
    assert [file.digest for file in made(tmp_path).files] == [file.digest for file in first.files]
    assert (home / broken).exists()


def test_old_contents_do_not_pile_up(tmp_path: Path) -> None:
    for number in range(6):
        old = tmp_path / f"old{number}"
        old.mkdir()
        os.utime(old, (number, number))
    made(tmp_path)
    kept = {path.name for path in tmp_path.iterdir()}
    assert {"old3", "old4", "old5"} < kept
    assert len(kept) == 4


def test_without_a_folder_nothing_is_kept() -> None:
    assert len(made(None).files) == 5


def test_bounds_are_those_of_the_grid_or_of_what_lies_below_it() -> None:
    tree, _ = levels()
    book = made(None)
    west, south, east, north = book.bounds(tree.get("411")) or (0, 0, 0, 0)
    assert (round(west, 2), round(south, 2), round(east, 2), round(north, 2)) == (113.06, 34.0, 113.12, 34.03)
    cell = book.bounds(tree.get("41000"))
    assert cell is not None
    assert cell[2] < 113.02
    assert book.bounds(tree.get("4101Z1")) == (113.04, 34.01, 113.04, 34.01)


def test_a_level_is_found_by_its_name_alone() -> None:
    book = made(None)
    for file in book.files:
        assert book.named(file.name) is file
    assert book.named("cell-0000000000000000") is None
    found = book.of(levels()[0].get("41015"))
    assert found is not None
    assert (found[0].level.key, found[0].level.codes[found[1]]) == ("cell", "41015")
