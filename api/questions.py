"""The commands that ask the store: indicators, rank, events, event. They print tables, or JSON that stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast, get_args

import click
import pandas as pd

from api.terminal import AS_JSON, asking, echo_json, opened, question
from data.answers import Question
from data.clocks import HOUR, now
from data.indicators import INDICATORS
from data.periods import Unit
from data.plain import plain_events, plain_groups, plain_rank, plain_totals, plain_trace
from data.queries import figures, lists
from data.queries.listing import ListKind
from data.queries.lists import UnknownEvent
from data.ranking import MINIMUM_DUE
from data.reference import reference
from data.store import Store
from reports.terminal import events_table, groups_table, rank_table, totals_table, trace_table

_KEYS = click.Choice(list(INDICATORS))

_MOST_HOURS = 20_000
"""The longest table of hours that is asked for in earnest."""


def _answer(as_json: bool, plain: Callable[[], Mapping[str, Any]], text: Callable[[], str]) -> None:
    if as_json:
        echo_json(plain())
    else:
        click.echo(text())


def _asked(store: Store, options: Mapping[str, Any]) -> Question:
    return question(reference(store), now(), options)


@click.command()
@asking(period=True)
@click.option(
    "--by",
    type=click.Choice(["grid", *get_args(Unit), "category", "channel"]),
    help="One figure for each of these.",
)
@click.option(
    "--depth", type=click.IntRange(0, 32), help="With --by grid: the grids at this depth (the city is 0)."
)
@click.option("--indicator", type=_KEYS, multiple=True, help="These indicators alone.")
def indicators(
    by: str | None, depth: int | None, indicator: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """Print every indicator with its numerator and denominator.

    \b
    Examples:
      python app.py indicators --from 2026-01-01 --to 2026-02-01
      python app.py indicators --scope boston-roxbury --from 2026-01-01 --to 2026-02-01 --by week
      python app.py indicators --from 2025-08-01 --to 2026-03-01 --as-of 2026-02-10T23:00:00Z --by grid --json
    """
    if depth is not None and by != "grid":
        raise click.UsageError("--depth goes with --by grid: add it, or leave --depth out")
    keys = indicator or tuple(INDICATORS)
    with opened() as (store, _):
        asked = _asked(store, options)
        if by is None:
            totals = figures.totals(store, asked, keys)
            _answer(as_json, lambda: plain_totals(asked, totals), lambda: totals_table(totals))
        else:
            frame = _grouped(store, asked, by, depth, keys)
            _answer(as_json, lambda: plain_groups(asked, by, frame), lambda: groups_table(frame))


def _grouped(
    store: Store, asked: Question, by: str, depth: int | None, keys: tuple[str, ...]
) -> pd.DataFrame:
    if by == "grid":
        return figures.by_grid(store, asked, depth, keys)
    if by == "category":
        return figures.by_category(store, asked, keys)
    if by == "channel":
        return figures.by_channel(store, asked, keys)
    if by == "hour" and asked.period.end - asked.period.start > _MOST_HOURS * HOUR:
        raise click.UsageError(
            f"expected at most {_MOST_HOURS:,} hours: shorten the period, or take --by day"
        )
    return figures.by_time(store, asked, cast(Unit, by), keys)


@click.command()
@click.option("--indicator", type=_KEYS, required=True, metavar="KEY", help="What the ranking goes by.")
@asking(period=True)
@click.option(
    "--minimum",
    type=click.IntRange(0),
    default=MINIMUM_DUE,
    show_default=True,
    help="Grids with fewer in the denominator are listed apart, without a rank.",
)
@click.option(
    "--depth", type=click.IntRange(0, 32), help="Rank the grids at this depth (default: the children)."
)
def rank(indicator: str, minimum: int, depth: int | None, as_json: bool, **options: Any) -> None:
    """Rank the grids of a scope, best first; equals share a rank.

    \b
    Examples:
      python app.py rank --indicator handling_timeliness --from 2026-01-01 --to 2026-02-01
      python app.py rank --indicator overdue_open --from 2026-01-01 --to 2026-02-01 --json
    """
    with opened() as (store, _):
        asked = _asked(store, options)
        frame = figures.rank(store, asked, indicator, minimum, depth)
    _answer(
        as_json,
        lambda: plain_rank(asked, indicator, minimum, frame),
        lambda: rank_table(indicator, minimum, frame),
    )


@click.command("events")
@click.option(
    "--kind",
    type=click.Choice(get_args(ListKind)),
    default="newest",
    show_default=True,
    help="overdue and open: as of the instant; newest and all (oldest first): reported in the period.",
)
@asking(period=False)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most."
)
@click.option("--after", metavar="NEXT", help="The `next` of the page before: what comes after it.")
def events_(kind: ListKind, limit: int, after: str | None, as_json: bool, **options: Any) -> None:
    """List events of a scope, page by page.

    \b
    Examples:
      python app.py events --kind overdue --limit 20
      python app.py events --scope boston-roxbury --from 2026-01-01 --to 2026-02-01 --json
    """
    with opened() as (store, _):
        asked = _asked(store, options)
        clock = reference(store).clock
        try:
            page = lists.list_events(store, asked, kind, limit, after)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--after") from None
    _answer(as_json, lambda: plain_events(asked, kind, page), lambda: events_table(page, clock))


@click.command()
@click.argument("key_or_id")
@AS_JSON
def event(key_or_id: str, as_json: bool) -> None:
    """Show one event, by its source's key or by its id, and every step of its life.

    \b
    Examples:
      python app.py event BCS-00139900
      python app.py event 17 --json
    """
    with opened() as (store, _):
        root = reference(store).code
        try:
            event_id = lists.find_event(store, root, key_or_id)
        except UnknownEvent:
            if not (key_or_id.isascii() and key_or_id.isdigit() and len(key_or_id) < 19):
                raise
            event_id = int(key_or_id)
        found = plain_trace(lists.trace(store, root, event_id, now()))
    _answer(as_json, lambda: found, lambda: trace_table(found))


COMMANDS: tuple[click.Command, ...] = (indicators, rank, events_, event)
