"""The archive of bulletins: what today owes, every edition with its files, one of them in view, and one on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.edition import EditionLine, button, file_links
from layouts.parts.header import Choice, segments
from layouts.parts.menus import Menu, menu

TICK_SECONDS = 5
"""How often the page asks what has become of today's bulletins."""


@dataclass(frozen=True)
class StateLine:
    """A bulletin that is owed: its name, when it is due, its state as key and text, and why where it failed. `href`
    opens what there is of it, `number` is its id where it can be tried again."""

    name: str
    due: str
    state: str
    told: str
    fault: str = ""
    href: str = ""
    number: int | None = None


def layout() -> Component:
    """The page with every id of it and nothing in it yet."""
    return html.Div(
        [
            dcc.Interval(id=ids.BULLETINS_TICK, interval=TICK_SECONDS * 1000),
            dcc.Store(id=ids.BULLETINS_TURN, data=0),
            dcc.Store(id=ids.BULLETINS_SEEN),
            dcc.Store(id=ids.BULLETINS_PENDING),
            dcc.ConfirmDialog(id=ids.BULLETINS_SURE),
            html.A(word("page.skip"), href=f"#{ids.BULLETINS_BODY}", className="skip"),
            html.Header(
                [
                    html.Div(id=ids.BULLETINS_PLACE, className="head-row"),
                    html.Div(id=ids.BULLETINS_CONTROLS, className="head-row controls"),
                ],
                className="head",
            ),
            html.Div(id=ids.BULLETINS_NOTICE, className="notices", role="status"),
            html.Main(
                [
                    html.Section(id=ids.BULLETINS_STATE, className="panel bulletin-states"),
                    html.Section(
                        id=ids.BULLETINS_OPEN, className="panel bulletin-open", hidden=True, tabIndex=-1
                    ),
                    html.Section(id=ids.BULLETINS_LIST, className="panel bulletin-list"),
                    html.Section(id=ids.BULLETINS_DEMAND, className="panel bulletin-demand"),
                ],
                id=ids.BULLETINS_BODY,
                className="panels bulletin-panels",
                tabIndex=-1,
            ),
        ],
        className="page bulletins-page",
    )


def later() -> list[Component]:
    """What the callbacks put into the page."""
    return [button("approve", 0, "", "")]


def controls(menus: Sequence[Menu], choices: Sequence[Choice]) -> list[Component]:
    """What may be chosen: menus, and whether the grids below are listed too."""
    area = html.Nav(
        segments(choices), className="segments", **attributes({"aria-label": word("archive.area")})
    )
    return [*([area] if choices else []), *[menu(one) for one in menus]]


def states(
    lines: Sequence[StateLine], missing: Sequence[StateLine], more: int, notes: Sequence[str]
) -> list[Component]:
    """What today owes and how it stands, what is missing from before, and what has to be known of it."""
    made: list[Component] = [html.Div(html.H2(word("archive.today")), className="panel-head")]
    made += [html.P(note, className="panel-note bulletin-note") for note in notes]
    if lines:
        made.append(html.Ul([_state(one) for one in lines], className="state-list"))
    if missing:
        made.append(html.H3(word("archive.missing"), className="state-heading"))
        made.append(html.Ul([_state(one) for one in missing], className="state-list"))
    if more:
        made.append(html.P(word("archive.missing_more").format(n=f"{more:,}"), className="quiet"))
    return made


def _state(line: StateLine) -> Component:
    name: Component = html.A(line.name, href=line.href) if line.href else html.Span(line.name)
    fault = [html.Span(line.fault, className="state-fault")] if line.fault else []
    tries = (
        [button("try", line.number, word("archive.try"), word("archive.try_of").format(title=line.name))]
        if line.number is not None
        else []
    )
    return html.Li(
        [
            html.Span([name, html.Span(line.due, className="state-due")], className="state-name"),
            html.Span(line.told, className=f"state-told is-{line.state}"),
            *fault,
            *tries,
        ],
        className=f"state is-{line.state}",
    )


