"""Built packs: a city pack whose grids and people are made from its sources, once, and kept."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pyogrio

from data.citypack import PackError
from data.counters import Progress, quiet
from data.demo.source import read_source
from data.demo.staffing import organisations_of, staff_of
from data.demo.tessellation.build import tessellate

SEED = 410100
"""The seed of the demonstration that everybody sees."""

_TABLES = ("categories.csv", "channels.csv", "limits.csv", "holidays.csv", "README.md")
"""What goes into the built pack as it is, where the source has it."""

_BUILDERS = ("chance.py", "pack.py", "source.py", "staffing.py", "tessellation/*.py")
"""The program text that a built pack depends on."""

_BUILD_TABLE = re.compile(r"^(?:#.*\n)*\[build\][^\[]*", re.MULTILINE)

_WRITTEN = "2023-10-08T00:00:00.000Z"
"""The time that a map file says it was written: the true one would make two builds differ."""


_KEPT_BUILDS = 3


def built_pack(source: Path, var_dir: Path, seed: int = SEED, progress: Progress = quiet) -> Path:
    """The folder of an ordinary pack: `source` itself, unless its city.toml says [build] rules = "…". Then the pack
    made from it, kept under `var_dir`; building it takes about twenty seconds the first time.

    The same source and seed give the same files, byte by byte. Raises PackError when the source is broken, OSError when
    `var_dir` cannot be written.
    """
    if not _is_source(source):
        return source
    digest = _digest(source)
    kept = var_dir / "cities" / f"{source.resolve().name}-{seed}-{digest}"
    if kept.is_dir():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=kept.parent) as folder:
        made = Path(folder) / "pack"
        made.mkdir()
        try:
            _build(source, made, seed, digest, progress)
        except (KeyError, TypeError, ValueError) as error:
            raise PackError(source, [f"it cannot be built from its sources: {error!r}"]) from error
        try:
            made.rename(kept)
        except OSError:
            # Another process built the same meanwhile.
            if not kept.is_dir():
                raise
    _tidy(kept)
    return kept


def _tidy(kept: Path) -> None:
    """Removes builds of the same city and seed but the newest few: a store may still name the one before."""
    name = kept.name.rpartition("-")[0]
    builds = sorted(kept.parent.glob(f"{name}-*"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in [build for build in builds if build != kept][_KEPT_BUILDS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _is_source(folder: Path) -> bool:
    try:
        document = tomllib.loads((folder / "city.toml").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        # What is wrong with a pack is told by the one who reads it.
        return False
    build = document.get("build")
    return isinstance(build, dict) and "rules" in build


def _digest(source: Path) -> str:
    """What the built pack depends on: the source's files and the program's."""
    here = Path(__file__).parent
    files = [path for pattern in _BUILDERS for path in sorted(here.glob(pattern))]
    files += sorted(path for path in (source / "sources").iterdir() if path.is_file())
    files += [path for path in sorted(source.iterdir()) if path.is_file()]
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:12]


def _build(source: Path, folder: Path, seed: int, digest: str, progress: Progress) -> None:
    read = read_source(source)
    made = tessellate(read, seed, progress)
    progress("writing the pack", 0.0)
    document = (source / "city.toml").read_text(encoding="utf-8")
    built = f'[build]\nseed = {seed}\ndigest = "{digest}"\n'
    (folder / "city.toml").write_text(_BUILD_TABLE.sub(built, document), encoding="utf-8")
    for name in _TABLES:
        if (source / name).is_file():
            shutil.copyfile(source / name, folder / name)
    if (source / "mappings").is_dir():
        shutil.copytree(source / "mappings", folder / "mappings")
    with _undated():
        _write_map(made.grids, folder / "grids.gpkg", driver="GPKG", layer="grids", SPATIAL_INDEX="NO")
        _write_map(made.areas, folder / "areas.geojson", driver="GeoJSON", COORDINATE_PRECISION=6)
    progress("writing the pack", 0.7)
    people = made.grids[["code", "level", "urban"]]
    staff_of(people, read.rules, seed).to_csv(folder / "staff.csv", index=False, lineterminator="\n")
    organisations = organisations_of(people, read.rules, seed)
    organisations.to_csv(folder / "organisations.csv", index=False, lineterminator="\n")
    progress("writing the pack", 1.0)


def _write_map(frame: gpd.GeoDataFrame, path: Path, **options: str | int) -> None:
    # Polygons stay what they are, although a district among them may have several parts.
    frame.to_file(path, engine="pyogrio", geometry_type="Unknown", promote_to_multi=False, **options)


@contextmanager
def _undated() -> Iterator[None]:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
