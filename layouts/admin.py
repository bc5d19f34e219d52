"""The administration: accounts, walls, sources, jobs and what is set. Tables of text, and two short forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data.access import PERSONAL_ROLES
from data.words import word
from layouts import ids
from layouts.attributes import attributes
from layouts.edition import DeliveryLine


@dataclass(frozen=True)
class PersonLine:
    """An account as text; `state` is a key, `me` marks the administrator's own, `second` whether it has a second
    factor, `elsewhere` whether another house knows it."""

    name: str
    shown: str
    role: str
    scope: str
    second: bool
    elsewhere: bool
    state: str
    signed_in: str
    me: bool


@dataclass(frozen=True)
class WallLine:
    """A wall's token as text."""

    name: str
    scope: str
    created: str
    by: str
    revoked: bool


@dataclass(frozen=True)
class FailedLine:
    """An edition that could not be made: its id, what it is, why, and when it is tried again."""

    number: int
    title: str
    fault: str
    again: str


@dataclass(frozen=True)
class SourceLine:
    """A source of events as text."""

    name: str
    newest: str
    age: str
    stale: bool


def layout() -> Component:
    """The page with every id of the administration and nothing in it yet."""
    return html.Div(
        [
            dcc.Store(id=ids.ADMIN_TURN, data=0),
            dcc.Store(id=ids.ADMIN_PENDING),
            dcc.Store(id=ids.ADMIN_CHANGED),
            dcc.ConfirmDialog(id=ids.ADMIN_SURE),
            html.H1(word("admin.heading")),
            html.Div(id=ids.ADMIN_NOTICE, className="admin-notice", role="status"),
            html.Main(
                [_people(), _walls(), _bulletins(), _sources(), _jobs(), _city(), _settings()],
                id=ids.ADMIN_BODY,
                hidden=True,
            ),
        ],
        className="page admin",
    )


def later() -> list[Component]:
    """What the callbacks put into the page."""
    return [_do("reset", "", "")]


def _people() -> Component:
    return html.Section(
        [
            html.Div([html.H2(word("admin.people")), html.Span(id=ids.ADMIN_COUNT, className="panel-note")]),
            html.Div(id=ids.ADMIN_PEOPLE, className="admin-scroll"),
            html.Details(
                [
                    html.Summary(word("admin.add_title"), id=ids.ADMIN_FORM_TITLE, className="button"),
                    html.Div(
                        [
                            _field("admin.name", ids.ADMIN_NAME, maxLength=64),
                            _field("admin.display_name", ids.ADMIN_DISPLAY, maxLength=64),
                            _scope(ids.ADMIN_SCOPE),
                            _field("admin.subject", ids.ADMIN_SUBJECT, "admin.subject_hint", maxLength=255),
                            html.Fieldset(
                                [
                                    html.Legend(word("admin.role")),
                                    dcc.RadioItems(
                                        id=ids.ADMIN_ROLE,
                                        options=[
                                            {"value": role, "label": word(f"role.{role}")}
                                            for role in PERSONAL_ROLES
                                        ],
                                        value=PERSONAL_ROLES[0],
                                        inline=True,
                                    ),
                                ],
                                className="admin-roles",
                            ),
                            html.Div(
                                [
                                    _button("admin.add", ids.ADMIN_SAVE, "is-main"),
                                    _button("admin.cancel", ids.ADMIN_CANCEL),
                                ],
                                className="admin-keys",
                            ),
                        ],
                        className="admin-form",
                    ),
                ],
                id=ids.ADMIN_FORM,
                className="admin-fold",
            ),
        ],
        className="admin-part is-wide",
    )


def _walls() -> Component:
    return html.Section(
        [
            html.H2(word("admin.walls")),
            html.Div(id=ids.ADMIN_WALLS, className="admin-scroll"),
            html.Details(
                [
                    html.Summary(word("admin.wall_title"), className="button"),
                    html.Div(
                        [
                            _field("admin.wall_name", ids.ADMIN_WALL_NAME, maxLength=64),
                            _scope(ids.ADMIN_WALL_SCOPE),
                            html.Div(
                                [_button("admin.wall_add", ids.ADMIN_WALL_ADD, "is-main")],
                                className="admin-keys",
                            ),
                        ],
                        className="admin-form",
                    ),
                ],
                className="admin-fold",
            ),
            html.Datalist(id=ids.ADMIN_GRIDS),
        ],
        className="admin-part is-wide",
    )


