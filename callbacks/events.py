"""The callbacks of the page of all events: the list by what the address asks, its length, and the saved views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import dash
import pandas as pd
from dash import ALL, Input, Output, Patch, State, ctx, no_update
from dash.exceptions import PreventUpdate

from callbacks import heads, navigation, scenery, state
from callbacks.desk import Desk
from callbacks.reads import City, Reads
from callbacks.state import Scene, ViewState, to_search
from data.clocks import MINUTE, Instant
from data.grids import Tree
from data.queries.filters import BYS, OVERDUES, RATINGS, STAGES, STATES, Filter, Found, Total
from data.queries.hits import SearchNotReady
from data.savedviews import LONGEST_NAME, MOST, TooMany
from data.tokens import terms_of
from data.words import word
from layouts import events as page
from layouts import ids, text
from layouts.events import Column, Line
from layouts.parts.export import export_links
from layouts.parts.header import Choice, notices
from layouts.parts.menus import Menu, menu
from layouts.parts.pages import dates_form

PATH: Final = "/events"
PAGE_ROWS: Final = 50
MOST_ROWS: Final = 2_000
"""More rows than this stand on no page: nobody reads them, and a browser grows slow."""

REFRESHED: Final = 200
"""A list of more rows than this stays as it is while events come in."""

_COLUMNS: Final = (
    ("event.title", "", False),
    ("event.grid", "", False),
    ("explore.holder", "", False),
    ("event.reported", "reported", False),
    ("event.due", "due", False),
    ("event.overdue", "overdue", True),
    ("explore.closed", "closed", False),
    ("explore.rating", "rating", False),
    ("event.status", "status", False),
)
"""The columns of the list: a word, what it sorts by, and whether it holds numbers."""

_RISING_FIRST: Final = ("due", "status", "rating")
"""Orders that begin with the least when they are first chosen: the nearest deadline, the worst rating."""


def register(app: dash.Dash, reads: Reads, desk: Desk) -> None:
    """Adds every callback of the page to the app."""
    failed = heads.register(app, reads, ids.EVENTS_HEAD, controls)
    _register_list(app, reads, failed)
    _register_views(app, desk, failed)


def _register_list(app: dash.Dash, reads: Reads, failed: Any) -> None:
    @app.callback(
        Output(ids.FOUND_ROWS, "children"),
        Output(ids.FOUND_PAGE, "data"),
        Output(ids.FOUND_MORE, "hidden"),
        Output(ids.FOUND_SAID, "children"),
        Output(ids.FOUND_COLUMNS, "children"),
        Output(ids.FOUND_BASIS, "children"),
        Output(ids.FOUND_FORM, "children"),
        Output(ids.FOUND_EXPORT, "children"),
        Input(ids.EVENTS_HEAD.view, "data"),
        State(ids.FOUND_PAGE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def listed(data: Mapping[str, Any] | None, shown: Mapping[str, Any] | None) -> tuple[Any, ...]:
        _, _, found = heads.met(reads, data)
        search = to_search(found.view)
        same = shown is not None and shown.get("of") == search
        if same and shown is not None and int(shown["rows"]) > REFRESHED:
            return (no_update,) * 8
        limit = max(PAGE_ROWS, int(shown["rows"])) if same and shown is not None else PAGE_ROWS
        answer, said = asked(reads, found, limit, None)
        made = _lines(answer.rows, found)
        kept = {"of": search, "rows": len(made), "next": answer.next}
        form: Any = no_update
        if not same:
            form = page.find_form(found.view.wanted.text, to_search(found.view.wanting(text="")))
        return (
            page.lines(made, _names()) or page.no_lines(said[0] if said else word("explore.none")),
            kept,
            answer.next is None,
            _said(found, answer, len(made)),
            page.columns(columns(found.view)),
            [basis(found), *notices(said if made else said[1:])],
            form,
            export_links("events", search),
        )

    @app.callback(
        Output(ids.FOUND_ROWS, "children", allow_duplicate=True),
        Output(ids.FOUND_PAGE, "data", allow_duplicate=True),
        Output(ids.FOUND_MORE, "hidden", allow_duplicate=True),
        Output(ids.FOUND_SAID, "children", allow_duplicate=True),
        Input(ids.FOUND_MORE, "n_clicks"),
        State(ids.EVENTS_HEAD.view, "data"),
        State(ids.FOUND_PAGE, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def more(clicks: int, data: Mapping[str, Any] | None, shown: Mapping[str, Any] | None) -> tuple[Any, ...]:
        _, _, found = heads.met(reads, data)
        if not clicks or shown is None or shown.get("next") is None:
            raise PreventUpdate
        before = int(shown["rows"])
        answer, _ = asked(reads, found, PAGE_ROWS, str(shown["next"]))
        made = _lines(answer.rows, found)
        rows = before + len(made)
        added: Any = Patch()
        added.extend(page.lines(made, _names()))
        full = rows >= MOST_ROWS
        said = word("explore.many").format(n=f"{rows:,}") if full else _said(found, answer, rows)
        kept = {"of": shown["of"], "rows": rows, "next": None if full else answer.next}
        if not before:
            # The row that said "none yet" makes room.
            added = page.lines(made, _names()) or page.no_lines(word("explore.none"))
        return added, kept, kept["next"] is None, said

    @app.callback(
        Output(ids.FOUND_TOTAL, "children"),
        Input(ids.EVENTS_HEAD.view, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def counted(data: Mapping[str, Any] | None) -> str:
        _, _, found = heads.met(reads, data)
        return total_said(total(reads, found))


def _register_views(app: dash.Dash, desk: Desk, failed: Any) -> None:
    @app.callback(
        Output(ids.SAVED_VIEWS, "children"),
        Output(ids.SAVED_SAID, "children"),
        Output(ids.SAVED_NAME, "value"),
        Input(ids.EVENTS_HEAD.view, "data"),
        Input(ids.SAVED_SAVE, "n_clicks"),
        Input(ids.saved_forget(ALL), "n_clicks"),
        State(ids.SAVED_NAME, "value"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def kept(
        data: Mapping[str, Any] | None,
        saves: int | None,
        forgets: list[int | None],
        name: str | None,
        search: str | None,
    ) -> tuple[Any, ...]:
        said: Any = no_update
        typed: Any = no_update
        here = to_search(state.parse(search).view.opened(None))
        trigger = ctx.triggered_id
        if trigger == ids.SAVED_SAVE and saves:
            said, typed = _saved(desk, name or "", here)
        elif isinstance(trigger, Mapping) and any(forgets):
            desk.forget_view(int(trigger["number"]))
            said = ""
        shown = [(each.id, each.name, each.path + each.search, each.search == here) for each in desk.views()]
        return page.saved_views(shown), said, typed


def _saved(desk: Desk, name: str, search: str) -> tuple[str, Any]:
    try:
        desk.save_view(name, PATH, search)
    except TooMany:
        return word("explore.save_many").format(n=MOST), no_update
    except ValueError:
        return word("explore.save_bad"), no_update
    return word("explore.save_done").format(name=" ".join(name.split())[:LONGEST_NAME]), ""


def asked(reads: Reads, found: Scene, limit: int, after: str | None) -> tuple[Found, list[str]]:
    """Some events of the view, and what has to be said of them."""
    wanted, said = followed(found)
    try:
        return reads.found(found.question, wanted, limit, after), said
    except SearchNotReady:
        empty = reads.found(found.question, Filter(by="any", text="\u0000"), limit, None)
        return empty, [word("explore.not_ready")]


def followed(found: Scene) -> tuple[Filter, list[str]]:
    """What can be followed of the filters in the view, and what has to be said of the rest."""
    wanted, said = found.view.wanted, []
    if not found.live and (wanted.state in STAGES or wanted.sort == "status"):
        wanted = found.view.wanting(
            state="" if wanted.state in STAGES else wanted.state,
            sort="reported" if wanted.sort == "status" else wanted.sort,
        ).wanted
        said.append(word("explore.not_then"))
    if wanted.text.strip():
        terms = terms_of(wanted.text)
        if terms.personal:
            said.append(word("explore.personal"))
        elif terms.short and not terms.terms:
            said.append(word("explore.short"))
    return wanted, said


def total(reads: Reads, found: Scene) -> Total:
    """How many events there are: from the counters where they hold it, else counted."""
    wanted, _ = followed(found)
    if not (wanted.text.strip() or wanted.rating):
        plain = (wanted.by, wanted.state, wanted.overdue)
        key = _COUNTERS.get(plain)
        if key is not None and wanted.sort != "overdue":
            return Total(reads.totals(found.question, (key,))[key].numerator, True)
    try:
        return reads.found_total(found.question, wanted)
    except SearchNotReady:
        return Total(0, True)


_COUNTERS: Final[Mapping[tuple[str, str, str], str]] = {
    ("reported", "", ""): "received",
    ("closed", "closed", ""): "closed",
    ("any", "", "open"): "overdue_open",
    ("any", "open", "open"): "overdue_open",
}
"""Lists whose length an indicator is: by which instant, in which state, how overdue."""


def total_said(found: Total) -> str:
    """The number of events in words, no more exact than it is."""
    if found.exact:
        return word("explore.found").format(n=f"{found.n:,}")
    key = "explore.found_more" if found.n and found.n % 10_000 == 0 else "explore.found_least"
    return word(key).format(n=f"{found.n:,}")


def controls(city: City, tree: Tree, found: Scene) -> list[Any]:
    """The menus of the head: the period, channel and category, and what this page filters by."""
    view, wanted = found.view, found.view.wanted
    menus = scenery.menus(found, city, indicator=False)
    for name, label, keys, chosen in (
        ("by", "explore.by", BYS, wanted.by),
        ("state", "explore.state", STATES, wanted.state),
        ("overdue", "explore.overdue", OVERDUES, wanted.overdue),
        ("rating", "explore.rating", RATINGS, wanted.rating),
    ):
        choices = [
            Choice(_choice(name, key), to_search(view.wanting(**{name: key})), key == chosen) for key in keys
        ]
        menus.append(Menu(word(label), _choice(name, chosen), choices, narrowed=chosen != keys[0]))
    from_to = page_dates(found)
    return [dash.html.Div([menu(one) for one in menus], className="menus"), from_to]


def page_dates(found: Scene) -> Any:
    """The form of a period's own dates."""
    last = found.clock.local(max(found.period.start, found.period.end - 1)).date()
    return dates_form(
        found.clock.local(found.period.start).date(), last, ("from", "to"), word("page.periods")
    )


