"""The words that the setting of a bulletin adds to what it says: Chinese and English."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "print.copies": ("抄送：", "Copies: "),
    "print.issued": ("{date}印发", "Issued {date}"),
    "print.contents": ("目　　录", "Contents"),
    "print.label": ("{label}：", "{label}: "),
    "print.table": ("表", "Table"),
    "print.unit": ("单位：{unit}", "Unit: {unit}"),
}
