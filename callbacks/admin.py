"""The administration's callbacks. What is shown and what is changed comes from functions that ask who it is first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import dash
from dash import ALL, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from callbacks import bulletins
from callbacks.failing import failing, told_in
from callbacks.reads import Reads
from data.access import PERSONAL_ROLES, Role, may
from data.accounts.account import Account, AccountError
from data.accounts.walls import WallToken
from data.bulletinstates import Health, Refused
from data.clocks import Instant, ZoneClock
from data.deliveries import Delivery
from data.editions import Edition
from data.grids import Tree, UnknownGrid
from data.indicators import INDICATORS, shown
from data.words import word
from layouts import admin, ids, rows, text
from layouts.admin import FailedLine, PersonLine, SourceLine, WallLine

_OFFERED_DEPTHS: Final = 2
"""The scope fields offer the grids so far below the administrator's own; others are typed."""

_SURE: Final = ("reset", "reset_second", "disable", "revoke", "try", "send")
"""What ends somebody's sessions, or leaves the house, is asked for twice."""


class JobState(Protocol):
    """Something that works beside the pages."""

    @property
    def key(self) -> str:
        """Its name among the words."""
        ...

    @property
    def state(self) -> str:
        """runs, rests, waits or off."""
        ...


class Desk(Protocol):
    """What an administrator may do; everything raises AccountError for whoever is none."""

    def people(self) -> Sequence[Account]:
        """The accounts."""
        ...

    def walls(self) -> Sequence[WallToken]:
        """The tokens of walls."""
        ...

    def add(self, name: str, role: Role, scope: str, display_name: str, subject: str) -> str | None:
        """Adds an account; gives its one-time password, if it has one."""
        ...

    def change(self, name: str, role: Role, scope: str, display_name: str) -> None:
        """Changes an account."""
        ...

    def reset(self, name: str, second_factor: bool) -> str:
        """Gives an account a one-time password."""
        ...

    def disable(self, name: str) -> None:
        """Lets an account in no more."""
        ...

    def enable(self, name: str) -> None:
        """Lets it in again."""
        ...

    def add_wall(self, name: str, scope: str) -> str:
        """Adds a wall; gives its link."""
        ...

    def revoke_wall(self, name: str) -> None:
        """Lets a wall in no more."""
        ...

    def settings(self) -> Mapping[str, str]:
        """The settings in force, masked."""
        ...

    def city(self) -> Mapping[str, Any]:
        """The city's own settings."""
        ...

    def jobs(self) -> Sequence[JobState]:
        """What works beside the pages."""
        ...

    def bulletins(self) -> Health:
        """How the bulletins fare."""
        ...

    def try_bulletin(self, number: int) -> Edition:
        """Tries at once to make an edition that failed; raises Refused."""
        ...

    def send_again(self, number: int) -> Delivery:
        """Sends again what failed or is in doubt; raises Refused."""
        ...


