"""The words of the pages of all events and of one event."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "explore.title": ("事件查询", "Events"),
}
