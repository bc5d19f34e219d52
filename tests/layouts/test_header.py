from __future__ import annotations

import json

from data.words import word
from layouts.parts import header


def shown(demo: bool) -> str:
    return json.dumps(
        [part.to_plotly_json() for part in header.city_name("郑州市", demo)], default=str, ensure_ascii=False
    )


def test_a_city_of_made_up_events_says_so_beside_its_name() -> None:
    assert word("data.demo") in shown(True)
    assert word("data.demo") not in shown(False)
    assert all("郑州市" in shown(demo) for demo in (True, False))
