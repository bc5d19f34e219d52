from __future__ import annotations

import pytest
from sqlalchemy import select

from data.answers import EVENT_COLUMNS
from data.clocks import DAY, HOUR
from data.events import write
from data.grids import UnknownGrid
from data.lifecycle import Kind, Report, Step
from data.queries.named import named_events
from data.schema import event
from data.store import Store
from tests.support.city import CELL, CITY, DISTRICT, OTHER_DISTRICT

NINE = 1_772_672_400_000_000
NOW = NINE + DAY


def report(key: str, grid: str) -> Report:
    return Report(
        source="s",
        key=key,
        at=NINE,
        channel="hotline",
        category="light",
        grid=grid,
        title=f"{key} 13800138000",
    )


def test_events_by_their_numbers_within_the_scope(store: Store) -> None:
    gone = Step(source="s", key="gone", step_key="1", kind=Kind.WITHDRAW, at=NINE + HOUR)
    write(
        store,
        [report("a", CELL), report("b", OTHER_DISTRICT), report("c", CELL), report("gone", CELL), gone],
        NOW,
    )
    with store.reading() as connection:
        ids = {row.source_key: row.id for row in connection.execute(select(event.c.source_key, event.c.id))}
    wanted = [ids["c"], 999, ids["gone"], ids["b"], ids["a"]]
    assert list(named_events(store, CITY, wanted, NOW)["key"]) == ["c", "b", "a"]
    mine = named_events(store.within(DISTRICT), DISTRICT, wanted, NOW)
    assert list(mine["key"]) == ["c", "a"]
    assert list(mine.columns) == list(EVENT_COLUMNS)
    assert "13800138000" not in " ".join(mine["title"]), "personal data are hidden"
    assert named_events(store, CITY, [], NOW).empty
    with pytest.raises(UnknownGrid):
        named_events(store.within(DISTRICT), CITY, wanted, NOW)
