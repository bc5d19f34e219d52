"""The page of exports: what was asked for, how far it is, and the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.parts.pages import page, panel


@dataclass(frozen=True)
class JobLine:
    """An export as text; `share` is how much of it is made, None where nobody knows; `href` its file, if there is
    one."""

    id: str
    what: str
    asked: str
    state: str
    state_key: str
    progress: str
    share: float | None
    href: str = ""
    note: str = ""
    ends: bool = False


def layout() -> Component:
    """The page with every id of the screen and nothing in it yet."""
    return page(
        ids.EXPORTS_HEAD,
        "exports-page",
        word("export.page"),
        [
            dcc.Interval(id=ids.EXPORTS_TICK, interval=1500),
            panel(
                "exports-panel",
                [html.H2(word("export.page")), html.P(word("export.page_note"), className="panel-note")],
                [html.Div(id=ids.EXPORTS_ROWS)],
            ),
        ],
    )


def jobs(given: Sequence[JobLine]) -> list[Component]:
    """The exports, the newest first."""
    if not given:
        return [html.P(word("export.page_none"), className="quiet")]
    heads = ("export.page", "export.asked", "export.state", "export.progress")
    return [
        html.Table(
            [
                html.Thead(
                    html.Tr(
                        [
                            *[html.Th(word(key), scope="col") for key in heads],
                            html.Th(html.Span(word("export.download"), className="unseen"), scope="col"),
                        ]
                    )
                ),
                html.Tbody([_row(one) for one in given]),
            ],
            className="table exports-table",
        )
    ]


def _row(job: JobLine) -> Component:
    bar: list[Component] = []
    if job.state_key == "running" and job.share is not None:
        bar = [html.Progress(max="100", value=f"{100 * job.share:.0f}")]
    doing: list[Component] = []
    if job.href:
        doing.append(html.A(word("export.download"), href=job.href, className="button", download=""))
    if job.ends:
        doing.append(
            html.Button(
                word("export.delete" if job.href else "export.cancel"),
                id=ids.export_cancel(job.id),
                className="button",
                n_clicks=0,
            )
        )
    return html.Tr(
        [
            html.Td(job.what, className="strong"),
            html.Td(job.asked),
            html.Td(job.state, className=f"is-{job.state_key}"),
            html.Td([*bar, html.Span(job.progress), html.Span(job.note, className="event-sub")]),
            html.Td(doing, className="exports-doing"),
        ]
    )


def later() -> list[Component]:
    """What the page brings later, with its ids."""
    return jobs([JobLine("0", "", "", "", "done", "", None, ends=True)])
