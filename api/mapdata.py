"""The addresses of the map: geometry that never changes under its name, values that change with the store, and the
library that draws them.

An answer is computed once for each request and version of the store and kept as the bytes that go out.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import brotli
from flask import Flask, Response, json, request, send_from_directory

from api.packing import Effort, pack, way_of
from data.kept import Kept

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


def register(server: Flask, source: MapSource) -> Kept[bytes]:
    """Adds the addresses to the server and gives the cache behind them."""
    kept = Kept[bytes](_KEPT_BYTES, len)

    def answered(kind: str) -> Response:
        query, token, asker = request.query_string.decode("latin-1"), source.token(), source.asker()
        key = (kind, query, *asker)
        etag = f'"{sha256(repr((key, token)).encode()).hexdigest()[:20]}"'
        headers = {"Cache-Control": "private, no-cache", "ETag": etag, "Vary": "Accept-Encoding"}
        if request.if_none_match.contains(etag.strip('"')):
            return Response(status=304, headers=headers)
        try:
            body = kept.get(key, lambda: source.answer(kind, query), token)
        except (ValueError, LookupError) as error:
            return _refused(str(error))
        return _packed(kept, key, body, _BINARY, headers, edition=token)

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
            way = way_of(request)
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
        return _packed(kept, ("library", name), body, _LIBRARY_FILES[name], headers, effort="thorough")

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
    kept: Kept[bytes],
    key: Hashable,
    body: bytes,
    kind: str,
    headers: Mapping[str, str],
    effort: Effort = "good",
    edition: Hashable = None,
) -> Response:
    way = way_of(request)
    if way is None:
        return Response(body, mimetype=kind, headers=headers)
    packed = kept.get((key, way), lambda: pack(body, way, effort), edition)
    return Response(packed, mimetype=kind, headers={**headers, "Content-Encoding": way})


def _refused(sentence: str, status: int = 400) -> Response:
    body = json.dumps({"error": sentence}, ensure_ascii=False)
    return Response(body, status, mimetype="application/json", headers={"Cache-Control": "no-store"})
