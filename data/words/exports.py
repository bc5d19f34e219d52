"""The words of exports: their links, their cover sheet, and the page that lists them."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "export.label": ("导出", "Export"),
    "export.xlsx": ("Excel", "Excel"),
    "export.csv": ("CSV", "CSV"),
}
