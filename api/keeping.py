"""The commands that keep the store sound: counters made anew, and held against the events."""

from __future__ import annotations

import sys
from typing import Final

import click

from api.terminal import opened, progress_bar
from data import rebuilding
from data.verification import verify


@click.command()
def rebuild() -> None:
    """Make every counter anew from the events; writers wait meanwhile, readers do not.

    \b
    Examples:
      python app.py rebuild
    """
    with opened(patient=True) as (store, _), progress_bar() as progress:
        cells = rebuilding.rebuild(store, progress, texts_anew=True)
    click.echo(f"{cells:,} counters made from the events")


@click.command("verify-store")
def verify_store() -> None:
    """Compare every counter with the events. The exit code is 0 when all agree, 1 when some do not.

    \b
    Examples:
      python app.py verify-store
    """
    with opened(patient=True) as (store, _), progress_bar() as progress:
        verdict = verify(store, progress)
    if verdict.stale:
        click.echo(
            "the counters are not built: a bulk load runs or was cut off; `python app.py rebuild` builds them"
        )
    elif verdict.differing:
        click.echo("\n".join(verdict.told))
        click.echo(
            f"{verdict.differing:,} of {verdict.cells:,} counters differ from the events; `python app.py rebuild` "
            "makes them anew. Please report how it came to this"
        )
    else:
        click.echo(f"{verdict.cells:,} counters agree with the events")
    if verdict.segments_wrong:
        click.echo(
            f"{verdict.segments_wrong:,} of {verdict.segments:,} segments of the search differ from the texts; "
            "`python app.py rebuild` makes them anew"
        )
    if verdict.stale or verdict.differing or verdict.segments_wrong:
        sys.exit(1)


COMMANDS: Final = (rebuild, verify_store)
