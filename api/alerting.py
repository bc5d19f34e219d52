"""The commands of warnings: look at the city now, list what stands, and work on one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from api.accounts import operator
from api.terminal import AS_JSON, echo_json, opened
from data.alerting.keeping import Alert, AlertStep
from data.alerting.keeping import acknowledge as acknowledge_one
from data.alerting.keeping import alerts as kept_alerts
from data.alerting.keeping import assign as assign_one
from data.alerting.keeping import close as close_one
from data.alerting.keeping import one as one_of
from data.alerting.looks import Looks, LookState, last_looks
from data.alerting.watching import watch as look
from data.audit import Entry
from data.clocks import Instant, iso, now, parse_instant
from data.reference import Reference, reference
from data.store import Store

_WHY: Final = {
    "no_events": "the store holds no events",
    "no_recent_events": "there are no events of the last two months",
    "short_history": "there are fewer than three weeks of history: only sudden rises are looked for, by EARS",
    "no_past_year": "there is no past year: seasons are taken as level, and nothing is announced",
    "no_outlines": "the grids have no outlines: nothing is said of concentrations",
    "no_texts": "the events have no texts beyond their category: reports of one matter cannot be told",
    "no_places": "the events have no coordinates: reports of one matter cannot be told",
}


@click.group("alerts")
def alerts() -> None:
    """Warnings: hot events, deadlines, calls unanswered, and what should be checked once more."""


@alerts.command("watch")
@click.option(
    "--hourly", is_flag=True, help="Only what moves by the hour; without it, everything, as each night."
)
@click.option("--as-of", metavar="INSTANT", help="Look as of an instant such as 2026-02-10T23:00:00Z.")
def watch(hourly: bool, as_of: str | None) -> None:
    """Look at the city and keep what stands out. Who looks twice opens no warning twice.

    \b
    Examples:
      python app.py alerts watch
      python app.py alerts watch --hourly
    """
    with opened(patient=True) as (store, _):
        at = now() if as_of is None else _instant(as_of)
        seen = look(store, at, hourly=hourly)
    click.echo(
        f"{seen.series:,} series looked at: {seen.kept.opened} warnings opened, {seen.kept.again} go on, "
        f"{seen.kept.passed_up} passed up, {seen.kept.faded} faded"
    )
    for reason in seen.unjudged:
        click.echo(f"not judged: {_WHY[reason]}")


@alerts.command("list")
@click.option("--scope", metavar="CODE", help="A grid and all below it; the whole city without it.")
@click.option("--all", "everything", is_flag=True, help="Closed warnings too.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@AS_JSON
def list_(scope: str | None, everything: bool, limit: int, as_json: bool) -> None:
    """List the warnings that stand, the most pressing and the latest first, and say when was looked for them last.

    \b
    Examples:
      python app.py alerts list
      python app.py alerts list --scope 410105 --all
    """
    with opened() as (store, _):
        known = reference(store)
        code = known.tree.get(scope or known.tree.root.code).code
        found = kept_alerts(store, code, closed=everything, limit=limit)
        seen = last_looks(store, now())
    stands = seen.state(known.clock, now())
    if as_json:
        when = {"looked_at": _iso(seen.at), "looked_in_full_at": _iso(seen.full_at), "look": stands}
        echo_json({"scope": code, **when, "rows": [_row(known, each) for each in found]})
        return
    for each in found:
        click.echo(_line(known, each))
    if not found and seen.at is not None:
        click.echo("no warning stands")
    click.echo(_looked(seen, stands))


_ID: Final = click.argument("number", metavar="ID", type=click.IntRange(1))


@alerts.command("acknowledge")
@_ID
@AS_JSON
def acknowledge(number: int, as_json: bool) -> None:
    """Say that somebody has seen a warning. ID is its number in the list.

    \b
    Examples:
      python app.py alerts acknowledge 17
    """

    def act(store: Store, scope: str, entry: Entry) -> None:
        acknowledge_one(store, scope, number, entry.who, entry.at, entry=entry)

    _done(number, as_json, "acknowledged", {}, act)


@alerts.command("assign")
@_ID
@click.option("--to", "to", metavar="NAME", required=True, help="The unit or person that is to look into it.")
@click.option("--note", metavar="TEXT", default="", help="What they should know.")
@AS_JSON
def assign(number: int, to: str, note: str, as_json: bool) -> None:
    """Give a warning to a unit or a person. ID is its number in the list.

    \b
    Examples:
      python app.py alerts assign 17 --to 城管大队
      python app.py alerts assign 17 --to 城管大队 --note "look at the main"
    """

    def act(store: Store, scope: str, entry: Entry) -> None:
        assign_one(store, scope, number, entry.who, to, entry.at, note, entry=entry)

    _done(number, as_json, "assigned", {"to": to}, act)


@alerts.command("close")
@_ID
@click.option("--note", metavar="TEXT", required=True, help="What came of it.")
@AS_JSON
def close(number: int, note: str, as_json: bool) -> None:
    """Close a warning with a note on what came of it. ID is its number in the list.

    It stays closed while its matter goes on, and is a new round when the matter has at least doubled.

    \b
    Examples:
      python app.py alerts close 17 --note "burst main, mended at 16:20"
    """

    def act(store: Store, scope: str, entry: Entry) -> None:
        close_one(store, scope, number, entry.who, note, entry.at, entry=entry)

    _done(number, as_json, "closed", {}, act)


def _done(
    number: int,
    as_json: bool,
    done: str,
    detail: dict[str, str],
    act: Callable[[Store, str, Entry], None],
) -> None:
    with opened() as (store, _):
        known = reference(store)
        city = known.tree.root.code
        # What was noted stands with the warning, where its readers are: the audit says who did what.
        entry = Entry(
            now(), "handle", f"warning {number}", "ok", who=operator(), detail={"act": done} | detail
        )
        act(store, city, entry)
        found, steps = one_of(store, city, number)
    if as_json:
        echo_json(_row(known, found) | {"steps": [_step(each) for each in steps]})
    else:
        click.echo(_line(known, found))


def _iso(at: Instant | None) -> str | None:
    return None if at is None else iso(at)


def _looked(seen: Looks, state: LookState) -> str:
    """When was looked last, and what is not known where that was too late."""
    if seen.at is None:
        return "nobody has looked yet, so nothing is known: run `python app.py alerts watch`"
    full = "never in full" if seen.full_at is None else f"in full at {iso(seen.full_at)}"
    late = {
        "late": "; overdue, it should be each hour",
        "night_late": "; overdue in full, it should be each night",
    }
    return f"looked at {iso(seen.at)}, {full}{late.get(state, '')}"


def _line(known: Reference, each: Alert) -> str:
    expected = "" if each.expected is None else f" of {each.expected:.1f} expected"
    return (
        f"{each.id}  {iso(each.opened_at)}  {each.kind:<12} {each.state:<12} {_where(known, each.grid)}  "
        f"{_what(known, each.category) or each.holder}  {each.observed}{expected}"
    )


def _row(known: Reference, each: Alert) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": each.kind,
        "state": each.state,
        "grid": each.grid,
        "grid_name": known.tree.get(each.grid).name if each.grid in known.tree else None,
        "category": each.category or None,
        "category_name": known.categories[each.category].name if each.category in known.categories else None,
        "holder": each.holder or None,
        "assigned_to": each.assigned_to or None,
        "step": each.step,
        "round": each.round,
        "since_at": iso(each.since_at),
        "opened_at": iso(each.opened_at),
        "seen_at": iso(each.seen_at),
        "closed_at": None if each.closed_at is None else iso(each.closed_at),
        "observed": each.observed,
        "expected": each.expected,
        "chance": each.chance,
        "share": each.share,
    }


def _step(each: AlertStep) -> dict[str, Any]:
    return {"at": iso(each.at), "who": each.who or None, "what": each.what, "note": each.note or None}


def _instant(text: str) -> Instant:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--as-of") from None


def _where(known: Reference, code: str) -> str:
    return f"{known.tree.get(code).name} ({code})" if code in known.tree else code


def _what(known: Reference, code: str) -> str:
    return known.categories[code].name if code in known.categories else code


COMMANDS: Final = (alerts,)