def _sources() -> Component:
    return _part("admin.sources", ids.ADMIN_SOURCES)


def _jobs() -> Component:
    return _part("admin.jobs", ids.ADMIN_JOBS)


def _bulletins() -> Component:
    return html.Section(
        [html.H2(word("archive.admin")), html.Div(id=ids.ADMIN_BULLETINS)], className="admin-part is-wide"
    )


def _city() -> Component:
    return _part("admin.city", ids.ADMIN_CITY)


def _settings() -> Component:
    return _part("admin.settings", ids.ADMIN_SETTINGS, html.P(word("admin.settings_note"), className="quiet"))


def _part(title: str, part_id: str, *more: Component) -> Component:
    return html.Section(
        [html.H2(word(title)), html.Div(id=part_id, className="admin-scroll"), *more], className="admin-part"
    )


def _field(label: str, field_id: str, hint: str = "", **given: Any) -> Component:
    return html.Div(
        [
            html.Label(word(label), htmlFor=field_id),
            dcc.Input(
                id=field_id,
                type="text",
                value="",
                autoComplete="off",
                placeholder=word(hint) if hint else "",
                **given,
            ),
        ],
        className="admin-field",
    )


def _scope(field_id: str) -> Component:
    return _field("admin.scope", field_id, "admin.scope_hint", list=ids.ADMIN_GRIDS, maxLength=64)


def _button(key: str, button_id: str, name: str = "") -> Component:
    return html.Button(word(key), id=button_id, type="button", n_clicks=0, className=f"button {name}".strip())


def _do(action: str, name: str, label: str) -> Component:
    return html.Button(
        label,
        id=ids.admin_do(action, name),
        type="button",
        n_clicks=0,
        className="button",
        **attributes({"aria-label": word("admin.of").format(action=label, name=name)}),
    )


def people(lines: Sequence[PersonLine]) -> Component:
    """The accounts, each with what can be done to it."""
    head = ("name", "display_name", "role", "scope", "second", "state", "signed_in", "actions")
    return _table(
        [word(f"admin.{key}") for key in head],
        [
            html.Tr(
                [
                    html.Th([line.name, *_badge("admin.me", line.me)], scope="row"),
                    html.Td(line.shown or "—"),
                    html.Td(line.role),
                    html.Td(line.scope),
                    html.Td(word("admin.oidc") if line.elsewhere else word("yes" if line.second else "no")),
                    html.Td(word(f"admin.state_{line.state}"), className=f"admin-state is-{line.state}"),
                    html.Td(line.signed_in or "—"),
                    html.Td([] if line.me else _actions(line), className="admin-actions"),
                ]
            )
            for line in lines
        ],
    )


def _actions(line: PersonLine) -> list[Component]:
    if line.state == "disabled":
        return [_do("enable", line.name, word("admin.enable"))]
    reset = "reset_second" if line.second else "reset"
    return [
        _do("change", line.name, word("admin.change")),
        *([] if line.elsewhere else [_do(reset, line.name, word(f"admin.{reset}"))]),
        _do("disable", line.name, word("admin.disable")),
    ]


def walls(lines: Sequence[WallLine]) -> Component:
    """The walls, each with the way to revoke its token."""
    if not lines:
        return html.P(word("admin.none"), className="quiet")
    return _table(
        [word(f"admin.{key}") for key in ("wall_name", "scope", "created", "created_by", "state", "actions")],
        [
            html.Tr(
                [
                    html.Th(line.name, scope="row"),
                    html.Td(line.scope),
                    html.Td(line.created),
                    html.Td(line.by),
                    html.Td(
                        word("admin.wall_revoked" if line.revoked else "admin.wall_active"),
                        className=f"admin-state is-{'disabled' if line.revoked else 'active'}",
                    ),
                    html.Td(
                        [] if line.revoked else [_do("revoke", line.name, word("admin.revoke"))],
                        className="admin-actions",
                    ),
                ]
            )
            for line in lines
        ],
    )


