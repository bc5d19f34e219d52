"""One task in view, grid by grid, with its trace; and the board of the shift on duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dash import html
from dash.development.base_component import Component

from data.tasks.duty import Attendance
from data.tasks.states import Verdict
from data.words import word
from layouts.attributes import attributes
from layouts.tasks import TaskLine, act_button, progress

MOST_LINES: Final = 6
"""So many lines of a group stand open without being asked for."""


@dataclass(frozen=True)
class ShareLine:
    """A grid's share as text; `acts` are pairs of an action and what it is called."""

    grid: str
    name: str
    verdict: Verdict
    told: str
    note: str
    evidence: str
    acts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ShareGroup:
    """The shares below one grid; `open` where all of them are to be seen."""

    name: str
    done: int
    overdue: int
    lines: Sequence[ShareLine]
    open: bool


@dataclass(frozen=True)
class StepLine:
    """A step of a task as text."""

    when: str
    told: str
    note: str
    evidence: str


@dataclass(frozen=True)
class OpenTask:
    """A task in view; `earlier` counts the steps that are not shown."""

    line: TaskLine
    body: str
    withdrawn: str
    acts: Sequence[tuple[str, str]]
    groups: Sequence[ShareGroup]
    steps: Sequence[StepLine]
    earlier: int
    close: str


@dataclass(frozen=True)
class WatchLine:
    """How a centre stands with the present shift, as text; `signs` where the viewer may sign it in."""

    grid: str
    name: str
    attendance: Attendance
    told: str
    signs: bool


@dataclass(frozen=True)
class WatchGroup:
    """The centres below one grid; `open` where all of them are to be seen."""

    name: str
    signed: int
    lines: Sequence[WatchLine]
    open: bool


def opened(task: OpenTask) -> list[Component]:
    """A task in view: what is asked, how each grid stands with it, and all that became of it."""
    line = task.line
    acts = [
        act_button(action, line.number, "", label, f"{label}: {line.title}") for action, label in task.acts
    ]
    return [
        html.Div(
            [
                html.H2([html.Span(line.kind, className="task-kind"), html.Span(line.title)]),
                html.A(word("tasks.close"), href=task.close, className="button"),
            ],
            className="panel-head",
        ),
        *([html.P(task.body, className="task-body")] if task.body else []),
        html.P(
            [html.Span(line.issued), html.Span(line.due, className=f"task-due is-{line.urgency}")],
            className="task-facts",
        ),
        *([html.P(task.withdrawn, className="task-withdrawn")] if task.withdrawn else []),
        html.Div(progress(line), className="task-how"),
        *([html.Div(acts, className="act-keys")] if acts else []),
        html.Div([_shares(group, line.number) for group in task.groups], className="task-groups"),
        _trace(task),
    ]


def _shares(group: ShareGroup, number: int) -> Component:
    """What is still to be done stands open; what is done is folded away."""
    head: list[Component] = [
        html.Span(word("tasks.group").format(name=group.name, done=group.done, n=len(group.lines)))
    ]
    if group.overdue:
        head.append(html.Span(word("tasks.group_overdue").format(n=group.overdue), className="task-overdue"))
    first = [line for line in group.lines if line.verdict in ("overdue", "not_due")]
    rest = [line for line in group.lines if line.verdict not in ("overdue", "not_due")]
    parts: list[Component] = [
        html.H3(head, className="watch-name", **attributes({"data-whole": "yes"} if not first else {}))
    ]
    if first and not group.open and not group.overdue and len(first) > MOST_LINES:
        told = word("tasks.group_left").format(n=len(first))
        parts.append(_folded(told, [_share(line, number) for line in first], opened=False))
    elif first:
        parts.append(html.Ul([_share(line, number) for line in first], className="share-lines"))
    if rest:
        told = word("tasks.group_done").format(n=len(rest))
        parts.append(_folded(told, [_share(line, number) for line in rest], opened=group.open))
    return html.Div(parts, className="task-group")


