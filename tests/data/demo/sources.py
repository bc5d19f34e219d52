"""The source of Zhengzhou, and a small part of it that is built in a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from data.demo.source import Source, read_source

ZHENGZHOU = Path(__file__).resolve().parents[3] / "data" / "cities" / "zhengzhou"

SHANGJIE = "410106"
"""The smallest county: 6 streets, 64 communities."""


def part(county: str = SHANGJIE, level3: int = 360, dedicated: int = 40, new: int = 4) -> Source:
    """One county of Zhengzhou with `new` communities beyond those of the sources."""
    whole = read_source(ZHENGZHOU)
    streets = whole.townships[whole.townships["host"] == county].reset_index(drop=True)
    communities = whole.communities[whole.communities["street"].isin(streets["code"])].reset_index(drop=True)
    return replace(
        whole,
        counties=whole.counties[whole.counties["code"] == county].reset_index(drop=True),
        districts=whole.districts[whole.districts["code"].isin(streets["area_code"])].reset_index(drop=True),
        townships=streets,
        communities=communities,
        rules=replace(
            whole.rules, level2=len(communities) + new, level3=level3, dedicated=dedicated, urban_share=0.6
        ),
    )