def _choice(name: str, key: str) -> str:
    if name == "rating" and key.isdigit():
        return word(f"rating.{key}")
    return word(f"explore.{name}_{key}")


def columns(view: ViewState) -> list[Column]:
    """The columns of the list with the addresses that sort by them."""
    wanted = view.wanted
    made = []
    for key, order, number in _COLUMNS:
        name = word(key)
        if not order:
            made.append(Column(key, name))
            continue
        now = wanted.sort == order
        descending = not wanted.descending if now else order not in _RISING_FIRST
        direction = ("descending" if wanted.descending else "ascending") if now else ""
        href = to_search(view.wanting(sort=order, descending=descending))
        made.append(Column(key, name, href, direction, number))
    return made


def _names() -> list[str]:
    return [word(key) for key, _, _ in _COLUMNS]


def basis(found: Scene) -> str:
    """Which period, as of when, and in which order."""
    wanted = followed(found)[0]
    name = next(word(key) for key, order, _ in _COLUMNS if order == wanted.sort)
    order = word("explore.ordered_down" if wanted.descending else "explore.ordered_up").format(name=name)
    as_of = text.moment(found.clock, found.as_of)
    if wanted.by == "any":
        return word("explore.basis_any").format(as_of=as_of, order=order)
    return word("explore.basis").format(
        by=word(f"explore.by_{wanted.by}"),
        period=text.span(found.clock, found.period),
        as_of=as_of,
        order=order,
    )


