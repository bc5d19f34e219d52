"""The assessment: ranks and the arithmetic of a score, marks and appeals with their forms, and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from data.assessment.rules import DEFAULT
from data.assessment.sheet import MOST_BYTES
from data.assessment.tables import LONGEST_REASON
from data.words import word
from layouts import ids
from layouts.assesstext import named
from layouts.attributes import attributes
from layouts.parts.header import Choice, segments
from layouts.parts.legend import swatch
from layouts.parts.menus import Menu, menu

ENTERED: Final = tuple(one.key for one in DEFAULT.dimensions if one.is_entered)
"""The dimensions that marks are entered for."""

_GRAPH: Any = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False, "doubleClick": False}
_LONGEST_CODE: Final = 64
_LONGEST_EVENTS: Final = 6000


def layout(*, topology_address: str = "/assets/geo/") -> Component:
    """The page with every id of it and nothing in it yet.

    `topology_address` holds an empty world: without it Plotly fetches one from the internet.
    """
    return html.Div(
        [
            dcc.Store(id=ids.ASSESS_TURN, data=0),
            dcc.Store(id=ids.ASSESS_MAP_SEEN),
            html.A(word("page.skip"), href=f"#{ids.ASSESS_BODY}", className="skip"),
            html.Header(
                [
                    html.Div(id=ids.ASSESS_PLACE, className="head-row"),
                    html.Div(id=ids.ASSESS_CONTROLS, className="head-row controls"),
                ],
                className="head",
            ),
            html.Div(id=ids.ASSESS_NOTICE, className="notices", role="status"),
            html.Main(
                [
                    html.Div(
                        [
                            _map(topology_address),
                            html.Section(
                                id=ids.ASSESS_SHEET, className="panel assess-sheet", hidden=True, tabIndex=-1
                            ),
                        ],
                        className="assess-side",
                    ),
                    html.Section(id=ids.ASSESS_BOARD, className="panel assess-board", hidden=True),
                    _marks(),
                    _appeals(),
                    html.Section(id=ids.ASSESS_RULES, className="panel assess-rules", hidden=True),
                    html.Datalist(id=ids.ASSESS_GRIDS),
                ],
                id=ids.ASSESS_BODY,
                className="panels assess-panels",
                tabIndex=-1,
            ),
        ],
        className="page assess-page",
    )


def _map(topology_address: str) -> Component:
    """The map of the scores, which can be folded. On a phone it is so until somebody opens it."""
    return html.Section(
        html.Details(
            [
                html.Summary(html.H2(id=ids.ASSESS_MAP_TITLE), className="panel-head"),
                html.Nav(
                    id=ids.ASSESS_MAP_SHADES,
                    className="segments small",
                    **attributes({"aria-label": word("assess.map_shades")}),
                ),
                html.Div(
                    dcc.Graph(
                        id=ids.ASSESS_MAP_GRAPH,
                        config=_GRAPH | {"topojsonURL": topology_address},
                        responsive=True,
                        className="map",
                    ),
                    className="assess-map-box",
                ),
                html.Div(id=ids.ASSESS_MAP_KEY, className="assess-map-key"),
            ],
            id=ids.ASSESS_MAP_FOLD,
            open=True,
        ),
        id=ids.ASSESS_MAP,
        className="panel assess-map",
        hidden=True,
        **attributes({"aria-label": word("assess.map_label")}),
    )


def _marks() -> Component:
    form = html.Section(
        [
            html.Div(html.H2(word("assess.marks_title")), className="panel-head"),
            html.Div(
                [
                    _field(
                        "assess.field_grid",
                        ids.ASSESS_MARK_GRID,
                        list=ids.ASSESS_GRIDS,
                        maxLength=_LONGEST_CODE,
                    ),
                    _dimensions(ids.ASSESS_MARK_DIMENSION, ENTERED),
                    _field("assess.field_mark", ids.ASSESS_MARK_VALUE, maxLength=6, inputMode="decimal"),
                    _field(
                        "assess.field_reason", ids.ASSESS_MARK_REASON, maxLength=LONGEST_REASON, wide=True
                    ),
                    _field(
                        "assess.field_evidence", ids.ASSESS_MARK_EVIDENCE, maxLength=LONGEST_REASON, wide=True
                    ),
                    html.Div(
                        _button("assess.enter", ids.ASSESS_MARK_SAVE, "is-main"), className="assess-keys"
                    ),
                ],
                className="assess-form",
            ),
            html.H3(word("assess.file_title"), className="state-heading"),
            html.P(word("assess.file_note"), className="panel-note"),
            html.Div(
                [
                    html.A(word("assess.template"), id=ids.ASSESS_TEMPLATE, href="#", className="button"),
                    dcc.Upload(
                        html.Button(word("assess.upload"), type="button", className="button"),
                        id=ids.ASSESS_UPLOAD,
                        accept=".csv,text/csv",
                        max_size=MOST_BYTES,
                        multiple=False,
                        className="assess-upload",
                        className_active="assess-upload is-active",
                        className_reject="assess-upload is-refused",
                    ),
                ],
                className="assess-file",
            ),
            html.Div(id=ids.ASSESS_TAKEN, role="status"),
        ],
        id=ids.ASSESS_MARK_FORM,
        className="panel",
        hidden=True,
    )
    return html.Div(
        [
            html.Div(id=ids.ASSESS_MARK_STATE, className="assess-state"),
            form,
            html.Section(id=ids.ASSESS_MARKS, className="panel"),
        ],
        className="assess-part",
    )


def _appeals() -> Component:
    form = html.Section(
        [
            html.Div(html.H2(word("assess.appeal_title")), className="panel-head"),
            html.Div(
                [
                    _field(
                        "assess.field_grid",
                        ids.ASSESS_APPEAL_GRID,
                        list=ids.ASSESS_GRIDS,
                        maxLength=_LONGEST_CODE,
                    ),
                    _dimensions(ids.ASSESS_APPEAL_DIMENSION, [one.key for one in DEFAULT.dimensions]),
                    _field(
                        "assess.field_events", ids.ASSESS_APPEAL_EVENTS, maxLength=_LONGEST_EVENTS, wide=True
                    ),
                    _field(
                        "assess.field_reason", ids.ASSESS_APPEAL_REASON, maxLength=LONGEST_REASON, wide=True
                    ),
                    _field(
                        "assess.field_evidence",
                        ids.ASSESS_APPEAL_EVIDENCE,
                        maxLength=LONGEST_REASON,
                        wide=True,
                    ),
                    html.Div(
                        _button("assess.file_appeal", ids.ASSESS_APPEAL_SAVE, "is-main"),
                        className="assess-keys",
                    ),
                ],
                className="assess-form",
            ),
        ],
        id=ids.ASSESS_APPEAL_FORM,
        className="panel",
        hidden=True,
    )
    decide = html.Section(
        [
            html.Div(id=ids.ASSESS_DECIDE_ABOUT),
            html.Div(
                [
                    html.Div(
                        [
                            _field(
                                "assess.decide_excused",
                                ids.ASSESS_DECIDE_EXCUSED,
                                maxLength=9,
                                inputMode="numeric",
                            ),
                            _field(
                                "assess.decide_mark", ids.ASSESS_DECIDE_MARK, maxLength=6, inputMode="decimal"
                            ),
                        ],
                        id=ids.ASSESS_DECIDE_MARKS,
                        className="assess-form is-inner",
                    ),
                    _field("assess.decide_note", ids.ASSESS_DECIDE_NOTE, maxLength=LONGEST_REASON, wide=True),
                    html.Div(
                        [
                            _button("assess.allow", ids.ASSESS_ALLOW, "is-main"),
                            _button("assess.refuse", ids.ASSESS_REFUSE),
                        ],
                        className="assess-keys",
                    ),
                ],
                className="assess-form",
            ),
        ],
        id=ids.ASSESS_DECIDE,
        className="panel assess-decide",
        hidden=True,
    )
    return html.Div(
        [
            html.Div(id=ids.ASSESS_APPEAL_STATE, className="assess-state"),
            decide,
            html.Section(id=ids.ASSESS_APPEALS, className="panel"),
            form,
        ],
        className="assess-part",
    )


def _field(label: str, field_id: str, *, wide: bool = False, **given: Any) -> Component:
    return html.Div(
        [
            html.Label(word(label), htmlFor=field_id),
            dcc.Input(id=field_id, type="text", value="", autoComplete="off", **given),
        ],
        className="assess-field is-wide" if wide else "assess-field",
    )


def _dimensions(field_id: str, keys: Sequence[str]) -> Component:
    return html.Div(
        [
            html.Label(word("assess.field_dimension"), htmlFor=field_id),
            dcc.Dropdown(
                id=field_id,
                options=[{"value": key, "label": named(key)} for key in keys],
                value=keys[0],
                clearable=False,
                searchable=False,
            ),
        ],
        className="assess-field",
    )


def _button(key: str, button_id: str, name: str = "") -> Component:
    return html.Button(word(key), id=button_id, type="button", n_clicks=0, className=f"button {name}".strip())


def controls(parts: Sequence[Choice], depths: Sequence[Choice], menus: Sequence[Menu]) -> list[Component]:
    """What may be chosen: the part of the page, the level, and menus."""
    made = [
        html.Nav(segments(choices), className="segments", **attributes({"aria-label": word(label)}))
        for choices, label in ((parts, "assess.parts"), (depths, "assess.depths"))
        if len(choices) > 1
    ]
    return [*made, *[menu(one) for one in menus]]


def offered(grids: Sequence[tuple[str, str]]) -> list[Component]:
    """The codes that the forms offer, each with its name."""
    return [html.Option(value=code, label=name) for code, name in grids]


def map_key(classes: Sequence[tuple[str, str]], notes: Sequence[str]) -> list[Component]:
    """What the colours of the map mean: each as (colour, text), and what else has to be said of it."""
    return [
        html.Div([swatch(color, told) for color, told in classes], className="legend"),
        *[html.P(one, className="panel-note") for one in notes],
    ]


def done(sentence: str) -> list[Component]:
    """What was done."""
    return [html.P(sentence, className="notice is-done")]


def wrong(sentence: str) -> list[Component]:
    """Why it was not done, or what is not there."""
    return [html.P(sentence, className="notice", role="alert")]


def note(sentence: str) -> list[Component]:
    """What has to be known of a part of the page."""
    return [html.P(sentence, className="assess-hint")]


def taken(sentence: str, refused: Sequence[str], more: str) -> list[Component]:
    """What became of a file: a sentence, and the rows that were refused."""
    rows = [html.Li(one) for one in refused]
    return [
        html.P(sentence, className="notice is-done" if not refused else "notice"),
        *([html.Ul(rows, className="assess-refusals")] if rows else []),
        *([html.P(more, className="quiet")] if more else []),
    ]
