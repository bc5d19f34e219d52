"""The wall's panels about single events: what needs attention, what moves, one event's trace, and a response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from callbacks.reads import City
from callbacks.wall import panels
from callbacks.wall.facts import SOON, Asked, LateFact, TraceFact
from callbacks.wall.rows import count, milliseconds
from data.alerting.looks import Looks
from data.alerting.standing import Hot as Warned
from data.clocks import HOUR, MINUTE, Instant
from data.indicators import OVERDUE_OPEN, Figure, shown
from data.queries.live import Listed, Moved, UnitWork
from data.tasks.listing import Task
from data.words import word
from layouts import looked, text
from maps.choropleth import count_text

UNITS_SHOWN: Final = 8
COMMANDS_SHOWN: Final = 12
STEPS_SHOWN: Final = 14


def hot(
    asked: Asked,
    overdue: Figure,
    late: Sequence[LateFact],
    soon: Listed,
    calls: Listed,
    warned: tuple[int, tuple[Warned, ...]],
    looks: Looks,
) -> panels.Hot:
    """What needs attention: overdue for longest, about to be, calls that wait, and warnings while any stand, or while
    nobody has looked for them in time."""
    lists = [
        _hot_list("overdue", overdue.numerator, [late_row(fact, asked.now) for fact in late]),
        _hot_list("soon", soon.total, [_soon_row(one, asked.now) for one in soon.rows]),
        _hot_list("whistles", calls.total, [_call_row(one, asked.now) for one in calls.rows]),
    ]
    total, rows = warned
    unknown = looked.notice(looks, asked.clock, asked.now)
    if total or unknown:
        warnings = _hot_list("warnings", total, [_warning_row(one) for one in rows])
        told = {} if total else {"total": word("panel.hot_unknown"), "empty": unknown}
        lists.append({**warnings, **told, "late": bool(unknown)})  # type: ignore[typeddict-item]
    key = "panel.looked_never" if looks.at is None else "panel.looked_late" if unknown else "panel.looked"
    at = "" if looks.at is None else looked.moment(asked.clock, looks.at, asked.now)
    if unknown and looks.state(asked.clock, asked.now) == "night_late":
        key = "panel.looked_night"
    return {
        "title": word("panel.hot"),
        "note": word(key).format(at=at),
        "late": bool(unknown),
        "lists": lists,
    }


def _hot_list(
    key: Literal["overdue", "soon", "whistles", "warnings"], total: int, listed: list[panels.HotRow]
) -> panels.HotList:
    return {
        "key": key,
        "title": word(f"panel.hot_{key}"),
        "total": word("panel.total").format(n=f"{total:,}"),
        "number": total,
        "rows": listed,
        "empty": "" if listed else word(f"panel.hot_{key}_empty"),
        "late": False,
    }


def late_row(fact: LateFact, now: Instant) -> panels.HotRow:
    """An event with how long its deadline has passed, if it has and the event is open."""
    past = 0 if fact.due_at is None or fact.status == "closed" else now - fact.due_at
    late = past > 0
    length = text.length(past)
    return {
        "id": fact.id,
        "title": fact.title,
        "category": fact.category,
        "grid": fact.grid,
        "unit": "",
        "status": word(f"status.{fact.status}"),
        "age": word("panel.late").format(length=length) if late else "",
        "level": "red" if late else "none",
    }


def _open_row(fact: LateFact, now: Instant) -> panels.HotRow:
    """An open event with how long its deadline has passed, or how far it is."""
    row = late_row(fact, now)
    if row["age"] or fact.due_at is None:
        return row
    left = fact.due_at - now
    return {
        **row,
        "age": word("panel.in").format(length=text.length(left)),
        "level": "yellow" if left < SOON else "none",
    }


def _soon_row(one: Any, now: Instant) -> panels.HotRow:
    left = text.length(max(0, one.at - now))
    return {**_pressing(one), "age": word("panel.in").format(length=left), "level": "yellow"}


def _call_row(one: Any, now: Instant) -> panels.HotRow:
    waits = now - one.at
    return {
        **_pressing(one),
        "age": word("panel.waits").format(length=text.length(waits)),
        "level": "red" if waits > HOUR else "yellow",
    }


def _warning_row(one: Warned) -> panels.HotRow:
    """A warning: what rises, over how many days, and how much was expected. Its id is the warning's own."""
    told = "panel.warned" if one.expected is None else "panel.warned_of"
    told = "panel.warned_ahead" if one.kind == "ahead" else told
    expected = 0.0 if one.expected is None else one.expected
    return {
        "id": one.id,
        "title": word(told).format(
            category=one.category, days=one.days, n=f"{one.observed:,}", expected=f"{expected:,.1f}"
        ),
        "category": one.category,
        "grid": one.grid,
        "unit": one.assigned_to,
        "status": word(f"warning.{one.state}"),
        "age": word(f"warning.{one.kind}"),
        "level": "yellow",
    }


