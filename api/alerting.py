"""The commands of warnings: look at the city now, and list what stands."""

from __future__ import annotations

from typing import Final

import click

from api.terminal import opened
from data.alerting.keeping import alerts as kept_alerts
from data.alerting.watching import watch as look
from data.clocks import Instant, iso, now, parse_instant
from data.reference import Reference, reference

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
def list_(scope: str | None, everything: bool, limit: int) -> None:
    """List the warnings that stand, the most pressing and the latest first.

    \b
    Examples:
      python app.py alerts list
      python app.py alerts list --scope 410105 --all
    """
    with opened() as (store, _):
        known = reference(store)
        found = kept_alerts(store, scope or known.tree.root.code, closed=everything, limit=limit)
    for each in found:
        expected = "" if each.expected is None else f" of {each.expected:.1f} expected"
        click.echo(
            f"{each.id}  {iso(each.opened_at)}  {each.kind:<12} {each.state:<12} {_where(known, each.grid)}  "
            f"{_what(known, each.category) or each.holder}  {each.observed}{expected}"
        )
    if not found:
        click.echo("no warning stands")


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