def sources(lines: Sequence[SourceLine]) -> Component:
    """The sources of events and how fresh they are."""
    if not lines:
        return html.P(word("fresh.none"), className="quiet")
    return _table(
        [word(f"admin.{key}") for key in ("source", "newest", "age", "state")],
        [
            html.Tr(
                [
                    html.Th(line.name, scope="row"),
                    html.Td(line.newest),
                    html.Td(line.age),
                    html.Td(
                        word("admin.stale" if line.stale else "admin.fresh"),
                        className=f"admin-state is-{'disabled' if line.stale else 'active'}",
                    ),
                ]
            )
            for line in lines
        ],
    )


def bulletins(
    facts: Mapping[str, str], failed: Sequence[FailedLine], troubled: Sequence[tuple[str, DeliveryLine]]
) -> list[Component]:
    """How the bulletins fare; the editions that could not be made and the deliveries that did not go, each with the
    way to try again."""
    made: list[Component] = [
        html.Div(pairs((word("admin.setting"), word("admin.value")), facts), className="admin-scroll")
    ]
    if failed:
        heads = [word(f"archive.{key}") for key in ("column_title", "why", "when")] + [word("admin.actions")]
        lines = [
            html.Tr(
                [
                    html.Th(line.title, scope="row"),
                    html.Td(line.fault, className="admin-fault"),
                    html.Td(line.again),
                    html.Td([_do("try", str(line.number), word("archive.try"))], className="admin-actions"),
                ]
            )
            for line in failed
        ]
        made += [
            html.H3(word("archive.admin_failed")),
            html.Div(_table(heads, lines), className="admin-scroll"),
        ]
    if troubled:
        keys = ("column_title", "recipient", "way", "column_state", "attempts", "why")
        heads = [word(f"archive.{key}") for key in keys] + [word("admin.actions")]
        lines = [
            html.Tr(
                [
                    html.Th(title, scope="row"),
                    html.Td(line.name),
                    html.Td(line.way),
                    html.Td(line.told, className="admin-state is-disabled"),
                    html.Td(line.attempts),
                    html.Td(line.fault, className="admin-fault"),
                    html.Td([_do("send", str(line.retry), word("archive.retry"))], className="admin-actions"),
                ]
            )
            for title, line in troubled
        ]
        made += [
            html.H3(word("archive.deliveries")),
            html.Div(_table(heads, lines), className="admin-scroll"),
        ]
    if not failed and not troubled:
        made.append(html.P(word("archive.admin_none"), className="quiet"))
    return [*made, html.P(html.A(word("archive.admin_more"), href="/bulletins?below=1", className="go"))]


def pairs(heads: tuple[str, str], lines: Mapping[str, str]) -> Component:
    """A table of names and values."""
    return _table(
        heads, [html.Tr([html.Th(name, scope="row"), html.Td(value or "—")]) for name, value in lines.items()]
    )


def grids(listed: Sequence[tuple[str, str]]) -> list[Component]:
    """What the scope fields offer: codes with their names."""
    return [html.Option(value=code, label=name) for code, name in listed]


def once(sentence: str, secret: str) -> list[Component]:
    """Something that is shown once."""
    return [html.P([sentence, html.Code(secret)], className="admin-once")]


def done(sentence: str) -> list[Component]:
    """What was done."""
    return [html.P(sentence, className="admin-done")]


def wrong(sentence: str) -> list[Component]:
    """Why it was not done."""
    return [html.P(sentence, className="notice", role="alert")]


def refused() -> list[Component]:
    """What a viewer sees who is no administrator."""
    return [
        html.P(word("admin.refused"), className="notice"),
        html.P(html.A(word("admin.sign_in"), href="/sign-in?next=/admin")),
    ]


def _badge(key: str, there: bool) -> list[Any]:
    return [" ", html.Span(word(key), className="badge")] if there else []


def _table(heads: Sequence[str], body: Sequence[Component]) -> Component:
    """A table whose cells know their heads: a telephone shows each row as a card."""
    for line in body:
        for head, cell in zip(heads[1:], line.children[1:], strict=True):
            setattr(cell, "data-label", head)
    return html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(list(body))],
        className="table admin-table",
    )
