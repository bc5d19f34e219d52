from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, select, update

from data import searching
from data.answers import Question
from data.clocks import DAY, MINUTE
from data.events import delete_events, write
from data.lifecycle import Report
from data.periods import Period
from data.queries.filtered import count_events, find_events
from data.queries.filters import Filter
from data.rebuilding import rebuild
from data.schema import event, search_block
from data.store import Store
from data.verification import verify
from tests.support.city import CELL, CITY

NINE = 1_772_672_400_000_000
TEXTS = (
    "北营社区占道经营",
    "井盖破损",
    "占道堆放建材",
    "宠物犬吠",
    "王老师 13812345678 反映占道",
    "盖井占道",
)


def told(store: Store, text: str) -> list[str]:
    question = Question(CITY, Period(NINE - DAY, NINE + DAY), NINE + DAY, live=True)
    return (
        find_events(store, question, Filter(text=text, sort="reported", descending=False))
        .rows["title"]
        .tolist()
    )


def fill(store: Store) -> None:
    reports = [
        Report(
            source="hotline",
            key=f"KEY{number}",
            at=NINE + number * MINUTE,
            grid=CELL,
            category="road",
            channel="hotline",
            title=text,
            address="郑州市" if number else "",
        )
        for number, text in enumerate(TEXTS)
    ]
    assert {outcome.status for outcome in write(store, reports, NINE + DAY)} == {"added"}


def test_a_text_is_found_before_and_after_it_is_in_the_index(store: Store) -> None:
    fill(store)
    before = {
        word: told(store, word) for word in ("占道", "井盖", "建材", "占道 建材", "郑州", "KEY3", "没有")
    }
    assert len(before["占道"]) == 4
    assert before["井盖"] == [TEXTS[1]]
    assert before["占道 建材"] == [TEXTS[2]]
    assert before["KEY3"] == [TEXTS[3]]
    assert before["没有"] == []
    assert searching.extend(store, all_of_them=True) == len(TEXTS)
    assert {word: told(store, word) for word in before} == before


def test_what_is_hidden_is_found_by_nobody(store: Store) -> None:
    fill(store)
    for _ in range(2):
        assert told(store, "13812345678") == []
        assert told(store, "1381234") == []
        searching.extend(store, all_of_them=True)
    with store.reading() as connection:
        blocks = connection.execute(select(search_block.c.data)).scalars().all()
    assert blocks


def test_an_erased_event_is_found_no_more(store: Store) -> None:
    fill(store)
    searching.extend(store, all_of_them=True)
    with store.reading() as connection:
        number = connection.execute(select(event.c.id).where(event.c.title == TEXTS[1])).scalar_one()
    delete_events(store, [number])
    assert told(store, "井盖") == []
    verdict = verify(store)
    assert (verdict.segments, verdict.segments_wrong) == (1, 0)


def test_a_rebuild_makes_the_index_whole(store: Store) -> None:
    fill(store)
    rebuild(store)
    with store.writing() as connection:
        connection.execute(delete(search_block).where(search_block.c.shard % 2 == 0))
        connection.execute(update(event).where(event.c.title == TEXTS[3]).values(title="另一段文字"))
    assert verify(store).segments_wrong == 1
    rebuild(store, texts_anew=True)
    assert verify(store).segments_wrong == 0
    assert told(store, "另一") == ["另一段文字"]


def test_a_search_counts_what_it_lists(store: Store) -> None:
    fill(store)
    question = Question(CITY, Period(NINE - DAY, NINE + DAY), NINE + DAY, live=True)
    for word in ("占道", "井盖", "没有", "KEY1"):
        wanted = replace(Filter(), text=word)
        total = count_events(store, question, wanted)
        assert (total.n, total.exact) == (len(told(store, word)), True)