def listed(
    lines: Sequence[EditionLine], total: int, empty: Sequence[str], *, older: str | None, newest: str | None
) -> list[Component]:
    """The editions, the latest first; an empty archive says what will come when."""
    head = [
        html.H2(word("archive.list")),
        html.Span(word("archive.count").format(n=f"{total:,}"), className="panel-note"),
    ]
    ways = [
        html.A(word(name), href=href, className="button")
        for name, href in (("archive.newer", newest), ("archive.older", older))
        if href is not None
    ]
    body: list[Component] = (
        [_table(lines)] if lines else [html.P(told, className="quiet bulletin-none") for told in empty]
    )
    return [
        html.Div(head, className="panel-head"),
        html.Div(
            body,
            className="bulletin-scroll",
            tabIndex=0,
            role="region",
            **attributes({"aria-label": word("archive.list")}),
        ),
        *([html.P(ways, className="bulletin-ways")] if ways else []),
    ]


_COLUMNS = ("title", "period", "as_of", "number", "pages", "state", "checksum", "files")


def _table(lines: Sequence[EditionLine]) -> Component:
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(word(f"archive.column_{name}"), scope="col", className=f"bulletin-{name}")
                        for name in _COLUMNS
                    ]
                )
            ),
            html.Tbody([_row(line) for line in lines]),
        ],
        className="table bulletin-table",
    )


def _row(line: EditionLine) -> Component:
    marks = [html.Span(line.revision, className="badge")] if line.revision else []
    if line.stale:
        marks.append(html.Span(word("archive.superseded"), className="bulletin-stale"))
    told: list[Component | str] = [html.Span(line.told, className=f"state-told is-{line.state}")]
    if line.fault:
        told.append(html.Span(line.fault, className="state-fault"))
    cells: list[tuple[str, Sequence[Component | str]]] = [
        ("period", [line.period]),
        ("as_of", [line.as_of]),
        ("number", [line.document_number]),
        ("pages", [line.pages]),
        ("state", told),
        ("checksum", [html.Code(line.checksum[:12], title=line.checksum)] if line.checksum else []),
        ("files", file_links(line)),
    ]
    first = html.Th(
        [
            html.A(line.title, href=line.href, className="bulletin-link"),
            *marks,
            html.Span(line.area, className="event-sub"),
        ],
        scope="row",
        className="bulletin-title",
    )
    return html.Tr(
        [
            first,
            *[
                html.Td(
                    list(content),
                    className=f"bulletin-{name}",
                    **attributes({"data-label": word(f"archive.column_{name}")}),
                )
                for name, content in cells
            ],
        ],
        className="is-current" if line.current else None,
    )


def demand(grid: str, code: str, day: date, month: str) -> list[Component]:
    """The forms that ask for a bulletin of any day or month of a grid. The browser follows them itself: the answer is
    the page of exports."""

    def form(kind: str, name: str, value: str, key: str) -> Component:
        field = f"demand-{kind}"
        return html.Form(
            [
                _hidden("scope", code),
                _hidden("kind", kind),
                html.Label(word(key), htmlFor=field),
                # The browser's own calendar; Dash names neither type, yet hands both to the element.
                dcc.Input(id=field, name=name, type=kind_type(kind), value=value, className="range-date"),  # type: ignore[arg-type]
                html.Button(
                    word("archive.demand_make"),
                    className="button",
                    type="submit",
                    **attributes({"aria-label": word(f"archive.demand_make_{kind}")}),
                ),
            ],
            action="/bulletin/on-demand",
            method="get",
            className="range demand-form",
        )

    return [
        html.Div(html.H2(word("archive.demand")), className="panel-head"),
        html.P(word("archive.demand_note").format(grid=grid), className="panel-note"),
        html.Div(
            [
                form("day", "period", day.isoformat(), "archive.demand_day"),
                form("month", "period", month, "archive.demand_month"),
            ],
            className="demand-forms",
        ),
    ]


def kind_type(kind: str) -> str:
    """The type of the browser's field for a day or a month."""
    return "date" if kind == "day" else "month"


def latest(title: str, when: str, href: str) -> list[Component]:
    """A line that leads to the newest bulletin."""
    return [
        html.Span(f"{word('archive.latest')} "),
        html.A(title, href=href, className="go"),
        html.Span(f" {when}"),
    ]


def done(sentence: str) -> list[Component]:
    """What was done."""
    return [html.P(sentence, className="notice is-done")]


def wrong(sentence: str) -> list[Component]:
    """Why it was not done, or what is not there."""
    return [html.P(sentence, className="notice", role="alert")]


def _hidden(name: str, value: str) -> Component:
    return dcc.Input(name=name, type="hidden", value=value)
