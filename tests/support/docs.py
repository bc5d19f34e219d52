"""The files that are made from tables in the code: `make docs` writes them, a test holds them current."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from data.grains import grains_markdown
from data.indicators import indicators_markdown
from data.settings import settings_example, settings_markdown

ROOT = Path(__file__).resolve().parents[2]

GENERATED: Mapping[str, Callable[[], str]] = {
    ".env.example": settings_example,
    "docs/grains.md": grains_markdown,
    "docs/indicators.md": indicators_markdown,
    "docs/settings.md": settings_markdown,
}


def write_all() -> None:
    """Writes every generated file, and says which ones have changed."""
    for name, text in GENERATED.items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text():
            path.write_text(text(), encoding="utf-8")
            print(f"{name} written")


if __name__ == "__main__":
    write_all()