def _pressing(one: Any) -> panels.HotRow:
    return {
        "id": one.id,
        "title": one.title,
        "category": one.category,
        "grid": one.grid,
        "unit": one.unit,
        "status": word(f"status.{one.status}"),
        "age": "",
        "level": "none",
    }


def ticker(asked: Asked, facts: Sequence[Moved]) -> panels.Ticker:
    """Events as they came and closed, the newest first."""
    names = category_name(asked.city, asked.subject.category)
    only = asked.subject.kind == "emergency" and bool(asked.subject.category)
    return {
        "title": word("panel.ticker_of").format(category=names) if only else word("panel.ticker"),
        "rows": [
            {
                "key": f"{one.id}.{one.kind}.{one.at}",
                "id": one.id,
                "kind": one.kind,
                "kind_label": word(f"panel.ticker_{one.kind}"),
                "at": milliseconds(one.at),
                "time": f"{asked.clock.local(one.at):%H:%M:%S}",
                "title": one.title,
                "category": one.category,
                "channel": one.channel,
                "grid": one.grid,
            }
            for one in facts
        ],
        "empty": "" if facts else word("panel.ticker_empty"),
    }


def category_name(city: City, code: str) -> str:
    """The name of a category, small or large; all of them for ""."""
    small = (part.name for part in city.categories if part.code == code)
    large = (part.top_name for part in city.categories if part.top_code == code)
    return next(small, "") or next(large, "") or (code or word("panel.every_category"))


_TRACE_FACTS: Final = ("category", "channel", "grid", "unit")
_TRACE_TIMES: Final = (
    "reported_at",
    "accept_due_at",
    "accepted_at",
    "handle_due_at",
    "handled_at",
    "closed_at",
)


def trace(asked: Asked, fact: TraceFact) -> panels.Trace:
    """An event with its steps. Addresses and descriptions stay away: a wall is seen by whoever walks past."""
    why = word(
        "panel.trace_pinned" if asked.subject.event is not None else f"panel.trace_{asked.subject.rule}"
    )
    event = fact.event
    if event is None:
        missing = word("panel.trace_nothing" if fact.id is None else "panel.trace_missing")
        return {
            "id": fact.id or 0,
            "key": "",
            "title": word("panel.trace"),
            "status": "",
            "why": why,
            "overdue": "",
            "facts": [],
            "steps": [],
            "missing": missing,
        }
    minutes = event.get("overdue_minutes")
    late = minutes is not None and float(minutes) > 0
    length = text.length(int(float(minutes or 0) * MINUTE))
    named: list[panels.Fact] = []
    for name in _TRACE_FACTS:
        value = event.get(name if name == "unit" else f"{name}_name")
        if value:
            named.append({"label": word(f"trace.{name}"), "value": str(value)})
    for name in _TRACE_TIMES:
        if event.get(name) is not None:
            named.append(
                {"label": word(f"trace.{name}"), "value": text.moment(asked.clock, int(event[name]))}
            )
    return {
        "id": int(event["id"]),
        "key": str(event.get("key", "")),
        "title": str(event.get("title") or event.get("category_name") or ""),
        "status": word(f"status.{event['status']}"),
        "why": why,
        "overdue": word("panel.late").format(length=length) if late else "",
        "facts": named,
        "steps": [
            {
                "kind": kind,
                "name": word(f"kind.{kind}"),
                "time": text.short_moment(asked.clock, at, asked.now),
                "actor": actor,
                "note": note,
                "late": word("trace.recorded").format(at=text.moment(asked.clock, recorded))
                if recorded - at > 10 * MINUTE
                else "",
            }
            for kind, at, recorded, actor, note in fact.steps[-STEPS_SHOWN:]
        ],
        "missing": "",
    }