def register(app: dash.Dash, reads: Reads, desk: Desk) -> None:
    """Adds every callback of the administration to the app."""

    def refusal(error: Exception) -> str | None:
        if isinstance(error, AccountError):
            return fault(error)
        return word(str(error)) if isinstance(error, Refused) else None

    failed = failing(told_in(ids.ADMIN_NOTICE, admin.wrong), "admin.failed", refusal)

    @app.callback(
        Output(ids.ADMIN_PEOPLE, "children"),
        Output(ids.ADMIN_COUNT, "children"),
        Output(ids.ADMIN_WALLS, "children"),
        Output(ids.ADMIN_BODY, "hidden"),
        Input(ids.ADMIN_TURN, "data"),
        on_error=failed,
    )
    def listed(_turn: int) -> tuple[Any, ...]:
        viewer = reads.viewer()
        if not may(viewer, "administer"):
            dash.set_props(ids.ADMIN_NOTICE, {"children": admin.refused()})
            return [], "", [], True
        tree, clock, known = reads.tree(), _clock(reads), desk.people()
        active = sum(each.disabled_at is None for each in known)
        return (
            admin.people([_person(each, tree, clock, viewer.name) for each in known]),
            word("admin.people_n").format(n=len(known), active=active),
            admin.walls([_wall(each, tree, clock) for each in desk.walls()]),
            False,
        )

    @app.callback(
        Output(ids.ADMIN_GRIDS, "children"),
        Output(ids.ADMIN_CITY, "children"),
        Output(ids.ADMIN_SETTINGS, "children"),
        Input(ids.ADMIN_BODY, "hidden"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def offered(hidden: bool) -> tuple[Any, ...]:
        if hidden:
            raise PreventUpdate
        tree = reads.tree()
        near = [
            grid for grid in tree if grid.depth - tree.root.depth <= _OFFERED_DEPTHS and grid.kind is None
        ]
        heads = (word("admin.setting"), word("admin.value"))
        return (
            admin.grids([(grid.code, grid.name) for grid in near]),
            admin.pairs(heads, city_lines(desk.city(), tree)),
            admin.pairs(heads, desk.settings()),
        )

    @app.callback(
        Output(ids.ADMIN_SOURCES, "children"),
        Output(ids.ADMIN_JOBS, "children"),
        Output(ids.ADMIN_BULLETINS, "children"),
        Input(ids.ADMIN_BODY, "hidden"),
        Input(ids.VERSION, "data"),
        Input(ids.ADMIN_TURN, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def watched(hidden: bool, _version: str, _turn: int) -> tuple[Any, ...]:
        if hidden or not may(reads.viewer(), "administer"):
            raise PreventUpdate
        ages = rows.source_ages(reads.freshness(), _clock(reads), reads.now())
        heads = (word("admin.job"), word("admin.state"))
        jobs = {word(f"admin.job_{job.key}"): word(f"admin.job_{job.state}") for job in desk.jobs()}
        return (
            admin.sources([SourceLine(one.source, one.newest, one.age, one.stale) for one in ages]),
            admin.pairs(heads, jobs),
            bulletins_part(desk.bulletins(), reads.tree(), _clock(reads)),
        )

    @app.callback(
        Output(ids.ADMIN_PENDING, "data"),
        Output(ids.ADMIN_SURE, "displayed"),
        Output(ids.ADMIN_SURE, "message"),
        Output(ids.ADMIN_CHANGED, "data"),
        Output(ids.ADMIN_NOTICE, "children", allow_duplicate=True),
        Output(ids.ADMIN_TURN, "data", allow_duplicate=True),
        Input(ids.admin_do(ALL, ALL), "n_clicks"),
        State(ids.ADMIN_TURN, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def pressed(_clicks: Sequence[int], turn: int) -> tuple[Any, ...]:
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        action, name = str(ctx.triggered_id["action"]), str(ctx.triggered_id["name"])
        if action in _SURE:
            asked = word(f"admin.sure_{action}").format(name=name)
            return [action, name], True, asked, no_update, [], no_update
        if action == "change":
            return None, False, "", name, [], no_update
        desk.enable(name)
        told = admin.done(word("admin.enabled").format(name=name))
        return None, False, "", no_update, told, turn + 1

    @app.callback(
        Output(ids.ADMIN_NOTICE, "children", allow_duplicate=True),
        Output(ids.ADMIN_TURN, "data", allow_duplicate=True),
        Input(ids.ADMIN_SURE, "submit_n_clicks"),
        State(ids.ADMIN_PENDING, "data"),
        State(ids.ADMIN_TURN, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def sure(clicks: int | None, pending: Any, turn: int) -> tuple[Any, ...]:
        if not clicks or not isinstance(pending, list) or len(pending) != 2:
            raise PreventUpdate
        action, name = map(str, pending)
        return follow(desk, action, name), turn + 1

    @app.callback(
        Output(ids.ADMIN_FORM_TITLE, "children"),
        Output(ids.ADMIN_SAVE, "children"),
        Output(ids.ADMIN_FORM, "open"),
        Output(ids.ADMIN_NAME, "value"),
        Output(ids.ADMIN_NAME, "disabled"),
        Output(ids.ADMIN_DISPLAY, "value"),
        Output(ids.ADMIN_SCOPE, "value"),
        Output(ids.ADMIN_SUBJECT, "value"),
        Output(ids.ADMIN_SUBJECT, "disabled"),
        Output(ids.ADMIN_ROLE, "value"),
        Input(ids.ADMIN_CHANGED, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def form(changed: str | None) -> tuple[Any, ...]:
        known = next((each for each in desk.people() if each.name == changed), None)
        if known is None:
            return (
                word("admin.add_title"),
                word("admin.add"),
                False,
                "",
                False,
                "",
                "",
                "",
                False,
                PERSONAL_ROLES[0],
            )
        return (
            word("admin.change_title").format(name=known.name),
            word("admin.save"),
            True,
            known.name,
            True,
            known.display_name,
            known.scope,
            known.subject or "",
            True,
            known.role,
        )

    @app.callback(
        Output(ids.ADMIN_CHANGED, "data", allow_duplicate=True),
        Input(ids.ADMIN_CANCEL, "n_clicks"),
        prevent_initial_call=True,
    )
    def cancelled(_clicks: int) -> str:
        return ""

    @app.callback(
        Output(ids.ADMIN_NOTICE, "children", allow_duplicate=True),
        Output(ids.ADMIN_TURN, "data", allow_duplicate=True),
        Output(ids.ADMIN_CHANGED, "data", allow_duplicate=True),
        Input(ids.ADMIN_SAVE, "n_clicks"),
        State(ids.ADMIN_CHANGED, "data"),
        State(ids.ADMIN_NAME, "value"),
        State(ids.ADMIN_DISPLAY, "value"),
        State(ids.ADMIN_SCOPE, "value"),
        State(ids.ADMIN_SUBJECT, "value"),
        State(ids.ADMIN_ROLE, "value"),
        State(ids.ADMIN_TURN, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def saved(clicks: int, changed: str | None, *given: Any) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        name, called, scope, subject, role, turn = given
        within = str(scope or "").strip() or reads.viewer().scope
        told = save(desk, changed or "", str(name or ""), str(called or ""), within, str(subject or ""), role)
        # Another value each time, or the form would not be emptied twice.
        return told, turn + 1, None if changed == "" else ""

    @app.callback(
        Output(ids.ADMIN_NOTICE, "children", allow_duplicate=True),
        Output(ids.ADMIN_TURN, "data", allow_duplicate=True),
        Output(ids.ADMIN_WALL_NAME, "value"),
        Input(ids.ADMIN_WALL_ADD, "n_clicks"),
        State(ids.ADMIN_WALL_NAME, "value"),
        State(ids.ADMIN_WALL_SCOPE, "value"),
        State(ids.ADMIN_TURN, "data"),
        prevent_initial_call=True,
        on_error=failed,
    )
    def issued(clicks: int, name: str | None, scope: str | None, turn: int) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        wall, within = str(name or "").strip(), str(scope or "").strip() or reads.viewer().scope
        link = desk.add_wall(wall, within)
        return admin.once(word("admin.link_once").format(name=wall), link), turn + 1, ""


def follow(desk: Desk, action: str, name: str) -> list[Any]:
    """Does what was asked for twice; gives what the page says then. Raises AccountError."""
    if action in ("reset", "reset_second"):
        password = desk.reset(name, action == "reset_second")
        return admin.once(word("admin.password_once").format(name=name), password)
    if action == "disable":
        desk.disable(name)
        return admin.done(word("admin.disabled").format(name=name))
    if action == "try":
        return admin.done(
            word("archive.tried").format(title=bulletins.name_of(desk.try_bulletin(_number(name))))
        )
    if action == "send":
        return admin.done(word("archive.retried").format(name=desk.send_again(_number(name)).name))
    if action == "revoke":
        desk.revoke_wall(name)
        return admin.done(word("admin.revoked").format(name=name))
    raise PreventUpdate


def save(desk: Desk, changed: str, name: str, called: str, scope: str, subject: str, role: Any) -> list[Any]:
    """Adds an account, or changes the one that was taken; gives what the page says then. Raises AccountError."""
    if role not in PERSONAL_ROLES:
        raise AccountError("role", f"expected a role, found {role!r}")
    if changed:
        desk.change(changed, role, scope, called)
        return admin.done(word("admin.changed").format(name=changed))
    password = desk.add(name, role, scope, called, subject)
    if password is None:
        return admin.done(word("admin.added_oidc").format(name=name))
    return admin.once(word("admin.password_once").format(name=name), password)


def fault(error: AccountError) -> str:
    """What the page says of a change that was refused."""
    return word(f"admin.fault_{error.key}").format(value=error.value)


def city_lines(config: Mapping[str, Any], tree: Tree) -> dict[str, str]:
    """What a city has set, as text."""
    levels = " · ".join(str(level.get("name", "")) for level in config.get("levels", ()))
    targets = " · ".join(
        f"{INDICATORS[key].label} {shown(key, value)}"
        for key, value in config.get("targets", {}).items()
        if key in INDICATORS
    )
    switches = {key: word("yes" if config.get(key) else "no") for key in ("demo", "illustrative")}
    plain = {
        "code": tree.root.code,
        "name": tree.root.name,
        "grids": f"{len(tree):,}",
        "levels": levels,
        "targets": targets,
        **switches,
        "credit": str(config.get("credit", "")),
    }
    return {word(f"config.{key}"): value for key, value in plain.items()}


def bulletins_part(found: Health, tree: Tree, clock: ZoneClock) -> list[Any]:
    """How the bulletins fare, and what is to be seen to."""
    makers = " · ".join(
        word("archive.worker").format(name=one.name, at=text.moment(clock, one.beat_at))
        for one in found.workers
    )
    facts = {
        word("archive.workers"): makers or word("archive.workers_none"),
        word("archive.admin_owed"): f"{found.missing:,}",
        word("archive.admin_draft"): f"{len(found.drafts):,}",
        word("archive.admin_waiting"): f"{found.waiting:,}",
    }
    failed = [
        FailedLine(
            one.id, f"{_scope(tree, one.scope)} · {bulletins.name_of(one)}", one.fault, _again(one, clock)
        )
        for one in found.failed
    ]
    troubled = [
        (
            bulletins.name_of(found.of[one.edition_id]) if one.edition_id in found.of else "",
            bulletins.delivery_line(one, clock),
        )
        for one in found.troubled
    ]
    return admin.bulletins(facts, failed, troubled)


def _again(one: Edition, clock: ZoneClock) -> str:
    at = _moment(clock, one.again_at)
    return word("archive.again_at").format(at=at, n=one.attempts) if at else ""


def _number(name: str) -> int:
    return int(name) if name.isascii() and name.isdigit() and len(name) < 19 else 0


def _person(known: Account, tree: Tree, clock: ZoneClock, me: str) -> PersonLine:
    state = "disabled" if known.disabled_at is not None else "first" if known.must_change else "active"
    return PersonLine(
        known.name,
        known.display_name,
        word(f"role.{known.role}"),
        _scope(tree, known.scope),
        known.totp is not None,
        known.password is None,
        state,
        _moment(clock, known.signed_in_at),
        known.name == me,
    )


def _wall(token: WallToken, tree: Tree, clock: ZoneClock) -> WallLine:
    return WallLine(
        token.name,
        _scope(tree, token.scope),
        _moment(clock, token.created_at),
        token.created_by,
        token.revoked_at is not None,
    )


def _scope(tree: Tree, code: str) -> str:
    try:
        grid = tree.get(code)
    except UnknownGrid:
        return code
    return f"{grid.name} ({grid.code})"


def _moment(clock: ZoneClock, at: Instant | None) -> str:
    return "" if at is None else text.moment(clock, at)


def _clock(reads: Reads) -> ZoneClock:
    city = reads.city()
    return ZoneClock.of(city.zone if city else "UTC")
