"""The remote: what a wall shows now, and what turns it. Made for a phone in one hand and for a desk alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data.words import word
from layouts import ids
from layouts.attributes import attributes

TICK_MILLISECONDS = 1000


@dataclass(frozen=True)
class Option:
    """A value with what it is called."""

    value: str
    label: str


@dataclass(frozen=True)
class SceneButton:
    """A scene that can be held: its key, its name, and whether the wall shows it."""

    key: str
    name: str
    current: bool


@dataclass(frozen=True)
class Status:
    """What the wall shows, in words; `mark` is "normal" or "emergency"."""

    scene: str
    turn: str
    map: str
    mode: str
    mark: str
    held: str


@dataclass(frozen=True)
class Done:
    """A line of the history."""

    what: str
    who: str


def layout() -> Component:
    """The page with every id of the remote and nothing in it yet."""
    return html.Div(
        [
            dcc.Store(id=ids.REMOTE_SEEN),
            dcc.Interval(id=ids.REMOTE_TICK, interval=TICK_MILLISECONDS),
            html.H1(word("remote.heading")),
            html.Div(id=ids.REMOTE_NOTICE, className="notices", role="alert"),
            html.Div(
                id=ids.REMOTE_STALE,
                className="remote-stale",
                hidden=True,
                role="alert",
                **attributes({"data-text": word("remote.stale")}),
            ),
            html.Main([_wall(), _turning(), _map(), _event(), _emergency(), _history()], id=ids.REMOTE_BODY),
        ],
        className="page remote",
    )


def later() -> list[Component]:
    """What the callbacks put into the page."""
    return scenes([SceneButton("", "", False)])


def _section(title: str, parts: Sequence[Any], name: str = "") -> Component:
    return html.Section([html.H2(title), *parts], className=f"remote-part {name}".strip())


def _wall() -> Component:
    return _section(
        word("remote.now"),
        [
            _chosen(word("remote.walls"), ids.REMOTE_WALL),
            html.Div(id=ids.REMOTE_STATUS, className="remote-status", **attributes({"aria-live": "polite"})),
            html.A(
                word("remote.open"),
                id=ids.REMOTE_OPEN,
                href="/wall",
                target="_blank",
                className="button remote-open",
            ),
        ],
        "remote-now",
    )


def _turning() -> Component:
    return _section(
        word("remote.rotation"),
        [
            html.Div(
                [
                    _button("remote.previous", ids.REMOTE_PREVIOUS),
                    _button("remote.freeze", ids.REMOTE_FREEZE),
                    _button("remote.resume", ids.REMOTE_RESUME),
                    _button("remote.next", ids.REMOTE_NEXT),
                ],
                className="remote-keys",
            ),
            html.H3(word("remote.scenes")),
            html.Div(id=ids.REMOTE_SCENES, className="remote-scenes"),
        ],
    )


def _map() -> Component:
    return _section(
        word("remote.map"),
        [
            _chosen(word("remote.indicator"), ids.REMOTE_INDICATOR),
            _chosen(word("remote.level"), ids.REMOTE_LEVEL),
        ],
    )


def _event() -> Component:
    return _section(
        word("remote.event"),
        [
            html.Div(
                [
                    dcc.Input(
                        id=ids.REMOTE_EVENT,
                        type="text",
                        placeholder=word("remote.event_label"),
                        autoComplete="off",
                        className="remote-input",
                    ),
                    _button("remote.show", ids.REMOTE_EVENT_SHOW),
                ],
                className="remote-line",
            )
        ],
    )


def _emergency() -> Component:
    return _section(
        word("remote.emergency"),
        [
            html.Div(id=ids.REMOTE_RESPONSE, className="remote-response"),
            html.Div(
                [
                    _chosen(word("remote.scope"), ids.REMOTE_SCOPE),
                    _chosen(word("remote.category"), ids.REMOTE_CATEGORY),
                    _chosen(word("remote.since"), ids.REMOTE_SINCE),
                    dcc.Input(
                        id=ids.REMOTE_REASON,
                        type="text",
                        maxLength=80,
                        placeholder=word("remote.reason"),
                        autoComplete="off",
                        className="remote-input",
                    ),
                    _button("remote.declare", ids.REMOTE_DECLARE, "is-grave"),
                ],
                id=ids.REMOTE_FORM,
                className="remote-form",
            ),
            _button("remote.end", ids.REMOTE_END),
        ],
    )


def _history() -> Component:
    return _section(word("remote.history"), [html.Ol(id=ids.REMOTE_HISTORY, className="remote-history")])


def _button(key: str, button_id: str, name: str = "") -> Component:
    return html.Button(word(key), id=button_id, type="button", className=f"button {name}".strip(), n_clicks=0)


def _chosen(label: str, field_id: str) -> Component:
    return html.Div(
        [
            html.Label(label, htmlFor=field_id),
            dcc.Dropdown(id=field_id, clearable=False, maxHeight=320),
        ],
        className="remote-field",
    )


def options(listed: Sequence[Option]) -> list[Any]:
    """The options of a field."""
    return [{"value": one.value, "label": one.label} for one in listed]


def response(told: str, commands: str) -> list[Component]:
    """What was declared, and the way to the page on which grids are told what to do."""
    return [html.Span(told), html.A(word("remote.commands"), href=commands, className="remote-commands")]


def status(told: Status) -> list[Component]:
    """What the wall shows."""
    return [
        html.P(
            [html.Span(told.mode, className=f"remote-mode is-{told.mark}"), html.Strong(told.scene)],
            className="remote-scene",
        ),
        html.P(told.turn),
        html.P(told.map),
        *([html.P(told.held, className="remote-held")] if told.held else []),
    ]


def scenes(buttons: Sequence[SceneButton]) -> list[Component]:
    """The scenes that can be held."""
    return [
        html.Button(
            one.name,
            id=ids.remote_scene(one.key),
            type="button",
            n_clicks=0,
            className="button is-current" if one.current else "button",
            **attributes({"aria-pressed": "true" if one.current else "false"}),
        )
        for one in buttons
    ]


def history(lines: Sequence[Done]) -> list[Component]:
    """What was done, the newest first."""
    if not lines:
        return [html.Li(word("remote.history_empty"), className="remote-none")]
    return [html.Li([html.Span(line.what), html.Small(line.who)]) for line in lines]


def refusal(sentence: str) -> Component:
    """One line in place of the remote."""
    return html.P(sentence, className="notice")