def emergency(
    asked: Asked,
    figures: Mapping[str, Figure],
    tasks: Sequence[LateFact],
    work: Sequence[UnitWork],
    told: Sequence[Task],
    reason: str,
    by: str,
) -> panels.Emergency:
    """The response: what came and closed since its start, what is open, who works on it, and what grids were told."""
    subject = asked.subject
    name = asked.tree.get(subject.scope).name
    category = category_name(asked.city, subject.category)
    completion = figures["completion"]
    active = [unit for unit in work if unit.open or unit.closed]
    left = len(active) - UNITS_SHOWN
    return {
        "title": word("panel.emergency").format(scope=name, category=category),
        "reason": reason,
        "scope": subject.scope,
        "scope_name": name,
        "category": subject.category,
        "category_name": category,
        "started": milliseconds(subject.since),
        "started_text": text.short_moment(asked.clock, subject.since, asked.now),
        "by": by,
        "counts": [
            count("received", word("panel.emergency_received"), figures["received"].numerator),
            count("closed", word("panel.emergency_closed"), figures["closed"].numerator),
            count("open", word("panel.emergency_open"), sum(unit.open for unit in work)),
            count("overdue", word("panel.emergency_overdue"), figures[OVERDUE_OPEN].numerator),
            count("units", word("panel.emergency_units"), len([unit for unit in active if unit.name])),
        ],
        "completion": shown("completion", completion.value),
        "completion_n": count_text(completion.numerator, completion.denominator),
        "units": [
            {
                "name": unit.name or word("panel.no_unit"),
                "open": f"{unit.open:,}",
                "closed": f"{unit.closed:,}",
            }
            for unit in active[:UNITS_SHOWN]
        ],
        "units_more": word("panel.units_more").format(n=left) if left > 0 else "",
        "commands": [_command(task, asked) for task in told[:COMMANDS_SHOWN]],
        "commands_more": word("panel.commands_more").format(n=len(told) - COMMANDS_SHOWN)
        if len(told) > COMMANDS_SHOWN
        else "",
        "tasks": [_open_row(fact, asked.now) for fact in tasks],
        "empty": "" if tasks else word("panel.emergency_empty"),
    }


def _command(task: Task, asked: Asked) -> panels.Command:
    if task.is_overdue:
        due = word("panel.late").format(length=text.length(asked.now - task.due_at))
    elif task.is_open:
        due = word("panel.command_due").format(at=_near(asked, task.due_at))
    else:
        due = word("panel.command_done")
    return {
        "id": task.id,
        "title": task.title,
        "done": count_text(task.done, len(task.shares)),
        "due": due,
        "level": "red" if task.is_overdue else "none" if task.is_open else "met",
    }


def _near(asked: Asked, at: Instant) -> str:
    local = asked.clock.local(at)
    today = asked.clock.local(asked.now).date()
    return f"{local:%H:%M}" if local.date() == today else text.short_moment(asked.clock, at, asked.now)
