"""The plain pages of signing in, rendered on the server: they work without a script and before anybody is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from flask import Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api import forms
from data.words import language, word
from data.words.nav import LANGUAGE_NAMES

_ASSETS: Final = Path(__file__).parents[1] / "assets"


@dataclass(frozen=True)
class Sign:
    """What stands beside every form: the city's name, "" for none, and whether it is a demonstration."""

    city: str
    demo: bool


def _asset(name: str) -> str:
    """The address of a file of ours; it changes with the file, so that browsers may keep it."""
    return f"/assets/{name}?m={(_ASSETS / name).stat().st_mtime}"


_pages = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.globals |= {"word": word, "asset": _asset, "languages": LANGUAGE_NAMES}


def shown(
    template: str, sign: Sign, status: int = 200, *, problem: str = "", said: str = "", **values: Any
) -> Response:
    """A page. No cache keeps it; its form carries the proof that it is ours."""
    fresh = forms.needs_cookie()
    proof = Markup('<input type="hidden" name="{}" value="{}">').format(forms.FIELD, forms.token(fresh))
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    text = _pages.get_template(template).render(
        language=language(),
        theme=_theme(str(values.get("next", ""))),
        city=sign.city,
        demo=sign.demo,
        here=here,
        proof=proof,
        problem=problem,
        said=said,
        **values,
    )
    response = Response(
        text,
        status,
        mimetype="text/html",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "same-origin"},
    )
    forms.carry(response, fresh)
    return response


def _theme(back: str) -> str:
    """The theme of the page that one comes from; else what the system prefers."""
    given = parse_qs(urlsplit(back).query).get("theme", [""])[-1]
    return given if given in ("dark", "light") else "auto"
