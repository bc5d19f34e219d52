"""The callbacks of temporary matters and duty: which tasks the viewer wants to see, and what is done with them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any, Final

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from callbacks import shell
from callbacks.gridpage import At, Placed, below, placed, way
from callbacks.paging import PAGE_ROWS, pages
from callbacks.reads import Reads
from callbacks.tasking import Tasks
from callbacks.taskshown import board_of, line_of, options_of, picked, task_of
from callbacks.taskview import STANDINGS, Asked, asked
from data.access import may
from data.clocks import DAY, MINUTE, Instant, ZoneClock, day_of
from data.grids import Grid, Tree
from data.tasks.duty import Signed
from data.tasks.files import FileKind
from data.tasks.keeping import Order
from data.tasks.states import KINDS, NotAllowed, TaskError
from data.words import word
from layouts import ids, text
from layouts import tasks as page
from layouts.parts.header import Choice, place
from layouts.parts.menus import Menu

PATH: Final = "/tasks"
MOST_REFUSED: Final = 30
"""Refused rows of a file that are listed; the others are counted."""

ACTS: Final = ("done", "return", "extend", "withdraw")


def register(app: dash.Dash, reads: Reads, desk: Tasks) -> None:
    """Adds every callback of the page to the app."""

    @app.callback(
        Output(ids.TASKS_PLACE, "children"),
        Output(ids.TASKS_CONTROLS, "children"),
        Output(ids.TASKS_NOTICE, "children"),
        Output(ids.TASKS_FORM, "hidden"),
        Output(ids.TASKS_GRIDS, "options"),
        Output(ids.TASKS_GRIDS, "value"),
        Output(ids.TASKS_DUE_DAY, "value"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        State(ids.TASKS_GRIDS, "options"),
        on_error=shell.failed,
    )
    def arrived(search: str | None, pathname: str | None, before: Any) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if met is None:
            return [], [], page.wrong(word("empty.title")), True, [], [], ""
        city, found, grid, tree, problems = met
        options = options_of(tree, grid)
        # Whoever writes an order and looks at a task meanwhile keeps what was chosen.
        same = isinstance(before, list) and before == options
        tomorrow = ZoneClock.of(city.zone).local(reads.now()).date() + timedelta(days=1)
        return (
            place(grid.name, way(tree, grid, _at(found)), word("tasks.page"), demo=city.demo),
            page.controls(_shows(found), _menus(found, tree, grid)),
            [node for one in problems for node in page.wrong(one)],
            not may(reads.viewer(), "handle"),
            options,
            no_update if same else [options[0]["value"]],
            no_update if same else tomorrow.isoformat(),
        )

    @app.callback(
        Output(ids.TASKS_LIST, "children"),
        Output(ids.TASKS_SEEN, "data"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.TASKS_TICK, "n_intervals"),
        Input(ids.TASKS_TURN, "data"),
        State(ids.TASKS_SEEN, "data"),
        on_error=shell.failed,
    )
    def listed(
        search: str | None, pathname: str | None, _ticks: int | None, _turn: int, seen: str | None
    ) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if met is None:
            return [], None
        city, found, grid, _, _ = met
        now, clock = reads.now(), ZoneClock.of(city.zone)
        known = desk.tasks(grid.code, found.show, found.kinds, now, found.page, PAGE_ROWS)
        lines = [line_of(one, found, clock, now) for one in known.tasks]
        choices = pages(known.total, known.number, found.at_page)
        count = word("tasks.count").format(n=f"{known.total:,}")
        hint = "tasks.none_hint" if may(reads.viewer(), "handle") else "tasks.none_hint_reader"
        empty = [word(f"tasks.none_{found.show}"), word(hint)]
        return _unless_seen(page.listed(lines, count, empty, choices), (lines, count, empty, choices), seen)

    @app.callback(
        Output(ids.TASKS_DUTY, "children"),
        Output(ids.TASKS_DUTY_SEEN, "data"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.TASKS_TICK, "n_intervals"),
        Input(ids.TASKS_TURN, "data"),
        State(ids.TASKS_DUTY_SEEN, "data"),
        on_error=shell.failed,
    )
    def on_duty(
        search: str | None, pathname: str | None, _ticks: int | None, _turn: int, seen: str | None
    ) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if met is None:
            return [], None
        city, _, grid, tree, _ = met
        now, clock = reads.now(), ZoneClock.of(city.zone)
        shown, mark = board_of(
            desk.board(grid.code, now), tree, grid, clock, now, may(reads.viewer(), "handle")
        )
        return _unless_seen(shown, mark, seen)

    @app.callback(
        Output(ids.TASKS_OPEN, "children"),
        Output(ids.TASKS_OPEN, "hidden"),
        Output(ids.TASKS_BODY, "className"),
        Output(ids.TASKS_OPEN_SEEN, "data"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.TASKS_TICK, "n_intervals"),
        Input(ids.TASKS_TURN, "data"),
        State(ids.TASKS_OPEN_SEEN, "data"),
        on_error=shell.failed,
    )
    def opened(
        search: str | None, pathname: str | None, _ticks: int | None, _turn: int, seen: str | None
    ) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if met is None or met[1].task is None:
            return [], True, "panels task-panels", None
        city, found, grid, tree, _ = met
        now = reads.now()
        try:
            known, steps = desk.task(grid.code, found.task or 0, now)
        except TaskError:
            shown: list[Any] = page.wrong(word("tasks.gone"))
            mark: object = "gone"
        else:
            shown, mark = task_of(
                known, steps, found, tree, grid, ZoneClock.of(city.zone), may(reads.viewer(), "handle")
            )
        parts, seen_now = _unless_seen(shown, (found.task, mark), seen)
        return parts, False, "panels task-panels has-task", seen_now

    @app.callback(
        Output(ids.TASKS_NOTICE, "children", allow_duplicate=True),
        Output(ids.TASKS_TURN, "data", allow_duplicate=True),
        Output(ids.TASKS_PENDING, "data"),
        Output(ids.TASKS_ACT, "hidden"),
        Output(ids.TASKS_ACT_TITLE, "children"),
        Output(ids.TASKS_EVIDENCE_PART, "hidden"),
        Output(ids.TASKS_UNTIL_PART, "hidden"),
        Output(ids.TASKS_UNTIL_DAY, "value"),
        Output(ids.TASKS_NOTE, "value"),
        Output(ids.TASKS_EVIDENCE, "value"),
        Input(ids.task_do(ALL, ALL, ALL), "n_clicks"),
        State(ids.TASKS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def pressed(_clicks: Sequence[int], turn: int | None) -> tuple[Any, ...]:
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        action, number = str(ctx.triggered_id["action"]), _whole(ctx.triggered_id["number"])
        grid = str(ctx.triggered_id["grid"])
        city, tree = reads.city(), reads.tree()
        if city is None:
            raise PreventUpdate
        if action == "sign_in":
            clock = ZoneClock.of(city.zone)
            told = _told(lambda: _signed(desk.sign_in(grid), _name(tree, grid), clock))
            return told, (turn or 0) + 1, *[no_update] * 8
        if action not in ACTS:
            raise PreventUpdate
        label = word(f"tasks.act_{action}")
        title = word("tasks.act_of").format(act=label, grid=_name(tree, grid)) if grid else label
        day = ZoneClock.of(city.zone).local(reads.now()).date() + timedelta(days=1)
        return (
            *([], no_update),
            *([action, number, grid], False, title),
            *(action != "done", action != "extend", day.isoformat(), "", ""),
        )

    @app.callback(
        Output(ids.TASKS_ACT, "hidden", allow_duplicate=True),
        Input(ids.TASKS_CANCEL, "n_clicks"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def cancelled(clicks: int | None) -> Any:
        if not clicks:
            raise PreventUpdate
        return True

    @app.callback(
        Output(ids.TASKS_NOTICE, "children", allow_duplicate=True),
        Output(ids.TASKS_TURN, "data", allow_duplicate=True),
        Output(ids.TASKS_ACT, "hidden", allow_duplicate=True),
        Input(ids.TASKS_SURE, "n_clicks"),
        State(ids.TASKS_PENDING, "data"),
        State(ids.TASKS_NOTE, "value"),
        State(ids.TASKS_EVIDENCE, "value"),
        State(ids.TASKS_UNTIL_DAY, "value"),
        State(ids.TASKS_UNTIL_TIME, "value"),
        State(ids.TASKS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def sure(
        clicks: int | None,
        pending: Any,
        note: Any,
        evidence: Any,
        day: Any,
        time: Any,
        turn: int | None,
    ) -> tuple[Any, ...]:
        city = reads.city()
        if not clicks or not isinstance(pending, list) or len(pending) != 3 or city is None:
            raise PreventUpdate
        action, number, grid = str(pending[0]), _whole(pending[1]), str(pending[2])
        clock = ZoneClock.of(city.zone)

        def act() -> list[Any]:
            due_at = _moment(clock, day, time) if action == "extend" else 0
            sentence = follow(desk, action, number, grid, _text(note), _text(evidence), due_at)
            return page.done(
                sentence.format(
                    grid=_name(reads.tree(), grid), due=text.moment(clock, due_at), title=f"#{number}"
                )
            )

        told, went = _tried(act)
        return told, (turn or 0) + 1, True if went else no_update

    @app.callback(
        Output(ids.TASKS_NOTICE, "children", allow_duplicate=True),
        Output(ids.TASKS_TURN, "data", allow_duplicate=True),
        Output(ids.TASKS_TITLE, "value"),
        Output(ids.TASKS_TEXT, "value"),
        Input(ids.TASKS_ISSUE, "n_clicks"),
        State(ids.TASKS_KIND, "value"),
        State(ids.TASKS_TITLE, "value"),
        State(ids.TASKS_TEXT, "value"),
        State(ids.TASKS_GRIDS, "value"),
        State(ids.TASKS_DUE_DAY, "value"),
        State(ids.TASKS_DUE_TIME, "value"),
        State(ids.TASKS_TURN, "data"),
        State(ids.URL, "search"),
        State(ids.URL, "pathname"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def issued(
        clicks: int | None,
        kind: Any,
        title: Any,
        body: Any,
        grids: Any,
        day: Any,
        time: Any,
        turn: int | None,
        search: str | None,
        pathname: str | None,
    ) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if not clicks or met is None:
            raise PreventUpdate
        city, _, _, tree, _ = met

        def act() -> list[Any]:
            named = next((one for one in KINDS if one == kind), None)
            if named is None:
                raise TaskError(f"expected a kind of task, found {kind!r}: choose one", "kind")
            due_at = _moment(ZoneClock.of(city.zone), day, time)
            order = Order(named, _text(title), _text(body), picked(tree, grids), due_at)
            desk.issue(order)
            return page.done(word("tasks.did_issue").format(n=len(order.grids), title=order.title.strip()))

        told, went = _tried(act)
        return told, (turn or 0) + 1, *(("", "") if went else (no_update, no_update))

    def uploads(upload_id: str, kind: FileKind) -> None:
        @app.callback(
            Output(ids.TASKS_FILE_TOLD, "children", allow_duplicate=True),
            Output(ids.TASKS_TURN, "data", allow_duplicate=True),
            Output(upload_id, "contents"),
            Input(upload_id, "contents"),
            State(ids.TASKS_TURN, "data"),
            prevent_initial_call=True,
            on_error=shell.failed,
        )
        def brought(contents: Any, turn: int | None) -> tuple[Any, ...]:
            if not isinstance(contents, str) or not contents:
                raise PreventUpdate
            # Emptied afterwards, so that the same file can be chosen again.
            return _told(lambda: take(desk, kind, contents)), (turn or 0) + 1, None

    uploads(ids.TASKS_FILE_DUTY, "duty")
    uploads(ids.TASKS_FILE_DONE, "done")

    app.clientside_callback(
        ClientsideFunction("tasks", "opened"),
        Input(ids.TASKS_ACT, "hidden"),
        prevent_initial_call=True,
    )


def follow(
    desk: Tasks, action: str, number: int, grid: str, note: str, evidence: str, due_at: Instant
) -> str:
    """Does what was confirmed; gives the sentence that the page says then. Raises TaskError and NotAllowed."""
    if action == "done":
        return word("tasks.did_done" if desk.done(number, grid, note, evidence) else "tasks.did_done_again")
    if action == "return":
        desk.give_back(number, grid, note)
    elif action == "extend":
        desk.extend(number, due_at, note)
    elif action == "withdraw":
        desk.withdraw(number, note)
    else:
        raise PreventUpdate
    return word(f"tasks.did_{action}")


def take(desk: Tasks, kind: FileKind, contents: str) -> list[Any]:
    """What a file that was sent by the browser came to. Raises TaskError and NotAllowed."""
    try:
        content = base64.b64decode(contents.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise TaskError(
            "expected a file as a browser sends it, found none: choose it again", "encoding"
        ) from None
    made = desk.take(kind, content)
    rows = [
        word("tasks.file_row").format(row=one.row, why=told_of(one.why))
        for one in made.rejected[:MOST_REFUSED]
    ]
    if len(made.rejected) > MOST_REFUSED:
        rows.append(word("tasks.file_more").format(n=len(made.rejected) - MOST_REFUSED))
    told = word("tasks.file_taken").format(new=made.new, again=made.again, refused=len(made.rejected))
    return page.taken(told, rows)


def told_of(error: TaskError) -> str:
    """Why something was not done, in the language spoken."""
    return word(f"tasks.wrong_{error.reason}").format(**error.facts)


def _tried(act: Callable[[], list[Any]]) -> tuple[list[Any], bool]:
    """What the page says after an act, and whether it was done."""
    try:
        return act(), True
    except NotAllowed:
        return page.wrong(word("tasks.refused")), False
    except TaskError as error:
        return page.wrong(told_of(error)), False


def _told(act: Callable[[], list[Any]]) -> list[Any]:
    return _tried(act)[0]


def _signed(made: Signed, name: str, clock: ZoneClock) -> list[Any]:
    one = made.sign_in
    key = "tasks.did_sign_in" if one.in_time else "tasks.did_sign_in_late"
    sentence = word("tasks.did_sign_in_again" if made.again else key)
    return page.done(sentence.format(grid=name, who=one.who, at=f"{clock.local(one.at):%H:%M}"))


def _unless_seen(shown: list[Any], what: object, seen: str | None) -> tuple[Any, Any]:
    """Components with a mark of what they say; whoever reads or has the focus in them is not disturbed by the same."""
    mark = blake2b(repr(what).encode(), digest_size=12).hexdigest()
    return (no_update, no_update) if mark == seen else (shown, mark)


def _met(reads: Reads, search: str | None, pathname: str | None) -> Placed[Asked] | None:
    return placed(reads, PATH, pathname, asked, search)


def _at(found: Asked) -> At:
    return lambda scope: found.search(view=found.view.within(scope), task=None)


def _shows(found: Asked) -> list[Choice]:
    return [
        Choice(word(f"tasks.show_{one}"), found.search(show=one, task=None), one == found.show)
        for one in STANDINGS
    ]


def _menus(found: Asked, tree: Tree, grid: Grid) -> list[Menu]:
    kinds = [Choice(word("tasks.kind_every"), found.search(kind="", task=None), not found.kind)]
    kinds += [
        Choice(word(f"tasks.kind_{one}"), found.search(kind=one, task=None), one == found.kind)
        for one in KINDS
    ]
    named = word(f"tasks.kind_{found.kind or 'every'}")
    menus = [Menu(word("tasks.kind"), named, kinds, narrowed=bool(found.kind))]
    return [*menus, *below(word("tasks.children"), tree.children(grid.code), _at(found))]


def _name(tree: Tree, code: str) -> str:
    return tree.get(code).name if code in tree else code[:40]


def _moment(clock: ZoneClock, day: Any, time: Any) -> Instant:
    """The instant of a day and a time as the browser's fields hold them. Raises TaskError."""
    try:
        first = date.fromisoformat(str(day))
        hour, minute = str(time)[:5].split(":")
        if not (2000 <= first.year < 2060 and 0 <= int(hour) < 24 and 0 <= int(minute) < 60):
            raise ValueError
    except ValueError:
        raise TaskError("expected a due day and time, found none: give both", "day") from None
    return clock.at_wall(day_of(first) * DAY + (int(hour) * 60 + int(minute)) * MINUTE)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18 else 0
