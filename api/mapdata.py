"""The addresses of the map: geometry that never changes under its name, values that change with the store, and the
library that draws them.

An answer is computed once for each request and version of the store and kept as the bytes that go out.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

import brotli
from flask import Flask, Response, json, request, send_from_directory

_FOR_EVER = "public, max-age=31536000, immutable"
_KEPT_BYTES = 48 * 1024 * 1024
_BINARY = "application/octet-stream"
_LIBRARY = f"/vendor/maplibre-{version('maplibre')}/"
_LIBRARY_FILES = {"maplibre-gl.js": "text/javascript", "maplibre-gl.css": "text/css"}
_TILES = {".png", ".jpg", ".jpeg", ".webp"}

LIBRARY = {name.rpartition(".")[2]: _LIBRARY + name for name in _LIBRARY_FILES}
"""Where the browser finds the map library: "js" and "css"."""


@dataclass(frozen=True)
class MapSource:
    """What the addresses answer with, bound in app.py.

    `token` changes when any answer may; `asker` is what an answer depends on besides: whose scope, which language.
    `answer(kind, query)` gives the bytes for a query string, kinds being "values", "figures", "weights", "overdue" and
    "newest"; it raises ValueError or LookupError for a query that makes no sense.
    `geometry(name)` gives a level's bytes in brotli and gzip, or None; `areas` is GeoJSON with its digest, or None;
    `basemap` is a folder of tiles, z/x/y, or None.
    """

    token: Callable[[], str]
    asker: Callable[[], tuple[str, str]]
    manifest: Callable[[], Mapping[str, Any] | None]
    answer: Callable[[str, str], bytes]
    geometry: Callable[[str], tuple[bytes, bytes] | None]
    areas: Callable[[], tuple[str, bytes] | None]
    basemap: Callable[[], Path | None]


@dataclass
class Kept:
    """Finished bytes by key, the least recently used going first; equal questions at one time are answered once."""

    most: int = _KEPT_BYTES
    held: OrderedDict[Hashable, bytes] = field(default_factory=OrderedDict)
    size: int = 0
    made: int = 0
    lock: Lock = field(default_factory=Lock)
    making: dict[Hashable, Lock] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The bytes of the key, made by the first who asks; the others wait for him. An error is kept by nobody."""
        found = self._look(key)
        if found is not None:
            return found
        with self.lock:
            turn = self.making.setdefault(key, Lock())
        with turn:
            found = self._look(key)
            if found is not None:
                return found
            try:
                found = make()
                self._put(key, found)
            finally:
                with self.lock:
                    self.making.pop(key, None)
        return found

    def _look(self, key: Hashable) -> bytes | None:
        with self.lock:
            found = self.held.get(key)
            if found is not None:
                self.held.move_to_end(key)
            return found

    def _put(self, key: Hashable, body: bytes) -> None:
        with self.lock:
            self.made += 1
            self.size += len(body) - len(self.held.pop(key, b""))
            self.held[key] = body
            while self.size > self.most and len(self.held) > 1:
                _, dropped = self.held.popitem(last=False)
                self.size -= len(dropped)


