"""The levels of a city as files for browsers: packed once for each content, kept on disk, named by what is in them."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp

import brotli
import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from data.grids import Grid
from maps.levels import Level, content_key, level_shapes

_KEPT = 4
"""So many contents stay on disk: a city that is loaded again and again leaves no heap behind."""


@dataclass(frozen=True)
class LevelFile:
    """A level, its bytes in both compressions, and where each of its grids lies (NaN without an outline).

    `drawn` is the number of grids with an outline, `width` the middle width of one, `area` what all cover, in degrees.
    """

    level: Level
    digest: str
    brotli: bytes
    gzip: bytes
    bounds: NDArray[np.float64]
    drawn: int
    width: float
    area: float

    @property
    def name(self) -> str:
        """The last part of its address."""
        return f"{self.level.key}-{self.digest}"


@dataclass(frozen=True)
class Atlas:
    """Every level of a city from the city down, the dedicated grids last."""

    files: tuple[LevelFile, ...]

    @cached_property
    def by_key(self) -> dict[str, LevelFile]:
        """The levels by key."""
        return {file.level.key: file for file in self.files}

    def named(self, name: str) -> LevelFile | None:
        """The level of an address, or None when that content is not (any more) here."""
        return next((file for file in self.files if file.name == name), None)

    def of(self, grid: Grid) -> tuple[LevelFile, int] | None:
        """The level that a grid belongs to and its place there."""
        for file in self.files:
            place = file.level.place_of.get(grid.code)
            if place is not None:
                return file, place
        return None

    def bounds(self, grid: Grid) -> tuple[float, float, float, float] | None:
        """Where a grid lies: its own outline, else all that is drawn below it; None where nothing is."""
        found = self.of(grid)
        if found is None:
            return None
        boxes = [found[0].bounds[found[1]][None, :]]
        boxes += [file.bounds[file.level.within(grid)] for file in self.files]
        for box in boxes:
            known = box[~np.isnan(box).any(axis=1)]
            if len(known):
                west, south = known[:, :2].min(axis=0).tolist()
                east, north = known[:, 2:].max(axis=0).tolist()
                return west, south, east, north
        return None


def atlas(levels: Sequence[Level], shapes: gpd.GeoDataFrame, folder: Path | None) -> Atlas:
    """The atlas of these levels with outlines from `shapes`, from `folder` when it has been made before."""
    if folder is None:
        return Atlas(_made(levels, shapes))
    home = folder / content_key(levels, shapes)
    found = _read(home, levels)
    if found is None:
        found = _made(levels, shapes)
        _write(home, found)
    return Atlas(found)


def _made(levels: Sequence[Level], shapes: gpd.GeoDataFrame) -> tuple[LevelFile, ...]:
    return tuple(
        LevelFile(
            level=made.level,
            digest=made.digest,
            brotli=brotli.compress(made.packed, quality=11),
            gzip=gzip.compress(made.packed, 9, mtime=0),
            bounds=made.bounds,
            drawn=made.drawn,
            width=made.width,
            area=made.area,
        )
        for made in level_shapes(levels, shapes)
    )


def _read(home: Path, levels: Sequence[Level]) -> tuple[LevelFile, ...] | None:
    """What `_write` wrote, or None where it is not there or not whole."""
    try:
        told = json.loads((home / "levels.json").read_text(encoding="utf-8"))
        files = tuple(
            LevelFile(
                level=level,
                digest=one["digest"],
                brotli=(home / f"{number}.br").read_bytes(),
                gzip=(home / f"{number}.gz").read_bytes(),
                bounds=np.load(home / f"{number}.npy"),
                drawn=one["drawn"],
                width=one["width"],
                area=one["area"],
            )
            for number, (level, one) in enumerate(zip(levels, told, strict=True))
        )
    except (OSError, ValueError, KeyError):
        return None
    os.utime(home)
    return files


def _write(home: Path, files: Sequence[LevelFile]) -> None:
    """Writes to a folder aside and moves it into place: a process that reads meanwhile sees all of it or nothing."""
    home.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(mkdtemp(prefix=".making-", dir=home.parent))
    try:
        told = [
            {"digest": file.digest, "drawn": file.drawn, "width": file.width, "area": file.area}
            for file in files
        ]
        for number, file in enumerate(files):
            (aside / f"{number}.br").write_bytes(file.brotli)
            (aside / f"{number}.gz").write_bytes(file.gzip)
            np.save(aside / f"{number}.npy", file.bounds)
        (aside / "levels.json").write_text(json.dumps(told), encoding="utf-8")
        if home.exists():
            # Half a folder, left by a disk that was full.
            shutil.rmtree(home)
        try:
            aside.rename(home)
        except OSError:
            # Another process was quicker; what it made is the same.
            if not home.is_dir():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    old = sorted(
        (path for path in home.parent.iterdir() if path.is_dir() and not path.name.startswith(".")),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for path in old[_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
