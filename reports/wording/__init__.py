"""A bulletin in words: its content made into a document, in Chinese official style or in English."""

from __future__ import annotations

from collections.abc import Sequence

from data.clocks import date_of
from data.words import speaking, word
from reports.content.parts import Content, Daily
from reports.document import Document, Heading, Paragraph, Part
from reports.wording import common, texts
from reports.wording.daily import daily_parts
from reports.wording.monthly import month_parts

__all__ = ["document"]


def document(
    content: Content,
    number: str = "",
    revision: int = 1,
    marks: Sequence[str] = (),
    changes: Sequence[str] = (),
) -> Document:
    """The bulletin as a document. `number` is its document number as printed; `marks` stand beside those that the
    content asks for; `changes` are the sentences of `reports.changes` that a revision says it is one by. The same
    arguments give the same document."""
    with speaking(content.language):
        daily = isinstance(content.parts, Daily)
        scope = texts.scope_name(content)
        told = texts.days_text(content.clock, content.period)
        title = word(f"bulletin.title.{content.kind}")
        opening = Paragraph(word("bulletin.opening").format(scope=scope, period=told))
        parts: tuple[Part, ...] = (
            daily_parts(content, content.parts)
            if isinstance(content.parts, Daily)
            else month_parts(content, content.parts)
        )
        first = word("bulletin.title_of").format(period=told)
        return Document(
            template="daily" if daily else "month",
            language=content.language,
            organisation=content.issuer or word("bulletin.organisation").format(scope=scope),
            number=number,
            marks=(*_marks(content, revision), *marks),
            title=(first, title),
            subject=word("bulletin.subject").format(
                scope=scope, title=first + ("" if content.language == "zh" else " ") + title
            ),
            addressee=_addressee(content),
            parts=(*_revised(content, revision, changes), opening, *parts),
            date=texts.full_date(date_of(content.clock.day_number(content.as_of))),
            as_of=content.as_of,
            notes_label=word("bulletin.notes"),
            notes=common.notes(content),
            copies=content.copies,
            contents=not daily,
        )


def _marks(content: Content, revision: int) -> tuple[str, ...]:
    return tuple(
        text
        for text, applies in (
            (word("bulletin.demo"), content.is_demo),
            (word("bulletin.illustrative"), content.is_illustrative),
            (word("bulletin.revision").format(n=revision), revision > 1),
        )
        if applies
    )


def _addressee(content: Content) -> str:
    if content.addressee or not content.below:
        return content.addressee
    return word("bulletin.addressee").format(levels=texts.levels(content, content.below))


def _revised(content: Content, revision: int, changes: Sequence[str]) -> tuple[Part, ...]:
    if revision <= 1:
        return ()
    moment = texts.moment(content.clock, content.as_of)
    told = list(changes) or [word("bulletin.revised_none")]
    return (
        Heading(1, word("bulletin.revised")),
        Paragraph(word("bulletin.revised_opening").format(moment=moment)),
        *(Paragraph(text) for text in told),
    )