def register(server: Flask, source: MapSource) -> Kept:
    """Adds the addresses to the server and gives the cache behind them."""
    kept = Kept()

    def answered(kind: str) -> Response:
        query, token, asker = request.query_string.decode("latin-1"), source.token(), source.asker()
        key = (kind, query, token, *asker)
        etag = f'"{sha256(repr(key).encode()).hexdigest()[:20]}"'
        headers = {"Cache-Control": "private, no-cache", "ETag": etag, "Vary": "Accept-Encoding"}
        if request.if_none_match.contains(etag.strip('"')):
            return Response(status=304, headers=headers)
        try:
            body = kept.get(key, lambda: source.answer(kind, query))
        except (ValueError, LookupError) as error:
            return _refused(str(error))
        return _packed(kept, key, body, _BINARY, headers)

    def points() -> Response:
        kind = request.args.get("kind", "")
        return (
            answered(kind)
            if kind in ("overdue", "newest")
            else _refused(f"expected kind=overdue or kind=newest, found {kind[:40]!r}")
        )

    def manifest() -> Response:
        found = source.manifest()
        if found is None:
            return _refused("expected a city, found none: run `python app.py city load DIR`", 404)
        tiles = source.basemap()
        basemap = None if tiles is None else _tiles_of(tiles)
        body = json.dumps({**found, "basemap": basemap, "library": LIBRARY}, ensure_ascii=False)
        response = Response(body, mimetype="application/json", headers={"Cache-Control": "no-cache"})
        response.add_etag()
        return response

    def geometry(name: str) -> Response:
        found = source.geometry(name)
        if found is not None:
            headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
            way = _way()
            if way is None:
                return Response(brotli.decompress(found[0]), mimetype=_BINARY, headers=headers)
            body = found[0] if way == "br" else found[1]
            return Response(body, mimetype=_BINARY, headers=headers | {"Content-Encoding": way})
        outlines = source.areas()
        if outlines is None or name != f"areas-{outlines[0]}":
            return _refused("expected the name of a level as the manifest gives it: load the page again", 404)
        return _packed(
            kept,
            (name,),
            outlines[1],
            "application/geo+json",
            {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"},
        )

    def library(name: str) -> Response:
        if name not in _LIBRARY_FILES:
            return _refused(f"expected one of {', '.join(_LIBRARY_FILES)}, found {name[:40]!r}", 404)
        body = kept.get(("library", name), lambda: library_folder().joinpath(name).read_bytes())
        headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        return _packed(kept, ("library", name), body, _LIBRARY_FILES[name], headers, thorough=True)

    def tile(path: str) -> Response:
        tiles = source.basemap()
        if tiles is None or Path(path).suffix not in _TILES:
            return _refused("expected a tile of the city's own basemap, found none", 404)
        return send_from_directory(tiles, path, max_age=86_400)

    server.add_url_rule("/values", "yiping_values", lambda: answered("values"))
    server.add_url_rule("/figures", "yiping_figures", lambda: answered("figures"))
    server.add_url_rule("/weights", "yiping_weights", lambda: answered("weights"))
    server.add_url_rule("/points", "yiping_points", points)
    server.add_url_rule("/geometry/manifest", "yiping_manifest", manifest)
    server.add_url_rule("/geometry/<name>", "yiping_level", geometry)
    server.add_url_rule(f"{_LIBRARY}<name>", "yiping_library", library)
    server.add_url_rule("/basemap/<path:path>", "yiping_basemap", tile)
    return kept


def library_folder() -> Path:
    """Where the installed wheel keeps the library's files; the package itself is never imported."""
    found = importlib.util.find_spec("maplibre")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("expected the package maplibre, found none: pip install -r requirements.txt")
    return Path(found.submodule_search_locations[0]) / "srcjs"


def _tiles_of(folder: Path) -> dict[str, Any] | None:
    """What the browser has to know of a folder of tiles: their address and zooms; None for a folder without any."""
    zooms = sorted(int(path.name) for path in folder.iterdir() if path.is_dir() and path.name.isdigit())
    suffixes = (path.suffix for zoom in zooms for path in folder.glob(f"{zoom}/*/*") if path.suffix in _TILES)
    suffix = next(suffixes, None)
    if suffix is None:
        return None
    return {"address": f"/basemap/{{z}}/{{x}}/{{y}}{suffix}", "from": zooms[0], "to": zooms[-1]}


def _packed(
    kept: Kept, key: Hashable, body: bytes, kind: str, headers: Mapping[str, str], *, thorough: bool = False
) -> Response:
    way = _way()
    if way is None:
        return Response(body, mimetype=kind, headers=headers)
    packed = kept.get((key, way), lambda: _pack(body, way, thorough))
    return Response(packed, mimetype=kind, headers={**headers, "Content-Encoding": way})


def _pack(body: bytes, way: str, thorough: bool) -> bytes:
    if way == "br":
        packed: bytes = brotli.compress(body, quality=9 if thorough else 5)
        return packed
    return gzip.compress(body, 9 if thorough else 6, mtime=0)


def _way() -> str | None:
    for way in ("br", "gzip"):
        if way in request.headers.get("Accept-Encoding", "") and request.accept_encodings[way] > 0:
            return way
    return None


def _refused(sentence: str, status: int = 400) -> Response:
    body = json.dumps({"error": sentence}, ensure_ascii=False)
    return Response(body, status, mimetype="application/json", headers={"Cache-Control": "no-store"})
