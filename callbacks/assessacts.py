"""What viewers of the assessment do: they enter marks, one by one or by a file, and file and decide appeals."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

import dash
from dash import Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from callbacks import assesslines as lines
from callbacks import shell
from callbacks.assessdesk import AssessDesk
from callbacks.assessfaults import fault_text
from callbacks.assessmet import meet
from callbacks.assessview import asked
from callbacks.reads import Reads
from data.assessment.entries import AssessmentError, Taken, Wanted
from data.words import word
from layouts import assess as page
from layouts import assesstext, ids

MOST_REFUSED: Final = 100
_FIRST_ROW: Final = 2
"""Row 1 of a file is its header."""


def register(app: dash.Dash, reads: Reads, desk: AssessDesk) -> None:
    """Adds the callbacks of the page's forms to the app."""

    @app.callback(
        Output(ids.ASSESS_NOTICE, "children", allow_duplicate=True),
        Output(ids.ASSESS_TURN, "data", allow_duplicate=True),
        Output(ids.ASSESS_MARK_VALUE, "value"),
        Input(ids.ASSESS_MARK_SAVE, "n_clicks"),
        State(ids.URL, "search"),
        State(ids.URL, "pathname"),
        State(ids.ASSESS_MARK_GRID, "value"),
        State(ids.ASSESS_MARK_DIMENSION, "value"),
        State(ids.ASSESS_MARK_VALUE, "value"),
        State(ids.ASSESS_MARK_REASON, "value"),
        State(ids.ASSESS_MARK_EVIDENCE, "value"),
        State(ids.ASSESS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def entered(clicks: int | None, search: str | None, pathname: str | None, *given: Any) -> tuple[Any, ...]:
        met = meet(reads, desk, search, pathname) if clicks else None
        if met is None:
            raise PreventUpdate
        grid, dimension, mark, reason, evidence = (_typed(one) for one in given[:5])
        wanted = Wanted(met.month, grid, dimension, mark, reason, evidence)
        try:
            taken = desk.enter(wanted)
        except AssessmentError as error:
            return page.wrong(fault_text(str(error))), no_update, no_update
        told = word("assess.entered" if taken.entered else "assess.unchanged").format(
            grid=lines.name_of(met.tree, grid), dimension=assesstext.named(dimension), mark=mark
        )
        return page.done(told), (given[5] or 0) + 1, ""

    @app.callback(
        Output(ids.ASSESS_TAKEN, "children"),
        Output(ids.ASSESS_TURN, "data", allow_duplicate=True),
        Output(ids.ASSESS_UPLOAD, "contents"),
        Input(ids.ASSESS_UPLOAD, "contents"),
        State(ids.ASSESS_UPLOAD, "filename"),
        State(ids.ASSESS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def uploaded(contents: str | None, name: str | None, turn: int | None) -> tuple[Any, ...]:
        if not contents:
            raise PreventUpdate
        file = _typed(name)[:80]
        try:
            taken = desk.enter_file(file, _content(contents))
        except AssessmentError as error:
            return page.wrong(fault_text(str(error))), no_update, None
        return file_told(file, taken), (turn or 0) + 1, None

    @app.callback(
        Output(ids.ASSESS_NOTICE, "children", allow_duplicate=True),
        Output(ids.ASSESS_TURN, "data", allow_duplicate=True),
        Output(ids.ASSESS_APPEAL_EVENTS, "value"),
        Output(ids.ASSESS_APPEAL_REASON, "value"),
        Output(ids.ASSESS_APPEAL_EVIDENCE, "value"),
        Input(ids.ASSESS_APPEAL_SAVE, "n_clicks"),
        State(ids.URL, "search"),
        State(ids.URL, "pathname"),
        State(ids.ASSESS_APPEAL_GRID, "value"),
        State(ids.ASSESS_APPEAL_DIMENSION, "value"),
        State(ids.ASSESS_APPEAL_EVENTS, "value"),
        State(ids.ASSESS_APPEAL_REASON, "value"),
        State(ids.ASSESS_APPEAL_EVIDENCE, "value"),
        State(ids.ASSESS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def filed(clicks: int | None, search: str | None, pathname: str | None, *given: Any) -> tuple[Any, ...]:
        met = meet(reads, desk, search, pathname) if clicks else None
        if met is None:
            raise PreventUpdate
        try:
            number = desk.object_to(met.month, *(_typed(one) for one in given[:5]))
        except AssessmentError as error:
            return page.wrong(fault_text(str(error))), no_update, no_update, no_update, no_update
        told = page.done(word("assess.appealed").format(number=number))
        return told, (given[5] or 0) + 1, "", "", ""

    @app.callback(
        Output(ids.ASSESS_NOTICE, "children", allow_duplicate=True),
        Output(ids.ASSESS_TURN, "data", allow_duplicate=True),
        Output(ids.ASSESS_DECIDE_NOTE, "value"),
        Output(ids.ASSESS_DECIDE_EXCUSED, "value"),
        Output(ids.ASSESS_DECIDE_MARK, "value"),
        Input(ids.ASSESS_ALLOW, "n_clicks"),
        Input(ids.ASSESS_REFUSE, "n_clicks"),
        State(ids.URL, "search"),
        State(ids.ASSESS_DECIDE_NOTE, "value"),
        State(ids.ASSESS_DECIDE_EXCUSED, "value"),
        State(ids.ASSESS_DECIDE_MARK, "value"),
        State(ids.ASSESS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def decided(_allow: int | None, _refuse: int | None, search: str | None, *given: Any) -> tuple[Any, ...]:
        number = asked(search)[0].appeal
        if number is None or not ctx.triggered or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        allowed = ctx.triggered_id == ids.ASSESS_ALLOW
        note, excused, mark = (_typed(one) for one in given[:3])
        try:
            revision = desk.decide(number, allowed, note, excused if allowed else "", mark if allowed else "")
        except AssessmentError as error:
            # Whoever came second sees what the first has done.
            return page.wrong(fault_text(str(error))), (given[3] or 0) + 1, no_update, no_update, no_update
        key = "assess.allowed_done" if allowed else "assess.refused_done"
        told = page.done(word(key).format(number=number, revision=revision))
        return told, (given[3] or 0) + 1, "", "", ""


def file_told(name: str, taken: Taken) -> list[Any]:
    """What became of a file: what was entered, and each row that was refused."""
    rows = [
        word("assess.row").format(row=one.place + _FIRST_ROW, why=fault_text(one.reason))
        for one in taken.refused[:MOST_REFUSED]
    ]
    left = len(taken.refused) - len(rows)
    said = word("assess.taken").format(
        file=name, entered=taken.entered, unchanged=taken.unchanged, refused=len(taken.refused)
    )
    return page.taken(said, rows, word("assess.rows_more").format(n=left) if left else "")


def _content(contents: str) -> bytes:
    """The bytes of a data address as browsers send a chosen file. Raises AssessmentError."""
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise AssessmentError("expected a CSV file, found one that cannot be read") from None


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
