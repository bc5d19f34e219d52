"""The generated pages are current."""

from __future__ import annotations

import pytest

from data.settings import SETTINGS
from tests.support.docs import GENERATED, ROOT


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_file_is_current(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), f"{name} is stale: run `make docs`"


def test_every_setting_stands_on_the_settings_page() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert [setting.variable for setting in SETTINGS if f"| `{setting.variable}` |" not in page] == []
