"""What axe-core finds on a page: the rules of accessibility that a program can judge."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_SCRIPT = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_GRAVE = ("serious", "critical")

_HANDED_ON = ".dash-dropdown-focus-target"
"""Dash's dropdowns take the focus by a hidden field, which hands it to their button at once: keyboards are served."""


def grave(page: Page, *, within: str = "") -> list[str]:
    """The serious and critical violations on a page as it stands, one line each; `within` narrows it to a selector.

    The script comes from the installed package and is run from outside the page, so that no policy has to allow it.
    """
    page.evaluate(_SCRIPT)
    found: dict[str, Any] = page.evaluate(
        "(where) => axe.run(where || document, { resultTypes: ['violations'] })", within
    )
    assert found["passes"], "axe judged nothing on the page"
    judged = [
        one | {"nodes": [node for node in one["nodes"] if _HANDED_ON not in str(node["target"])]}
        for one in found["violations"]
        if one["impact"] in _GRAVE
    ]
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: "
        + "; ".join(f"{' '.join(node['target'])} {_short(node)}" for node in one["nodes"][:4])
        for one in judged
        if one["nodes"]
    ]


def _short(node: dict[str, Any]) -> str:
    told = [check["message"] for kind in ("any", "all", "none") for check in node[kind]]
    return told[0][:160] if told else ""
