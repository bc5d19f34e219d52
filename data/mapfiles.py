"""The map files of a city pack: GeoPackage, GeoJSON and Shapefile, one file or several, in folders and zip files.

A Shapefile says in a .cpg how its text is encoded, and Chinese ones often have none: then the text itself tells.
"""

from __future__ import annotations

import codecs
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from data.importing.mapping import DATUMS
from data.packfiles import PackFiles

GRID_COLUMNS = ("code", "name", "parent", "level", "kind", "area_km2")
GRID_FILES = ("grids.gpkg", "grids.geojson", "grids.shp", "grids.zip")
GRID_FOLDER = "grids"

_FORMATS = (".gpkg", ".geojson", ".json", ".shp")
_BESIDE = (".shx", ".dbf", ".prj", ".cpg")
_KEYS = {"path", "layer", "level", "crs", "datum", "encoding", "columns"}
_UNPACKED_BYTES = 4 << 30
_HAN = range(0x4E00, 0xA000)
_RAW = "ISO-8859-1"
"""Read so, every byte becomes one character and can be decoded afterwards."""


@dataclass(frozen=True)
class Source:
    """A map file, folder or zip file of the pack, and what city.toml says of it ("" and empty: nothing)."""

    name: str
    path: Path
    layer: str = ""
    level: str = ""
    crs: str = ""
    datum: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MapLayer:
    """A layer of a map file: its features with the columns of GRID_COLUMNS that it has, coordinates as in the file.

    `projection` is its .prj, for a Shapefile: what is to be there when the file names no CRS.
    """

    name: str
    source: Source
    frame: gpd.GeoDataFrame
    geojson: bool = False
    projection: str = ""


