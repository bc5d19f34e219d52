"""One bulletin of the archive: what it is, its files, its history, where it went, and its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes


@dataclass(frozen=True)
class EditionLine:
    """An edition as text. `files` are pairs of a form's key and its address; `stale`: it was revised since."""

    number: int
    title: str
    area: str
    kind: str
    period: str
    as_of: str
    document_number: str
    pages: str
    state: str
    told: str
    checksum: str
    revision: str
    stale: bool
    href: str
    files: Sequence[tuple[str, str]]
    current: bool = False
    fault: str = ""


@dataclass(frozen=True)
class RevisionLine:
    """A revision as text, what it changed and why; `href` opens it, "" where it is in view."""

    name: str
    when: str
    told: str
    reason: str
    changes: Sequence[str]
    href: str


@dataclass(frozen=True)
class DeliveryLine:
    """A delivery as text; `retry` is its id where it can be sent again."""

    name: str
    way: str
    state: str
    told: str
    attempts: str
    when: str
    fault: str
    retry: int | None


@dataclass(frozen=True)
class OpenEdition:
    """An edition in view; `address` is where its text is shown, "" where there is none; `approves` and `tries` whether
    its viewer may do so. `deliveries` is None for whoever is not to see them."""

    line: EditionLine
    facts: Sequence[tuple[str, str]]
    checksum: str
    close: str
    address: str
    revisions: Sequence[RevisionLine]
    approves: bool
    tries: bool
    deliveries: Sequence[DeliveryLine] | None


def opened(given: OpenEdition) -> list[Component]:
    """One edition: what it is, its files, its history, where it went, and its text."""
    line = given.line
    facts = [
        node
        for name, value in given.facts
        for node in (html.Dt(name), html.Dd(value or word("archive.no_number")))
    ]
    if given.checksum:
        facts += [html.Dt(word("archive.sum")), html.Dd(html.Code(given.checksum, className="whole-sum"))]
    made: list[Component] = [
        html.Div(
            [
                html.H2(line.title, className="open-title"),
                *([html.Span(line.revision, className="badge")] if line.revision else []),
                html.A(word("archive.close"), href=given.close, className="button panel-tools"),
            ],
            className="panel-head",
        ),
        html.P(
            [html.Span(line.told, className=f"state-told is-{line.state}"), *file_links(line)],
            className="open-tools",
        ),
    ]
    if line.stale:
        made.append(html.P(word("archive.superseded"), className="notice"))
    if line.fault:
        made.append(html.P(line.fault, className="notice state-fault"))
    if given.tries:
        told = word("archive.try_of").format(title=line.title)
        made.append(html.P(button("try", line.number, word("archive.try"), told)))
    if given.approves:
        made.append(
            html.Div(
                [
                    html.P(word("archive.approve_note")),
                    button("approve", line.number, word("archive.approve"), "", "is-main"),
                ],
                className="approve-box",
            )
        )
    made.append(html.Dl(facts, className="facts open-facts"))
    made += _history(given.revisions)
    if given.deliveries is not None:
        made += _deliveries(given.deliveries)
    if given.address:
        made.append(
            html.Div(
                [
                    html.P(
                        html.A(
                            word("archive.open_alone"),
                            href=given.address,
                            target="_blank",
                            className="panel-note",
                        ),
                        className="open-alone",
                    ),
                    html.Iframe(
                        src=given.address,
                        className="bulletin-frame",
                        # No script runs in it, whatever a title says; its own styles and links stay.
                        sandbox="allow-same-origin allow-popups",
                        title=word("archive.frame").format(title=line.title),
                    ),
                ],
                className="open-text",
            )
        )
    return made


def _history(lines: Sequence[RevisionLine]) -> list[Component]:
    if len(lines) < 2:
        return []
    items = [
        html.Li(
            [
                html.Span(
                    [
                        html.A(line.name, href=line.href) if line.href else html.Strong(line.name),
                        html.Span(f" · {line.told} {line.when}".rstrip(), className="quiet-line"),
                        *([] if line.href else [html.Span(word("archive.here"), className="badge")]),
                    ]
                ),
                *([html.P(line.reason)] if line.reason else []),
                *([html.Ul([html.Li(one) for one in line.changes])] if line.changes else []),
            ]
        )
        for line in lines
    ]
    return [html.H3(word("archive.history"), className="state-heading"), html.Ol(items, className="history")]


def _deliveries(lines: Sequence[DeliveryLine]) -> list[Component]:
    heading = html.H3(word("archive.deliveries"), className="state-heading")
    if not lines:
        return [heading, html.P(word("archive.deliveries_none"), className="quiet")]
    return [heading, html.Div(deliveries_table(lines), className="bulletin-scroll")]


def deliveries_table(lines: Sequence[DeliveryLine], what: Sequence[str] = ()) -> Component:
    """Deliveries with the way to send one again; `what` says of each which bulletin it is of."""
    heads = ("recipient", "way", "column_state", "attempts", "when", "why")
    named = [word(f"archive.{name}") for name in heads]
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(text, scope="col")
                        for text in (*([word("archive.column_title")] if what else []), *named)
                    ]
                    + [html.Th(html.Span(word("archive.retry"), className="unseen"), scope="col")]
                )
            ),
            html.Tbody(
                [_delivery(line, named, what[place] if what else "") for place, line in enumerate(lines)]
            ),
        ],
        className="table delivery-table",
    )


def _delivery(line: DeliveryLine, named: Sequence[str], what: str) -> Component:
    retry = (
        [button("retry", line.retry, word("archive.retry"), word("archive.retry_of").format(name=line.name))]
        if line.retry is not None
        else []
    )
    values: list[Component | str] = [
        line.way,
        html.Span(line.told, className=f"state-told is-{line.state}"),
        line.attempts,
        line.when,
        html.Span(line.fault, className="state-fault") if line.fault else "",
    ]
    first = [html.Th(what, scope="row"), html.Td(line.name)] if what else [html.Th(line.name, scope="row")]
    return html.Tr(
        [
            *first,
            *[
                html.Td(value, **attributes({"data-label": name}))
                for name, value in zip(named[1:], values, strict=True)
            ],
            html.Td(retry),
        ]
    )


def file_links(line: EditionLine) -> list[Component]:
    """Links to the files of an edition."""
    return [
        html.A(
            word(f"archive.{form}"),
            href=href,
            className="button file-link",
            rel="nofollow",
            **attributes(
                {
                    "aria-label": word("archive.download_of").format(
                        form=word(f"archive.{form}"), title=f"{line.title} {line.period}"
                    )
                }
            ),
        )
        for form, href in line.files
    ]


def button(action: str, number: int, label: str, told: str, name: str = "") -> Component:
    """A button that does something to a bulletin or a delivery; `told` is its whole name for whoever hears it."""
    return html.Button(
        label,
        id=ids.bulletin_do(action, number),
        type="button",
        n_clicks=0,
        className=f"button {name}".strip(),
        **attributes({"aria-label": told} if told else {}),
    )
