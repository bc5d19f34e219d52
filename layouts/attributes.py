"""HTML attributes that are no Python names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def attributes(given: Mapping[str, str]) -> Any:
    """`aria-*` and `data-*` attributes for a component: `html.Nav(..., **attributes({"aria-label": "…"}))`.

    Typed as anything, because Dash's components declare their own properties alone and pass these on.
    """
    return dict(given)
