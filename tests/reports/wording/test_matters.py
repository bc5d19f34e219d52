"""Hot matters in words."""

from __future__ import annotations

from dataclasses import replace

from data.clocks import HOUR
from data.words import speaking
from reports.content.parts import Matter, Matters
from reports.document import Paragraph, Table
from reports.wording.matters import matters_parts
from tests.reports.wording.papers import DAY, paper

ROWS = (
    Matter("sudden", "路灯", "甲社区", DAY.start, 9, 0.54, "open"),
    Matter("ahead", "积水", "全市", DAY.start + 30 * HOUR, None, None, "assigned"),
)


def test_how_many_of_each_kind_and_the_first_of_them() -> None:
    found = Matters(True, 1, 2, {"ahead": 1, "sudden": 1}, ROWS)
    with speaking("zh"):
        head, table = matters_parts(paper(), found)
    assert isinstance(head, Paragraph)
    assert isinstance(table, Table)
    assert head.text == "本期新增热点预警1项，截止时尚有2项在办：突发热点1项、同期预警1项。"
    assert table.title == "热点预警事项（列2项，共2项）"
    assert table.rows == (
        ("突发热点", "路灯", "甲社区", "11-26", "9", "0.5", "待处理"),
        ("同期预警", "积水", "全市", "11-27", "—", "—", "已交办"),
    )


def test_none_and_nobody_looked_are_told_apart() -> None:
    with speaking("en"):
        (none,) = matters_parts(paper(), Matters(True, 0, 0, {}, ()))
        (unwatched,) = matters_parts(paper(), Matters(False, 0, 0, {}, ()))
    assert isinstance(none, Paragraph)
    assert isinstance(unwatched, Paragraph)
    assert (none.text, unwatched.text) == (
        "No hot matter stands, and none began.",
        "Nobody looked for hot matters in this period: whether any began is not known.",
    )
    assert matters_parts(paper(), None) == []


def test_what_stands_is_told_though_nobody_looked() -> None:
    found = Matters(True, 1, 2, {"ahead": 1, "sudden": 1}, ROWS)
    parts = matters_parts(paper(), replace(found, watched=False))
    assert isinstance(parts[0], Paragraph)
    assert parts[0].text == "本期没有检查过热点，有无新的热点不得而知。"
    assert parts[1:] == matters_parts(paper(), found)
