"""The document of the wall: a page of its own without Dash, so that it stands at once and stays small for weeks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Final, Literal
from urllib.parse import quote

from data.words import language, word
from maps import style

Theme = Literal["dark", "light"]

SHEETS: Final = ("wall/tokens.css", "wall/wall.css", "wall/lists.css", "wall/scenes.css")
SCRIPTS: Final = (
    "map/geometry.js",
    "map/layers.js",
    "map/overlay.js",
    "map/board.js",
    "wall/machine.js",
    "wall/show.js",
    "wall/curve.js",
    "wall/panels.js",
    "wall/scenes.js",
    "wall/gl.js",
    "wall/plain.js",
    "wall/ground.js",
    "wall/loop.js",
)
"""What the document loads, in this order, below assets/."""

PANELS: Final = (
    "cards",
    "curve",
    "channels",
    "categories",
    "map",
    "ranking",
    "league",
    "hot",
    "ticker",
    "structure",
    "bulletins",
    "sources",
    "trace",
    "emergency",
)
"""Every panel has its place from the first moment on: nothing moves when its figures come."""

MEMORY_BOUND: Final = 400 * 1024 * 1024
"""Bytes of the browser's heap from which the wall makes itself anew; a whole city at its finest level takes a third."""

_OWN_WORDS: Final = (
    "starting",
    "live",
    "stale",
    "waiting",
    "reconnecting",
    "offline",
    "away",
    "turning",
    "denied",
    "old",
    "unknown",
    "seconds",
    "minutes",
    "hours",
    "left",
    "note_restarted",
    "note_clock",
    "note_woken",
    "note_midnight",
    "note_month",
    "red",
    "yellow",
    "tasks",
    "units",
    "unit_columns",
    "commands",
    "command_columns",
    "since",
    "completion",
)
_MAP_WORDS: Final = {
    "few": "map.few",
    "no_data": "map.no_data",
    "overdue": "map.points_overdue",
    "newest": "map.points_newest",
    "none": "data.none",
}


def document(
    build: str, theme: Theme, scope: str, address: Callable[[str], str], bound: int = MEMORY_BOUND
) -> str:
    """The HTML of the wall in the language spoken, for the viewer's scope ("") or for a grid within it.

    `build` is the version that the panels name too: when theirs is another, the wall loads itself anew.
    `address` gives the address of a file of assets/.
    """
    tag = "en" if language() == "en" else "zh-CN"
    sheets = "".join(_sheet(address(name)) for name in SHEETS)
    scripts = "".join(f'<script defer data-wall src="{escape(address(name))}"></script>' for name in SCRIPTS)
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{_text("wallpage.title")}</title><link rel="icon" href="data:,">{sheets}{scripts}'
    )
    wall = _wall(build, theme, scope, bound)
    return f'<!doctype html><html lang="{tag}" data-theme="{theme}"><head>{head}</head><body>{wall}</body></html>'


def _sheet(href: str) -> str:
    return f'<link rel="stylesheet" data-wall href="{escape(href)}">'


def _wall(build: str, theme: Theme, scope: str, bound: int) -> str:
    about = f"scope={quote(scope)}" if scope else ""
    words = {key: word(f"wallpage.{key}") for key in _OWN_WORDS} | {
        key: word(name) for key, name in _MAP_WORDS.items()
    }
    given = _attributes(
        {
            "data-words": json.dumps(words, ensure_ascii=False),
            "data-style": json.dumps(style.MAP_THEMES[theme]),
            "data-build": build,
            "data-bound": str(bound),
            "data-pulse": f"/wall/pulse?{about}",
            "data-panels": f"/wall/panels?{about}&known=".replace("?&", "?"),
            "data-condition": "starting",
            "data-scene": "overview",
            "data-mode": "normal",
        }
    )
    panels = "".join(
        f'<section class="panel is-{name}" data-panel="{name}" data-none></section>' for name in PANELS
    )
    return (
        f'<div id="wall" class="wall" {given}>{_head()}<main class="stage">{panels}</main>'
        f'{_said("notice", "p", "notice")}<div class="shut"><p>{_text("wallpage.denied")}</p>'
        f"<p>{_text('wallpage.denied_help')}</p></div>{_help()}"
        f"<noscript><p class='notice'>{_text('wallpage.no_script')}</p></noscript></div>"
    )


def _head() -> str:
    return (
        '<header class="head"><div class="head-place">'
        f"{_said('title', 'h1', 'head-title')}{_said('mode', 'p', 'head-mode')}"
        f"{_said('marks', 'p', 'head-marks')}</div>"
        f'<div class="head-scene">{_said("scene", "p", "scene-title")}'
        f'<p class="scene-line">{_said("scene-of", "span", "scene-of")}{_said("held", "span", "scene-held")}'
        f"{_said('left', 'span', 'scene-left')}</p></div>"
        '<div class="status" role="status"><span class="status-mark" aria-hidden="true"></span>'
        f'<span class="status-condition" data-say="condition">{_text("wallpage.starting")}</span>'
        f"{_said('detail', 'span', 'status-detail')}{_said('note', 'span', 'status-note')}</div>"
        f'<div class="head-time">{_said("clock", "p", "clock")}{_said("date", "p", "date")}</div></header>'
    )


def _help() -> str:
    keys = {"F": "wallpage.key_f", "?": "wallpage.key_help"}
    rows = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{_text(name)}</dd>" for key, name in keys.items())
    return f'<div class="help" data-say="help" hidden><h2>{_text("wallpage.help")}</h2><dl>{rows}</dl></div>'


def _said(name: str, tag: str, kind: str) -> str:
    return f'<{tag} class="{kind}" data-say="{name}"></{tag}>'


def _text(key: str) -> str:
    return escape(word(key))


def _attributes(given: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in given.items())
