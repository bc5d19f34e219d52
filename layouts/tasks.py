"""Temporary matters and duty: the tasks that are open, the forms that ask things of grids, and where the rest goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dash import dcc, html
from dash.development.base_component import Component

from data.tasks.files import MOST_BYTES
from data.tasks.states import KINDS
from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.parts.header import Choice, segments
from layouts.parts.menus import Menu, menu
from layouts.parts.pager import Pages, pager

TICK_SECONDS = 10
"""How often the page asks what has become of what it shows."""

_LABELS = (
    *("select_all", "deselect_all", "selected_count", "search", "clear_search", "clear_selection"),
    "no_options_found",
)
"""The words of a dropdown of Dash's, which are English where nobody gives others."""

Urgency = Literal["overdue", "soon", "later", "ended"]


@dataclass(frozen=True)
class TaskLine:
    """A task as text: how many of its shares are done, late among those, and overdue; `href` opens it."""

    number: int
    title: str
    kind: str
    issued: str
    due: str
    urgency: Urgency
    done: int
    total: int
    late: int
    overdue: int
    withdrawn: bool
    href: str
    current: bool = False


def layout() -> Component:
    """The page with every id of it and nothing in it yet."""
    return html.Div(
        [
            dcc.Interval(id=ids.TASKS_TICK, interval=TICK_SECONDS * 1000),
            dcc.Store(id=ids.TASKS_TURN, data=0),
            dcc.Store(id=ids.TASKS_SEEN),
            dcc.Store(id=ids.TASKS_DUTY_SEEN),
            dcc.Store(id=ids.TASKS_OPEN_SEEN),
            dcc.Store(id=ids.TASKS_PENDING),
            html.A(word("page.skip"), href=f"#{ids.TASKS_BODY}", className="skip"),
            html.Header(
                [
                    html.Div(id=ids.TASKS_PLACE, className="head-row"),
                    html.Div(id=ids.TASKS_CONTROLS, className="head-row controls"),
                ],
                className="head",
            ),
            html.Div(id=ids.TASKS_NOTICE, className="notices task-notices", role="status"),
            html.Main(
                [
                    html.Section(id=ids.TASKS_LIST, className="panel task-list"),
                    html.Section(id=ids.TASKS_OPEN, className="panel task-open", hidden=True, tabIndex=-1),
                    html.Section(id=ids.TASKS_DUTY, className="panel task-duty"),
                    html.Section(_form(), id=ids.TASKS_FORM, className="panel task-form", hidden=True),
                ],
                id=ids.TASKS_BODY,
                className="panels task-panels",
                tabIndex=-1,
            ),
            _act(),
        ],
        className="page tasks-page",
    )


def later() -> list[Component]:
    """What the callbacks put into the page."""
    return [act_button("done", 0, "", "", "")]


def _act() -> Component:
    """The form of an act that needs words: it stands at the foot of the window until it is confirmed or cancelled."""
    return html.Section(
        [
            html.H2(id=ids.TASKS_ACT_TITLE, className="act-title"),
            html.Div(
                [
                    _area("tasks.note", ids.TASKS_NOTE, 500),
                    html.Div(_field("tasks.evidence", ids.TASKS_EVIDENCE, 500), id=ids.TASKS_EVIDENCE_PART),
                    html.Div(
                        _moment(ids.TASKS_UNTIL_DAY, ids.TASKS_UNTIL_TIME),
                        id=ids.TASKS_UNTIL_PART,
                        className="act-until",
                        hidden=True,
                    ),
                ],
                className="act-fields",
            ),
            html.Div(
                [
                    _button("tasks.confirm", ids.TASKS_SURE, "is-main"),
                    _button("tasks.cancel", ids.TASKS_CANCEL),
                ],
                className="act-keys",
            ),
        ],
        id=ids.TASKS_ACT,
        className="task-act",
        hidden=True,
        role="dialog",
        **attributes({"aria-labelledby": ids.TASKS_ACT_TITLE}),
    )


def _form() -> list[Component]:
    return [
        html.Details(
            [
                html.Summary(word("tasks.issue"), className="task-summary"),
                html.P(word("tasks.issue_note"), className="panel-note"),
                html.Div(
                    [
                        html.Div(
                            [
                                html.Label(word("tasks.kind"), htmlFor=ids.TASKS_KIND),
                                dcc.Dropdown(
                                    id=ids.TASKS_KIND,
                                    options=[
                                        {"value": one, "label": word(f"tasks.kind_{one}")} for one in KINDS
                                    ],
                                    value="temporary",
                                    clearable=False,
                                    searchable=False,
                                ),
                            ],
                            className="task-field",
                        ),
                        _field("tasks.issue_title", ids.TASKS_TITLE, 200),
                        html.Div(
                            [
                                html.Label(word("tasks.issue_grids"), htmlFor=ids.TASKS_GRIDS),
                                dcc.Dropdown(
                                    id=ids.TASKS_GRIDS,
                                    multi=True,
                                    maxHeight=320,
                                    placeholder=word("tasks.choose"),
                                    labels=_labels(),
                                ),
                            ],
                            className="task-field is-wide",
                        ),
                        _area("tasks.issue_body", ids.TASKS_TEXT, 4000),
                        html.Div(_moment(ids.TASKS_DUE_DAY, ids.TASKS_DUE_TIME), className="act-until"),
                    ],
                    className="task-fields",
                ),
                _button("tasks.issue_do", ids.TASKS_ISSUE, "is-main"),
            ],
            className="task-issue",
        ),
        html.Details(
            [
                html.Summary(word("tasks.file"), className="task-summary"),
                html.P(word("tasks.file_note"), className="panel-note"),
                html.Div(
                    [
                        _upload("tasks.file_duty", ids.TASKS_FILE_DUTY),
                        _upload("tasks.file_done", ids.TASKS_FILE_DONE),
                    ],
                    className="task-files",
                ),
                html.Div(id=ids.TASKS_FILE_TOLD, role="status", className="task-told"),
            ],
            className="task-file",
        ),
    ]


