"""Temporary matters, commands and duty in words."""

from __future__ import annotations

from data.words import word
from reports.content.parts import Content, LateTask, TaskTally, Temporary
from reports.document import Paragraph, Part
from reports.wording import texts

MOST_LATE = 10
"""So many late tasks are told one by one; of the others their number."""


def temporary_parts(content: Content, found: Temporary | None) -> list[Part]:
    """What was issued, what was due and done on time, what is late and where, and the duty; a sentence where nothing of
    it is recorded."""
    if found is None:
        return []
    if not found.recorded and not found.owed:
        never = "bulletin.temporary_never" if found.on_duty else "bulletin.temporary_unkept"
        return [Paragraph(word(never))]
    made: list[Part] = [Paragraph(_summary(content, found))]
    late = [_late(content, one) for one in found.late[:MOST_LATE]]
    made += [Paragraph(texts.item(place, text)) for place, text in enumerate(late, 1)]
    if len(found.late) > MOST_LATE:
        made.append(
            Paragraph(texts.stopped(word("bulletin.temporary_more").format(n=len(found.late) - MOST_LATE)))
        )
    made.append(Paragraph(_duty(content, found)))
    return made


def _summary(content: Content, found: Temporary) -> str:
    issued = [
        word("bulletin.temporary_issued_kind").format(kind=_kind(one), n=one.issued)
        for one in found.tallies
        if one.issued
    ]
    told = [
        word("bulletin.temporary_issued").format(kinds=texts.joined(issued))
        if issued
        else word("bulletin.temporary_none_issued")
    ]
    due = [
        word("bulletin.temporary_due_kind").format(
            kind=_kind(one), due=f"{one.due:,}", n=f"{one.on_time:,}", rate=rate(one.on_time, one.due)
        )
        for one in found.tallies
        if one.due
    ]
    told.append(
        word("bulletin.temporary_due").format(kinds=texts.clauses(due))
        if due
        else word("bulletin.temporary_none_due")
    )
    at = texts.moment(content.clock, content.as_of, year=False)
    if found.late:
        shares = sum(len(one.grids) for one in found.late)
        told.append(word("bulletin.temporary_late").format(at=at, tasks=len(found.late), n=f"{shares:,}"))
    else:
        told.append(word("bulletin.temporary_none_late").format(at=at))
    return _sentences(told)


def _late(content: Content, one: LateTask) -> str:
    text = word("bulletin.temporary_late_task").format(
        kind=word(f"bulletin.task.{one.kind}"),
        title=one.title,
        due=texts.moment(content.clock, one.due_at, year=False),
        n=len(one.grids),
        names=texts.some(one.grids, content.top),
    )
    return texts.stopped(text)


def _duty(content: Content, found: Temporary) -> str:
    if not found.on_duty:
        return word("bulletin.duty_unkept")
    if not found.owed:
        return word("bulletin.duty_none")
    told = [
        word("bulletin.duty").format(
            owed=f"{found.owed:,}", n=f"{found.signed:,}", rate=rate(found.signed, found.owed)
        )
    ]
    if found.missed:
        names = [
            word("bulletin.duty_missed_grid").format(name=one.name, n=one.missed) for one in found.missed
        ]
        missed = f"{found.owed - found.signed:,}"
        told.append(word("bulletin.duty_missed").format(n=missed, names=texts.some(names, content.top)))
    return _sentences(told)


def _sentences(told: list[str]) -> str:
    return texts.sentences(texts.stopped(texts.capital(one)) for one in told)


def rate(numerator: int, denominator: int) -> str:
    """A share of cases in per cent with one decimal, with its cases."""
    return f"{numerator / denominator:.1%}" if denominator else "—"


def _kind(one: TaskTally) -> str:
    return word(f"bulletin.task.{one.kind}")
