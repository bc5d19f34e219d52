"""The address of the wall's document, and the addresses of the files that it loads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from flask import Flask, Response, request

from layouts import wall

_THEMES: Final[dict[str, wall.Theme]] = {"dark": "dark", "light": "light"}


def register(
    server: Flask,
    assets: Path,
    build: Callable[[], str],
    bound: Callable[[], int] = lambda: wall.MEMORY_BOUND,
) -> None:
    """Adds /wall to the server. `build` is the version of the program that the panels name too, `bound` how many bytes
    of the browser's heap make the wall begin anew."""

    def page() -> Response:
        theme = _THEMES.get(request.args.get("theme", ""), "dark")
        return Response(
            wall.document(
                build(), theme, request.args.get("scope", ""), lambda name: address(assets, name), bound()
            ),
            mimetype="text/html",
            # The document is asked for at each start: it names the files of its own version.
            headers={"Cache-Control": "no-store"},
        )

    server.add_url_rule("/wall", "yiping_wall_page", page)


def address(assets: Path, name: str) -> str:
    """Where the browser finds a file of assets/: the time of its last change is in it, so it may be kept for ever."""
    changed = (assets / name).stat().st_mtime
    return f"/assets/{name}?m={changed}"