def _labels() -> Any:
    """The words of Dash's dropdown in the language spoken; Dash types them as one of its own."""
    return {name: word(f"tasks.choose_{name}") for name in _LABELS}


def _upload(key: str, upload_id: str) -> Component:
    return dcc.Upload(
        html.Button(word(key), type="button", className="button"),
        id=upload_id,
        accept=".csv,text/csv",
        max_size=MOST_BYTES,
        multiple=False,
        className="task-upload",
    )


def _moment(day_id: str, time_id: str) -> list[Component]:
    # The browser's own calendar and clock; Dash names neither type, yet hands both to the element.
    return [
        html.Div(
            [
                html.Label(word("tasks.due_day"), htmlFor=day_id),
                dcc.Input(id=day_id, type="date", value="", className="range-date"),  # type: ignore[arg-type]
            ],
            className="task-field",
        ),
        html.Div(
            [
                html.Label(word("tasks.due_time"), htmlFor=time_id),
                dcc.Input(id=time_id, type="time", value="17:30", className="range-date"),  # type: ignore[arg-type]
            ],
            className="task-field",
        ),
    ]


def _field(key: str, field_id: str, most: int) -> Component:
    return html.Div(
        [
            html.Label(word(key), htmlFor=field_id),
            dcc.Input(id=field_id, type="text", value="", maxLength=most, autoComplete="off"),
        ],
        className="task-field is-wide",
    )


def _area(key: str, field_id: str, most: int) -> Component:
    return html.Div(
        [
            html.Label(word(key), htmlFor=field_id),
            dcc.Textarea(id=field_id, value="", maxLength=most, rows=2, className="task-area"),
        ],
        className="task-field is-wide",
    )


def _button(key: str, button_id: str, name: str = "") -> Component:
    return html.Button(word(key), id=button_id, type="button", n_clicks=0, className=f"button {name}".strip())


def act_button(action: str, number: int, grid: str, label: str, told: str, name: str = "") -> Component:
    """A button that does something to a task or to one grid; `told` is its whole name for whoever hears it."""
    return html.Button(
        label,
        id=ids.task_do(action, number, grid),
        type="button",
        n_clicks=0,
        className=f"button {name}".strip(),
        **attributes({"aria-label": told} if told else {}),
    )


def controls(shows: Sequence[Choice], menus: Sequence[Menu]) -> list[Component]:
    """What may be chosen: which tasks, of which kind, of which grid."""
    return [
        html.Nav(segments(shows), className="segments", **attributes({"aria-label": word("tasks.show")})),
        *[menu(one) for one in menus],
    ]


def listed(lines: Sequence[TaskLine], count: str, empty: Sequence[str], pages: Pages = ()) -> list[Component]:
    """The tasks of a page, and the pages; an empty list says what to do."""
    return [
        html.Div(
            [html.H2(word("tasks.list")), html.Span(count, className="panel-note")], className="panel-head"
        ),
        *pager(pages),
        *(
            [html.Ul([_line(one) for one in lines], className="task-lines")]
            if lines
            else [html.P(told, className="quiet") for told in empty]
        ),
    ]


def _line(line: TaskLine) -> Component:
    return html.Li(
        [
            html.Div(
                [
                    html.Span(line.kind, className="task-kind"),
                    html.A(
                        line.title,
                        href=line.href,
                        className="task-link",
                        **attributes({"aria-current": "true"} if line.current else {}),
                    ),
                    html.Span(line.issued, className="task-issued"),
                ],
                className="task-what",
            ),
            html.Div(
                [html.Span(line.due, className=f"task-due is-{line.urgency}"), *progress(line)],
                className="task-how",
            ),
        ],
        className="task-line is-current" if line.current else "task-line",
    )


def progress(line: TaskLine) -> list[Component]:
    """How far a task is: a bar, and the same in words."""
    if line.withdrawn:
        return [html.Span(word("tasks.withdrawn_short"), className="task-counts")]
    told = [word("tasks.progress").format(done=line.done, n=line.total)]
    if line.late:
        told.append(word("tasks.progress_late").format(n=line.late))
    share = 100 * line.done / line.total if line.total else 0
    bar = html.Span(
        html.Span(className="task-bar-done", style={"width": f"{share:.1f}%"}),
        className="task-bar",
        **attributes({"aria-hidden": "true"}),
    )
    overdue = (
        [html.Span(word("tasks.progress_overdue").format(n=line.overdue), className="task-overdue")]
        if line.overdue
        else []
    )
    return [bar, html.Span(" · ".join(told), className="task-counts"), *overdue]


def done(sentence: str) -> list[Component]:
    """What was done."""
    return [html.P(sentence, className="notice is-done")]


def wrong(sentence: str) -> list[Component]:
    """Why it was not done, or what is not there."""
    return [html.P(sentence, className="notice", role="alert")]


def taken(sentence: str, rows: Sequence[str]) -> list[Component]:
    """What became of a file, and its refused rows each with why."""
    return [
        html.P(sentence, className="notice" if rows else "notice is-done"),
        *([html.Ul([html.Li(one) for one in rows], className="task-rows")] if rows else []),
    ]