def _share(line: ShareLine, number: int) -> Component:
    acts = [
        act_button(action, number, line.grid, label, word("tasks.act_of").format(act=label, grid=line.name))
        for action, label in line.acts
    ]
    more = [*([html.Span(line.note)] if line.note else []), *_evidence(line.evidence)]
    return html.Li(
        [
            html.Span(line.name, className="share-name"),
            html.Span(line.told, className=f"share-told is-{line.verdict}"),
            *acts,
            *([html.Span(more, className="share-more")] if more else []),
        ],
        className="share-line",
    )


def _evidence(text: str) -> list[Component]:
    """A link leads where it says; any other text stays text."""
    if text.startswith(("https://", "http://")):
        return [
            html.A(text, href=text, target="_blank", rel="noopener noreferrer", className="share-evidence")
        ]
    return [html.Span(text, className="share-evidence")] if text else []


def _trace(task: OpenTask) -> Component:
    lines = [
        html.Li(
            [
                html.Span(step.when, className="step-when"),
                html.Span(step.told, className="step-told"),
                *([html.Span(step.note, className="step-note")] if step.note else []),
                *_evidence(step.evidence),
            ]
        )
        for step in task.steps
    ]
    if task.earlier:
        lines.append(html.Li(word("tasks.trace_more").format(n=task.earlier), className="quiet"))
    note = word("tasks.trace_note").format(n=len(task.steps) + task.earlier)
    return html.Details(
        [
            html.Summary(
                [html.Span(word("tasks.trace")), html.Span(note, className="panel-note")],
                className="task-summary",
            ),
            html.Ol(lines, className="task-steps"),
        ],
        className="task-group task-trace",
    )


def duty(
    heading: str, counts: Sequence[tuple[Attendance, str]], groups: Sequence[WatchGroup]
) -> list[Component]:
    """The shift, how many have signed in, and every centre by the grid above it."""
    told = [html.Span(text, className=f"watch-count is-{name}") for name, text in counts]
    return [
        html.Div(
            [html.H2(word("tasks.duty")), html.Span(heading, className="panel-note")], className="panel-head"
        ),
        html.P(told, className="watch-counts"),
        html.Div([_watches(group) for group in groups], className="watch-groups"),
    ]


def no_duty(sentence: str) -> list[Component]:
    """Why there is no board."""
    return [
        html.Div(html.H2(word("tasks.duty")), className="panel-head"),
        html.P(sentence, className="quiet"),
    ]


def _watches(group: WatchGroup) -> Component:
    """Who is missing, not there yet or late stands open; the others are folded away."""
    first = [line for line in group.lines if line.attendance != "signed"]
    rest = [line for line in group.lines if line.attendance == "signed"]
    parts: list[Component] = [
        html.H3(
            word("tasks.duty_group").format(name=group.name, n=group.signed, all=len(group.lines)),
            className="watch-name",
            **attributes({"data-whole": "yes"} if not first else {}),
        )
    ]
    if len(first) > MOST_LINES and not group.open:
        told = word("tasks.duty_absent").format(n=len(first))
        parts.append(_folded(told, [_watch(line) for line in first], opened=False))
    elif first:
        parts.append(html.Ul([_watch(line) for line in first], className="watch-lines"))
    if rest:
        told = word("tasks.duty_signed").format(n=len(rest))
        parts.append(_folded(told, [_watch(line) for line in rest], opened=group.open))
    return html.Div(parts, className="task-group")


def _folded(told: str, lines: Sequence[Component], *, opened: bool) -> Component:
    return html.Details(
        [html.Summary(told, className="task-summary"), html.Ul(list(lines), className="share-lines")],
        open=opened,
    )


def _watch(line: WatchLine) -> Component:
    label = word("tasks.act_sign_in")
    sign = (
        [act_button("sign_in", 0, line.grid, label, word("tasks.act_of").format(act=label, grid=line.name))]
        if line.signs
        else []
    )
    return html.Li(
        [
            html.Span(line.name, className="share-name"),
            html.Span(line.told, className=f"share-told is-{line.attendance}"),
            *sign,
        ],
        className="share-line",
    )
