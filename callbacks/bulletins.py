"""The callbacks of the archive of bulletins: which editions its viewer wants to see, and one of them in view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any, Final

import dash
from dash import ALL, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from callbacks import shell, state
from callbacks.archive import Archive
from callbacks.bulletinview import Asked, asked, month_of
from callbacks.gridpage import At, Placed, below, placed, way
from callbacks.reads import City, Reads
from data.access import Viewer, may
from data.bulletinplan import KINDS, BulletinKind, following, month_before, period_text, told
from data.bulletinstates import SEEN_BY_ALL, Refused, Standing, Wanted, visible
from data.clocks import Instant, ZoneClock
from data.deliveries import Delivery
from data.editions import Edition, Owed
from data.grids import Grid, Tree, UnknownGrid
from data.periods import days
from data.words import word
from layouts import bulletins as page
from layouts import edition as edition_layout
from layouts import ids, text
from layouts.bulletins import StateLine
from layouts.edition import DeliveryLine, EditionLine, OpenEdition, RevisionLine
from layouts.parts.header import Choice, place
from layouts.parts.menus import Menu

PATH: Final = "/bulletins"
PAGE_ROWS: Final = 30
MOST_MISSING: Final = 6
MONTHS_OFFERED: Final = 13
FORMS: Final = ("pdf", "docx")


def register(app: dash.Dash, reads: Reads, archive: Archive) -> None:
    """Adds every callback of the page to the app."""

    @app.callback(
        Output(ids.BULLETINS_PLACE, "children"),
        Output(ids.BULLETINS_CONTROLS, "children"),
        Output(ids.BULLETINS_DEMAND, "children"),
        Output(ids.BULLETINS_DEMAND, "hidden"),
        Output(ids.BULLETINS_NOTICE, "children"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        on_error=shell.failed,
    )
    def arrived(search: str | None, pathname: str | None) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if met is None:
            return [], [], [], True, page.wrong(word("empty.title"))
        city, found, grid, tree, problems = met
        now, clock = reads.now(), ZoneClock.of(city.zone)
        today = clock.local(now).date()
        return (
            place(grid.name, way(tree, grid, _at(found)), word("archive.page"), demo=city.demo),
            page.controls(_menus(found, archive, tree, grid, today), _areas(found, tree, grid)),
            page.demand(
                grid.name, grid.code, today - timedelta(days=1), period_text("month", month_before(today))
            ),
            not may(reads.viewer(), "export"),
            [node for one in problems for node in page.wrong(one)],
        )

    @app.callback(
        Output(ids.BULLETINS_STATE, "children"),
        Output(ids.BULLETINS_LIST, "children"),
        Output(ids.BULLETINS_SEEN, "data"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.BULLETINS_TICK, "n_intervals"),
        Input(ids.BULLETINS_TURN, "data"),
        State(ids.BULLETINS_SEEN, "data"),
        on_error=shell.failed,
    )
    def listed(
        search: str | None, pathname: str | None, _ticks: int | None, _turn: int, seen: str | None
    ) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if met is None:
            return [], [], None
        city, found, grid, tree, _ = met
        made = Shown.of(reads, archive, city, found, grid, tree)
        if made.mark == seen:
            # Whoever reads or has the focus in the list is not disturbed.
            return no_update, no_update, no_update
        return made.states, made.rows, made.mark

    @app.callback(
        Output(ids.BULLETINS_OPEN, "children"),
        Output(ids.BULLETINS_OPEN, "hidden"),
        Output(ids.BULLETINS_BODY, "className"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        Input(ids.BULLETINS_TURN, "data"),
        on_error=shell.failed,
    )
    def opened(search: str | None, pathname: str | None, _turn: int) -> tuple[Any, ...]:
        met = _met(reads, search, pathname)
        if met is None or met[1].edition is None:
            return [], True, "panels bulletin-panels"
        city, found, _, tree, _ = met
        one = archive.edition(found.edition or 0)
        if one is None:
            return page.wrong(word("archive.gone")), False, "panels bulletin-panels has-edition"
        made = _opened(reads, archive, city, tree, found, one)
        return edition_layout.opened(made), False, "panels bulletin-panels has-edition"

    @app.callback(
        Output(ids.BULLETINS_PENDING, "data"),
        Output(ids.BULLETINS_SURE, "displayed"),
        Output(ids.BULLETINS_SURE, "message"),
        Input(ids.bulletin_do(ALL, ALL), "n_clicks"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def pressed(_clicks: Sequence[int], search: str | None) -> tuple[Any, ...]:
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        action, number = str(ctx.triggered_id["action"]), _whole(ctx.triggered_id["number"])
        return [action, number], True, _question(archive, action, number, asked(search)[0].edition)

    @app.callback(
        Output(ids.BULLETINS_NOTICE, "children", allow_duplicate=True),
        Output(ids.BULLETINS_TURN, "data"),
        Input(ids.BULLETINS_SURE, "submit_n_clicks"),
        State(ids.BULLETINS_PENDING, "data"),
        State(ids.BULLETINS_TURN, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def sure(clicks: int | None, pending: Any, turn: int | None) -> tuple[Any, ...]:
        if not clicks or not isinstance(pending, list) or len(pending) != 2:
            raise PreventUpdate
        return follow(archive, str(pending[0]), _whole(pending[1])), (turn or 0) + 1

    @app.callback(
        Output(ids.LATEST_BULLETIN, "children"),
        Input(ids.VIEW, "data"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def latest(data: Mapping[str, Any] | None) -> Any:
        city = reads.city()
        if data is None or city is None:
            raise PreventUpdate
        view, tree = state.restored(data, reads.now())[0], reads.tree()
        scope = view.scope if view.scope in tree else tree.root.code
        newest = archive.editions(Wanted(scope), SEEN_BY_ALL, 1, 0)
        if not newest:
            return []
        when = text.short_moment(ZoneClock.of(city.zone), newest[0].issued_at, reads.now())
        return page.latest(name_of(newest[0]), when, PATH + Asked(view, edition=newest[0].id).search())


def follow(archive: Archive, action: str, number: int) -> list[Any]:
    """Does what was asked for twice; gives what the page says then."""
    try:
        if action == "approve":
            return page.done(word("archive.approved_done").format(title=name_of(archive.approve(number))))
        if action == "try":
            return page.done(word("archive.tried").format(title=name_of(archive.try_now(number))))
        if action == "retry":
            return page.done(word("archive.retried").format(name=archive.retry(number).name))
    except Refused as error:
        return page.wrong(word(str(error)))
    raise PreventUpdate


def name_of(one: Edition) -> str:
    """What an edition is called: its title, or its kind and period while it has none."""
    return one.title or f"{word(f'archive.kind_{one.kind}')} {one.period}"


@dataclass(frozen=True)
class Shown:
    """The state and the list as components, and a mark that changes when they do."""

    states: list[Any]
    rows: list[Any]
    mark: str

    @classmethod
    def of(cls, reads: Reads, archive: Archive, city: City, found: Asked, grid: Grid, tree: Tree) -> Shown:
        """What the page shows now."""
        now, clock, viewer = reads.now(), ZoneClock.of(city.zone), reads.viewer()
        lines = [_standing(one, found, clock, viewer, now) for one in archive.today(grid.code, now)]
        missing = [
            one
            for one in archive.missing(now, grid.code, found.below)
            if clock.local(one.due_at).date() != clock.local(now).date() or one.scope != grid.code
        ]
        gaps = [_owed(one, tree, clock) for one in missing[:MOST_MISSING]]
        notes = _notes(archive, tree, grid)
        wanted, states = _wanted(found, grid, clock), visible(viewer)
        total = archive.count(wanted, states)
        rows = _rows(archive, found, tree, clock, wanted, viewer)
        older = found.search(page=found.page + 1) if (found.page + 1) * PAGE_ROWS < total else None
        newest = found.search(page=0) if found.page else None
        empty = _empty(archive, found, clock, now)
        told_ = repr((lines, gaps, len(missing), notes, rows, total, empty, found, grid.code))
        return cls(
            page.states(lines, gaps, max(0, len(missing) - MOST_MISSING), notes),
            page.listed(rows, total, empty, older=older, newest=newest),
            blake2b(told_.encode(), digest_size=12).hexdigest(),
        )


def _met(reads: Reads, search: str | None, pathname: str | None) -> Placed[Asked] | None:
    return placed(reads, PATH, pathname, asked, search)


def _at(found: Asked) -> At:
    return lambda scope: found.search(view=found.view.within(scope), edition=None, page=0)


def _areas(found: Asked, tree: Tree, grid: Grid) -> list[Choice]:
    if not tree.children(grid.code):
        return []
    return [
        Choice(word("archive.own"), found.search(below=False, page=0), not found.below),
        Choice(word("archive.below"), found.search(below=True, page=0), found.below),
    ]


def _menus(found: Asked, archive: Archive, tree: Tree, grid: Grid, today: date) -> list[Menu]:
    plain = replace(found, page=0, edition=None)
    kinds = [Choice(word("archive.kind_every"), plain.search(kind=""), not found.kind)]
    kinds += [
        Choice(word(f"archive.kind_{kind}"), plain.search(kind=kind), kind == found.kind) for kind in KINDS
    ]
    months = [Choice(word("archive.month_every"), plain.search(month=""), not found.month)]
    offered, first = [], today.replace(day=1)
    for _ in range(MONTHS_OFFERED):
        offered.append(period_text("month", first))
        first = month_before(first)
    if found.month and found.month not in offered:
        offered.append(found.month)
    months += [Choice(one, plain.search(month=one), one == found.month) for one in offered]
    named = word(f"archive.kind_{found.kind or 'every'}")
    menus = [
        Menu(word("archive.kind"), named, kinds, narrowed=bool(found.kind)),
        Menu(
            word("archive.month"),
            found.month or word("archive.month_every"),
            months,
            narrowed=bool(found.month),
        ),
    ]
    depths = archive.plan().depths
    centres = [one for one in tree.children(grid.code) if one.depth in depths]
    return [*menus, *below(word("archive.children"), centres, _at(found))]


def _wanted(found: Asked, grid: Grid, clock: ZoneClock) -> Wanted:
    first = month_of(found.month)
    if first is None:
        return Wanted(grid.code, found.below, found.kind)
    period = days(clock, first, following("month", first))
    return Wanted(grid.code, found.below, found.kind, period.start, period.end)


def _rows(
    archive: Archive, found: Asked, tree: Tree, clock: ZoneClock, wanted: Wanted, viewer: Viewer
) -> list[EditionLine]:
    # One row before the page tells whether its first was revised since.
    before = 1 if found.page else 0
    offset = found.page * PAGE_ROWS - before
    editions = archive.editions(wanted, visible(viewer), PAGE_ROWS + before, offset)
    made = []
    newer: set[tuple[str, str, str]] = set()
    for number, one in enumerate(editions):
        key = (one.kind, one.scope, one.period)
        if number >= before:
            made.append(line(one, found, tree, clock, viewer, stale=key in newer))
        if one.state == "issued":
            newer.add(key)
    return made


def line(
    one: Edition, found: Asked, tree: Tree, clock: ZoneClock, viewer: Viewer, *, stale: bool = False
) -> EditionLine:
    """An edition as text."""
    is_made = bool(one.path)
    fault = one.fault if one.state in ("failed", "approved") and mends(viewer) else ""
    return EditionLine(
        number=one.id,
        title=name_of(one),
        area=_name(tree, one.scope),
        kind=word(f"archive.kind_{one.kind}"),
        period=period_of(one.kind, one.period, clock),
        as_of=text.moment(clock, one.as_of),
        document_number=one.number,
        pages=str(one.pages) if one.pages else "",
        state=one.state,
        told=_told(one, clock),
        checksum=one.sha256,
        revision=word("archive.revision").format(n=one.revision) if one.revision > 1 else "",
        stale=stale,
        href=found.search(edition=one.id),
        files=[(form, f"/bulletin/{one.id}.{form}") for form in FORMS] if is_made else [],
        current=found.edition == one.id,
        fault=fault,
    )


def mends(viewer: Viewer) -> bool:
    """Whether a viewer sees why something failed, where it went, and may try it again."""
    return may(viewer, "approve") or may(viewer, "administer")


def period_of(kind: BulletinKind, period: str, clock: ZoneClock) -> str:
    """What an edition tells of: a day or a month."""
    return period if kind == "month" else text.span(clock, told(kind, period, clock))


def _told(one: Edition, clock: ZoneClock) -> str:
    if one.state == "issued" and one.issued_at is not None:
        return word("archive.issued_at").format(at=text.moment(clock, one.issued_at))
    return word(f"archive.state_{one.state}")


def _name(tree: Tree, code: str) -> str:
    try:
        return tree.get(code).name
    except UnknownGrid:
        return code


def _standing(one: Standing, found: Asked, clock: ZoneClock, viewer: Viewer, now: Instant) -> StateLine:
    key, fault, href, number = "waiting" if now < one.due_at else "due", "", "", None
    edition = one.edition
    told_ = word(f"archive.state_{key}")
    if edition is not None:
        key, told_ = edition.state, _told(edition, clock)
        if edition.state in visible(viewer):
            href = found.search(edition=edition.id)
        if edition.fault and edition.state in ("failed", "approved") and mends(viewer):
            fault, number = edition.fault, edition.id
    return StateLine(
        word(f"archive.kind_{one.kind}"),
        word("archive.due_at").format(at=f"{clock.local(one.due_at):%H:%M}"),
        key,
        told_,
        fault,
        href,
        number,
    )


def _owed(one: Owed, tree: Tree, clock: ZoneClock) -> StateLine:
    name = f"{_name(tree, one.scope)} · {word(f'archive.kind_{one.kind}')} {one.period}"
    due = word("archive.due_at").format(at=text.moment(clock, one.due_at))
    return StateLine(name, due, "due", word("archive.state_due"))


def _notes(archive: Archive, tree: Tree, grid: Grid) -> list[str]:
    if grid.kind is not None or grid.depth not in archive.plan().depths:
        return [word("archive.no_centre")]
    return [] if archive.begun() else [word("archive.not_begun")]


def _empty(archive: Archive, found: Asked, clock: ZoneClock, now: Instant) -> list[str]:
    if found.kind or found.month or found.page:
        return [word("archive.none_filtered")]
    coming = [
        word("archive.next").format(kind=word(f"archive.kind_{kind}"), at=text.moment(clock, at))
        for kind, at in sorted(archive.coming(now).items(), key=lambda pair: pair[1])
    ]
    return [word("archive.none"), *coming]


def _opened(
    reads: Reads, archive: Archive, city: City, tree: Tree, found: Asked, one: Edition
) -> OpenEdition:
    clock, viewer = ZoneClock.of(city.zone), reads.viewer()
    every = archive.revisions(one)
    stale = any(other.revision > one.revision and other.state == "issued" for other in every)
    shown = line(one, found, tree, clock, viewer, stale=stale)
    deliveries = archive.deliveries(one.id) if mends(viewer) else None
    return OpenEdition(
        line=shown,
        facts=_facts(one, shown, clock),
        checksum=one.sha256,
        close=found.search(edition=None),
        address=f"/bulletin/{one.id}" if one.path else "",
        revisions=[_revision(other, one, found, clock) for other in every],
        approves=one.state == "draft" and may(viewer, "approve"),
        tries=bool(shown.fault),
        deliveries=None if deliveries is None else [delivery_line(each, clock) for each in deliveries],
    )


def _facts(one: Edition, shown: EditionLine, clock: ZoneClock) -> list[tuple[str, str]]:
    facts = [
        (word("archive.area"), f"{shown.area} ({one.scope})"),
        (word("archive.column_period"), shown.period),
        (word("archive.column_as_of"), f"{shown.as_of} {clock.zone}"),
        (word("archive.column_number"), one.number),
    ]
    if one.path:
        size = word("archive.size").format(n=f"{max(1, round(one.size / 1e3)):,}")
        facts.append((word("archive.column_pages"), f"{one.pages} · {size}"))
    if one.made_at is not None:
        facts.append((word("archive.made_at"), text.moment(clock, one.made_at)))
    if one.approved_at is not None:
        at = text.moment(clock, one.approved_at)
        facts.append(
            (word("archive.approved"), word("archive.approved_by").format(who=one.approved_by, at=at))
        )
    if one.issued_at is not None:
        facts.append((word("archive.issued"), text.moment(clock, one.issued_at)))
    if one.reason:
        facts.append((word("archive.why_revised"), one.reason))
    return facts


def _revision(other: Edition, one: Edition, found: Asked, clock: ZoneClock) -> RevisionLine:
    first = other.revision == 1
    return RevisionLine(
        word("archive.first") if first else word("archive.revision").format(n=other.revision),
        text.moment(clock, other.made_at) if other.state != "issued" and other.made_at else "",
        _told(other, clock),
        word("archive.reason").format(reason=other.reason) if other.reason else "",
        other.changes,
        "" if other.id == one.id else found.search(edition=other.id),
    )


def delivery_line(one: Delivery, clock: ZoneClock) -> DeliveryLine:
    """A delivery as text, without its address."""
    at = one.sent_at if one.sent_at is not None else one.again_at if one.state == "owed" else None
    again = one.state in ("failed", "unknown") or (one.state == "owed" and one.attempts > 0)
    return DeliveryLine(
        one.name,
        word(f"archive.way_{one.way}"),
        one.state,
        word(f"archive.delivery_{one.state}"),
        str(one.attempts),
        "" if at is None else text.moment(clock, at),
        one.fault,
        one.id if again else None,
    )


def _question(archive: Archive, action: str, number: int, edition: int | None) -> str:
    if action == "retry":
        each = next((one for one in archive.deliveries(edition or 0) if one.id == number), None)
        key = "archive.sure_retry_unknown" if each and each.state == "unknown" else "archive.sure_retry"
        return word(key).format(name=each.name if each else "")
    one = archive.edition(number)
    if action not in ("approve", "try") or one is None:
        raise PreventUpdate
    return word(f"archive.sure_{action}").format(title=name_of(one))


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18 else 0
