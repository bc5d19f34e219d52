"""The hot matters that the centre was warned of, in words."""

from __future__ import annotations

from data.alerting.standing import HOT
from data.indicators import NO_DATA
from data.words import word
from reports.content.parts import Content, Matter, Matters
from reports.document import Column, Paragraph, Part, Table
from reports.wording import texts


def matters_parts(content: Content, matters: Matters | None) -> list[Part]:
    """How many there are of each kind, and the first of them; a sentence where there are none, and
    one where nobody looked."""
    if matters is None:
        return []
    unwatched: list[Part] = [] if matters.watched else [Paragraph(word("bulletin.matters_unwatched"))]
    if not matters.by_kind:
        return unwatched or [Paragraph(word("bulletin.matters_none"))]
    kinds = texts.joined(
        word("bulletin.matters_kind").format(kind=word(f"bulletin.matter.{kind}"), n=matters.by_kind[kind])
        for kind in HOT
        if kind in matters.by_kind
    )
    head = word("bulletin.matters").format(opened=matters.opened, standing=matters.standing, kinds=kinds)
    columns = (
        Column(word("bulletin.column.kind"), "left"),
        Column(word("bulletin.column.matter"), "left", 1.0),
        Column(word("bulletin.column.grid"), "left", 1.0),
        Column(word("bulletin.column.since")),
        Column(word("bulletin.column.observed")),
        Column(word("bulletin.column.expected")),
        Column(word("bulletin.column.state"), "left"),
    )
    title = word("bulletin.table.matters").format(
        shown=len(matters.rows), total=sum(matters.by_kind.values())
    )
    rows = tuple(_row(content, one) for one in matters.rows)
    return [
        *unwatched,
        Paragraph(texts.stopped(head)),
        Table(title, columns, rows, note=word("bulletin.matters_note")),
    ]


def _row(content: Content, one: Matter) -> tuple[str, ...]:
    return (
        word(f"bulletin.matter.{one.kind}"),
        one.category or NO_DATA,
        one.grid,
        f"{content.clock.local(one.since_at):%m-%d}",
        NO_DATA if one.observed is None else f"{one.observed:,}",
        NO_DATA if one.expected is None else f"{one.expected:,.1f}",
        word(f"bulletin.matter_state.{one.state}"),
    )