def _said(found: Scene, answer: Found, rows: int) -> str:
    shown = word("explore.shown").format(n=f"{rows:,}")
    if answer.next is None:
        return f"{shown} · {word('explore.end')}" if rows else ""
    if answer.reached is not None and 0 < answer.reached < 2**61:
        return f"{shown} · {word('explore.reached').format(at=text.moment(found.clock, answer.reached))}"
    return shown


def _lines(frame: pd.DataFrame, found: Scene) -> list[Line]:
    return lines(frame, found, lambda number: navigation.event_page(found.view, number))


def lines(frame: pd.DataFrame, found: Scene, href: Any) -> list[Line]:
    """The rows of a list of FOUND_COLUMNS as text."""
    clock, as_of = found.clock, found.as_of

    def short(at: Any) -> str:
        return text.short_moment(clock, _instant(at), as_of)

    made = []
    for row in frame.to_dict("records"):
        minutes = row["overdue_minutes"]
        late = not pd.isna(minutes) and float(minutes) > 0
        rating = row["rating"]
        made.append(
            Line(
                href=href(int(row["id"])),
                title=row["title"] or row["category_name"],
                key=row["key"],
                category=row["category_name"] if row["title"] != row["category_name"] else "",
                channel=row["channel_name"],
                grid=row["grid_name"],
                unit=row["unit"],
                reported=short(row["reported_at"]),
                due=short(row["handle_due_at"]),
                overdue=text.length(int(float(minutes) * MINUTE)) if late else "",
                closed=short(row["closed_at"]) if not pd.isna(row["closed_at"]) else "",
                rating="" if pd.isna(rating) else word(f"rating.{int(rating)}"),
                status=word(f"status.{row['status']}"),
                status_key=row["status"],
                late=late,
            )
        )
    return made


def _instant(value: Any) -> Instant | None:
    return None if value is None or pd.isna(value) else int(value)
