"""The audit's page: what of it whoever may read it wants to see, and whether the chain holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

import dash
from dash import Input, Output
from dash.exceptions import PreventUpdate

from callbacks import shell, state
from callbacks.reads import Reads
from callbacks.state import to_search
from data.access import may
from data.audit import RESULTS, Recorded, Verdict, Wanted
from data.clocks import ZoneClock
from data.periods import PERIOD_KEYS, Period, days, named
from data.words import word
from layouts import auditing as page
from layouts import ids, text
from layouts.parts.header import Choice
from layouts.parts.menus import Menu

PATH: Final = "/audit"
EXPORT: Final = "/audit/export.csv"
PAGE_ROWS: Final = 50
UTC: Final = "UTC"
"""The zone of a store without a city."""

_KNOWN_ACTIONS: Final = {
    "sign_in": "audit.act_sign_in",
    "sign_out": "audit.act_sign_out",
    "read": "audit.act_read",
    "export": "audit.act_export",
    "unmask": "audit.act_unmask",
    "audit": "audit.act_audit",
    "administer": "audit.act_administer",
    "control_wall": "audit.act_control_wall",
    "approve": "audit.act_approve",
    "revise": "audit.act_revise",
    "handle": "audit.act_handle",
    "appeal": "audit.act_appeal",
    "assess": "audit.act_assess",
}


@dataclass(frozen=True)
class Audit:
    """The audit as whoever asks may read it: entries(wanted, limit, before) the newest first, names() everybody and
    every action in it, verify() the state of the whole chain."""

    entries: Callable[[Wanted, int, int | None], list[Recorded]]
    names: Callable[[], tuple[tuple[str, ...], tuple[str, ...]]]
    verify: Callable[[], Verdict]


@dataclass(frozen=True)
class Asked:
    """What of the audit an address asks for."""

    view: state.ViewState
    who: str = ""
    action: str = ""
    result: str = ""
    before: int | None = None

    def search(self) -> str:
        """The query string of it."""
        more = (
            ("who", self.who),
            ("action", self.action),
            ("result", self.result),
            ("before", "" if self.before is None else str(self.before)),
        )
        return state.with_more(to_search(self.view.opened(None)), more)


def asked(search: str | None) -> tuple[Asked, tuple[str, ...]]:
    """What an address asks for, and what of it was not understood."""
    parsed = state.parse(search)
    given = dict(parse_qsl((search or "").lstrip("?")))
    before = given.get("before", "")
    result = given.get("result", "")
    return (
        Asked(
            parsed.view,
            given.get("who", "")[:64],
            given.get("action", "")[:64],
            result if result in RESULTS else "",
            int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        ),
        parsed.problems,
    )


def wanted_of(found: Asked, clock: ZoneClock, now: int) -> tuple[Wanted, Period]:
    """The entries of a request, and the period that it means."""
    view = found.view
    if view.first is not None and view.last is not None:
        period = days(clock, view.first, view.last + timedelta(days=1))
    else:
        period = named(clock, now, view.period)
    return Wanted(found.who, found.action, found.result, period.start, period.end), period


def clock_of(reads: Reads) -> ZoneClock:
    """The city's clock."""
    city = reads.city()
    return ZoneClock.of(city.zone if city else UTC)