class MapReader(PackFiles):
    """Reads the map files of a pack; what is wrong is noted."""

    def layers(self, document: Mapping[str, Any]) -> list[MapLayer]:
        """Every layer of the pack's map files that can be used, in the order of their names."""
        with ExitStack() as open_folders:
            return [
                layer
                for source in self._sources(document)
                for name, path in self._files(source, open_folders)
                for layer in self._read(source, name, path)
            ]

    def _sources(self, document: Mapping[str, Any]) -> list[Source]:
        common = {"crs": self.text(document, "crs"), "datum": self.choice(document, "datum", DATUMS)}
        rows = document.get("boundaries", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fault(f'city.toml: write each map file as [[boundaries]] with a path = "…"; found {rows!r}')
            return []
        found = [name for name in GRID_FILES if (self.folder / name).is_file()]
        if (self.folder / GRID_FOLDER).is_dir():
            found.append(f"{GRID_FOLDER}/")
        if rows:
            return [source for row in rows if (source := self._named(row, common))]
        if len(found) > 1:
            self.fault(
                f"found {' and '.join(found)}: keep one of them, or name each file of several under "
                "[[boundaries]] in city.toml"
            )
        return [
            Source(name, self.folder / name, crs=common["crs"], datum=common["datum"]) for name in found[:1]
        ]

    def _named(self, row: Mapping[str, Any], common: Mapping[str, str]) -> Source | None:
        where = f"city.toml: [[boundaries]] {row.get('path', '')}"
        unknown = sorted(set(row) - _KEYS)
        texts = {key: row.get(key, "") for key in _KEYS - {"columns"}}
        columns = row.get("columns", {})
        sound = all(isinstance(text, str) for text in texts.values()) and isinstance(columns, dict)
        if unknown or not sound or not texts["path"]:
            self.fault(
                f'{where} must have a path = "…" in quotes, and may have {", ".join(sorted(_KEYS - {"path"}))}; '
                f"found {', '.join(unknown) or dict(row)!r}"
            )
            return None
        if not set(columns) <= set(GRID_COLUMNS) or not all(
            isinstance(name, str) for name in columns.values()
        ):
            self.fault(f"{where}: columns must name columns for {', '.join(GRID_COLUMNS)}; found {columns!r}")
            return None
        if texts["datum"] and texts["datum"] not in DATUMS:
            self.fault(f"{where}: datum must be one of {', '.join(DATUMS)}; found {texts['datum']!r}")
            return None
        name = texts.pop("path")
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            self.fault(f"{where} leads out of the pack's folder")
            return None
        if not path.exists():
            self.fault(f"{where} is not in the folder: mend the path or add the file")
            return None
        told = {key: text or common.get(key, "") for key, text in texts.items()}
        return Source(name, path, columns=columns, **told)

    def _files(self, source: Source, open_folders: ExitStack) -> list[tuple[str, Path]]:
        """The files of a source with their names as they are told."""
        name = source.name.rstrip("/")
        if source.path.is_dir():
            inside = sorted(path for path in source.path.rglob("*") if path.suffix.lower() in _FORMATS)
            files = [(f"{name}/{path.relative_to(source.path).as_posix()}", path) for path in inside]
        elif source.path.suffix.lower() == ".zip":
            unpacked = Path(open_folders.enter_context(TemporaryDirectory(prefix="yiping-")))
            files = [(f"{name}/{one}", path) for one, path in self._unpacked(source.path, unpacked)]
        else:
            files = [(name, source.path)]
        if not files:
            self.fault(f"{name} holds no map file: expected {', '.join(_FORMATS)} in it")
        return files

    def _unpacked(self, path: Path, folder: Path) -> list[tuple[str, Path]]:
        """The map files of a zip file, under our own names: those inside are in any encoding and may lead anywhere."""
        files: list[tuple[str, Path]] = []
        try:
            with zipfile.ZipFile(path) as archive:
                wanted = [one for one in archive.infolist() if _suffix(one.filename) in (*_FORMATS, *_BESIDE)]
                if sum(one.file_size for one in wanted) > _UNPACKED_BYTES:
                    self.fault(
                        f"{path.name} holds more than {_UNPACKED_BYTES >> 30} GiB: unpack it and name the file"
                    )
                    return []
                stems = {
                    stem: number
                    for number, stem in enumerate(sorted({_stem(one.filename) for one in wanted}))
                }
                for one in wanted:
                    target = folder / f"{stems[_stem(one.filename)]}{_suffix(one.filename)}"
                    with archive.open(one) as packed, target.open("wb") as plain:
                        copyfileobj(packed, plain)
                    if target.suffix in _FORMATS:
                        files.append((_zip_name(one), target))
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
            self.fault(f"{path.name} cannot be unpacked: {error}. Pack it again, without a password")
        return sorted(files)

    def _read(self, source: Source, name: str, path: Path) -> list[MapLayer]:
        shapefile = path.suffix.lower() == ".shp"
        if shapefile and (missing := _missing_parts(path)):
            self.fault(
                f"{name}: {' and '.join(missing)} of the Shapefile {'is' if len(missing) == 1 else 'are'} missing; "
                "copy all of its files"
            )
            return []
        said: list[warnings.WarningMessage] = []
        frames: dict[str, pd.DataFrame] = {}
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                shaped = [str(layer) for layer, kind in pyogrio.list_layers(path) if kind is not None]
                for layer in shaped:
                    if source.layer in ("", layer):
                        frames[layer] = pyogrio.read_dataframe(
                            path,
                            layer=layer,
                            encoding=_RAW if shapefile else None,
                            on_invalid="fix",
                            force_2d=True,
                        )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
            self.fault(f"{name} cannot be read as a map file: {_first_line(error)}")
        except shapely.errors.GEOSException as error:
            self.fault(
                f'{name} holds a shape that is none: {_first_line(error)}. Mend it with "Fix geometries" in QGIS'
            )
        else:
            if not frames:
                self.fault(
                    f"{name} has no layer {source.layer!r} with shapes; found {', '.join(shaped) or 'none'}"
                    if source.layer
                    else f"{name} has no shapes: expected a layer of polygons"
                )
        for message in sorted(
            {_first_line(one.message) for one in said if one.category in (UserWarning, RuntimeWarning)}
        ):
            self.warn(f"{name}: {message}")
        layers: list[MapLayer] = []
        for layer, frame in frames.items():
            told = name if len(frames) == 1 else f"{name} layer {layer}"
            table = self._columns(
                source, told, self._decode(source, told, path, frame) if shapefile else frame
            )
            if table is not None:
                projection = Path(name).with_suffix(".prj").name if shapefile else ""
                geojson = path.suffix.lower() in (".geojson", ".json")
                layers.append(MapLayer(told, source, table, geojson, projection))
        return layers

    def _columns(self, source: Source, name: str, frame: Any) -> gpd.GeoDataFrame | None:
        """The frame with the columns of GRID_COLUMNS that it has as text, or None and a fault."""
        named = {column: source.columns.get(column, column) for column in GRID_COLUMNS}
        missing = [
            theirs
            for column, theirs in named.items()
            if theirs not in frame.columns
            and (column in ("code", "name", "parent") or column in source.columns)
        ]
        if missing or not isinstance(frame, gpd.GeoDataFrame):
            columns = ", ".join(str(column) for column in frame.columns)
            self.fault(
                f"{name} lacks {', '.join(missing) or 'shapes'}; found the columns {columns}. Name them so, or say "
                "under [[boundaries]] in city.toml which column is which"
            )
            return None
        kept = {column: theirs for column, theirs in named.items() if theirs in frame.columns}
        numeric = [
            column
            for column in ("code", "parent")
            if frame[kept[column]].notna().any()
            and pd.api.types.is_numeric_dtype(frame[kept[column]].dropna())
        ]
        if numeric:
            first = frame[kept[numeric[0]]].dropna().iloc[0]
            self.fault(
                f"{name}: {' and '.join(numeric)} are numbers; save them as text, so that leading zeros and long "
                f"codes survive. The first is {first}; in QGIS a text field with to_string() mends it"
            )
            return None
        texts = {column: _texts(frame[theirs]) for column, theirs in kept.items()}
        if source.level and "level" not in texts:
            texts["level"] = pd.Series(source.level, index=frame.index)
        return gpd.GeoDataFrame(texts, geometry=frame.geometry.to_numpy(), crs=frame.crs)

    def _decode(self, source: Source, name: str, path: Path, frame: pd.DataFrame) -> pd.DataFrame:
        """A Shapefile with its text decoded, names of columns too: as city.toml or its .cpg says, or as it reads."""
        texts = [column for column in frame.columns if pd.api.types.is_string_dtype(frame[column])]
        words = {str(column) for column in frame.columns if column != "geometry"}
        words.update(str(word) for column in texts for word in frame[column].dropna().unique())
        raw = [word.encode(_RAW) for word in words]
        beside = next(
            (one for one in path.parent.glob(f"{path.stem}.*") if one.suffix.lower() == ".cpg"), None
        )
        stated = source.encoding or (_codec(beside.read_text("ascii", "replace")) if beside else "")
        encoding = stated if stated and _decodes(raw, stated) else ""
        if source.encoding and not encoding:
            self.fault(
                f"{name}: its text is not {source.encoding}; name its true encoding, such as GB18030 or UTF-8"
            )
            return frame
        if not encoding:
            encoding = next((one for one in ("utf-8", "gb18030") if _decodes(raw, one, chinese=True)), "")
            if not encoding and all(word.isascii() for word in raw):
                return frame
            if encoding:
                self.repaired(
                    f"{name} {'has a wrong' if beside else 'has no'} .cpg; its text reads as Chinese in "
                    f"{encoding.upper()}"
                )
            else:
                self.warn(
                    f'{name} names no encoding that fits its text: write encoding = "…" under [[boundaries]]'
                )
                return frame
        plain = frame.copy()
        for column in texts:
            plain[column] = frame[column].map(
                lambda word: _decoded(str(word).encode(_RAW), encoding), na_action="ignore"
            )
        return plain.rename(columns=lambda column: _decoded(str(column).encode(_RAW), encoding))


def _texts(column: pd.Series[Any]) -> pd.Series[str]:
    return column.map(lambda cell: str(cell).strip(), na_action="ignore").astype(object).fillna("")


def _decoded(raw: bytes, encoding: str) -> str:
    """The text; a character that the width of its field cut in two is left out. Raises UnicodeDecodeError."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        whole = raw[: error.start].decode(encoding)
        if error.start < len(raw) - 3 or whole.isascii():
            raise
        return whole


def _decodes(raw: Sequence[bytes], encoding: str, *, chinese: bool = False) -> bool:
    """Whether all of it is text in that encoding; `chinese`: and most of what is not ASCII is Chinese."""
    try:
        text = "".join(_decoded(word, encoding) for word in raw)
    except (UnicodeDecodeError, LookupError):
        return False
    foreign = [character for character in text if not character.isascii()]
    return not chinese or 2 * sum(ord(one) in _HAN for one in foreign) > len(foreign)


def _codec(stated: str) -> str:
    """What Python calls the encoding of a .cpg: "UTF-8", "936", "ANSI 936"; "" when it knows none of that name."""
    name = re.sub(r"^(ANSI|OEM|CP)[ _-]*(?=\d)", "", stated.strip(), flags=re.IGNORECASE)
    name = "gb18030" if name.lower() in ("936", "gbk", "gb2312", "54936") else name
    for one in (name, f"cp{name}"):
        try:
            return codecs.lookup(one).name
        except LookupError:
            continue
    return ""


def _missing_parts(path: Path) -> list[str]:
    there = {one.suffix.lower() for one in path.parent.glob(f"{path.stem}.*")}
    return [suffix for suffix in (".shx", ".dbf") if suffix not in there]


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _stem(name: str) -> str:
    return name[: len(name) - len(Path(name).suffix)]


def _zip_name(one: zipfile.ZipInfo) -> str:
    """A name inside a zip file; without the mark of UTF-8 it is often GB18030."""
    if one.flag_bits & 0x800 or one.filename.isascii():
        return one.filename
    try:
        return one.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return one.filename


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
