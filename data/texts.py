"""Text that people type or a browser sends, before it is kept."""

from __future__ import annotations

import re
from typing import Final

_REFUSED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def storable(text: str) -> str:
    """The text as every database keeps it and every screen shows it: without control characters, but for line ends and
    tabs, and without halves of surrogate pairs. PostgreSQL refuses a NUL, no encoding has a half."""
    return _REFUSED.sub("", text)