def register(app: dash.Dash, reads: Reads, audit: Audit, refused: Callable[[], None]) -> None:
    """Adds the callbacks of the page; `refused` hears of whoever asks and may not."""

    def allowed() -> bool:
        if may(reads.viewer(), "audit"):
            return True
        refused()
        return False

    @app.callback(
        Output(ids.AUDIT, "children"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
        on_error=shell.failed,
    )
    def listed(search: str | None, pathname: str | None) -> Any:
        if (pathname or "").rstrip("/") != PATH:
            raise PreventUpdate
        if not allowed():
            return page.refused()
        return _listed(reads, audit, *asked(search))

    @app.callback(
        Output(ids.AUDIT_VERDICT, "children"),
        Input(ids.AUDIT_VERIFY, "n_clicks"),
        prevent_initial_call=True,
        on_error=shell.failed,
    )
    def verified(clicks: int | None) -> Any:
        if not clicks:
            raise PreventUpdate
        return _verdict(audit.verify()) if allowed() else page.refused()


def _listed(reads: Reads, audit: Audit, found: Asked, problems: tuple[str, ...]) -> Any:
    clock, now = clock_of(reads), reads.now()
    wanted, period = wanted_of(found, clock, now)
    rows = audit.entries(wanted, PAGE_ROWS + 1, found.before)
    shown = rows[:PAGE_ROWS]
    first, last = (clock.local(at).date() for at in (period.start, max(period.start, period.end - 1)))
    return page.entries(
        _menus(found, audit.names(), clock, period),
        (first, last),
        [_row(one, clock) for one in shown],
        problems,
        older=replace(found, before=shown[-1].seq).search() if len(rows) > PAGE_ROWS else None,
        newest=None if found.before is None else replace(found, before=None).search(),
        clear=to_search(found.view) if found.who or found.action or found.result else None,
        export=EXPORT + replace(found, before=None).search(),
    )


def _menus(
    found: Asked, names: tuple[tuple[str, ...], tuple[str, ...]], clock: ZoneClock, period: Period
) -> list[Menu]:
    people, actions = names
    plain = replace(found, before=None)
    who = [Choice(word("audit.anybody"), replace(plain, who="").search(), not found.who)]
    who += [Choice(name, replace(plain, who=name).search(), name == found.who) for name in people if name]
    action = [Choice(word("audit.any_action"), replace(plain, action="").search(), not found.action)]
    action += [
        Choice(action_name(name), replace(plain, action=name).search(), name == found.action)
        for name in actions
    ]
    result = [Choice(word("audit.any_result"), replace(plain, result="").search(), not found.result)]
    result += [
        Choice(word(f"audit.result_{name}"), replace(plain, result=name).search(), name == found.result)
        for name in RESULTS
    ]
    during = [
        Choice(
            word(f"period.{key}"),
            replace(plain, view=found.view.during(key)).search(),
            found.view.first is None and key == found.view.period,
        )
        for key in PERIOD_KEYS
    ]
    when = word(f"period.{found.view.period}") if found.view.first is None else text.span(clock, period)
    return [
        Menu(word("audit.at"), when, during),
        Menu(word("audit.who"), found.who or word("audit.anybody"), who, narrowed=bool(found.who)),
        Menu(
            word("audit.action"),
            action_name(found.action) if found.action else word("audit.any_action"),
            action,
            narrowed=bool(found.action),
        ),
        Menu(
            word("audit.result"),
            word(f"audit.result_{found.result or 'any'}") if found.result else word("audit.any_result"),
            result,
            narrowed=bool(found.result),
        ),
    ]


def action_name(action: str) -> str:
    """An action in words; one of a kind by its own name behind that of the kind."""
    kind, _, part = action.partition(".")
    known = _KNOWN_ACTIONS.get(action) or _KNOWN_ACTIONS.get(kind)
    if known is None:
        return action
    return word(known) + (f" · {part}" if part and action not in _KNOWN_ACTIONS else "")


def _row(one: Recorded, clock: ZoneClock) -> page.AuditRow:
    local = clock.local(one.at)
    return page.AuditRow(
        one.seq,
        f"{local:%Y-%m-%d %H:%M:%S}",
        one.who or word("audit.unknown"),
        role_name(one.role),
        one.scope,
        one.address,
        action_name(one.action),
        one.subject,
        one.result,
        plain_detail(one.detail),
        one.hash,
    )


def role_name(role: str) -> str:
    """A role in words; "" for none."""
    return word(f"role.{role}") if role else ""


def plain_detail(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Details as pairs of texts."""
    return [(name, str(value)) for name, value in detail.items() if value not in (None, "")]


def _verdict(found: Verdict) -> Any:
    if found.broken_at is not None:
        return page.verdict(word("audit.broken").format(at=found.broken_at), holds=False)
    told = word("audit.holds").format(n=f"{found.rows:,}", last=found.last, head=found.head[:16])
    if found.anchor:
        told += " " + word("audit.anchored").format(anchor=found.anchor)
    return page.verdict(told, holds=True)
