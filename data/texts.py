"""Text that people type, fill into a sheet or have a browser send, before it is kept."""

from __future__ import annotations

import re
from typing import Final

_REFUSED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def storable(text: str) -> str:
    """The text as every database keeps it and every screen shows it: without control characters, but for line ends and
    tabs, and without halves of surrogate pairs. PostgreSQL refuses a NUL, no encoding has a half."""
    return _REFUSED.sub("", text)


def sheet_text(content: bytes) -> str | None:
    """The text of a sheet that was filled in by hand and saved as CSV, in UTF-8 or GB 18030; None for anything else."""
    if b"\x00" in content:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
