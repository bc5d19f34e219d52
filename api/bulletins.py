"""The commands of bulletins."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from api.terminal import SCOPE, moment, opened, progress_bar
from data.clocks import iso, now
from data.reference import reference
from reports.evening import PAGES, TEMPLATE, evening_document
from reports.evening_facts import evening_facts
from reports.typeset import typeset


@click.group()
def bulletin() -> None:
    """Bulletins as PDF."""


@bulletin.command()
@SCOPE
@click.option("--date", "day", metavar="DATE", help="The bulletin's day (default: today in the city).")
@click.option(
    "--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Where the PDF goes."
)
def evening(scope: str | None, day: str | None, out: Path) -> None:
    """Set the evening bulletin of a day: as of 20:00, or now while that is to come.

    \b
    Examples:
      python app.py bulletin evening --date 2026-02-10 --out evening.pdf
      python app.py bulletin evening --scope boston-roxbury --date 2026-02-10 --out roxbury.pdf
    """
    present = now()
    with opened() as (store, _), progress_bar() as progress:
        known = reference(store)
        at = present if day is None else moment(day, known.clock, "--date")
        progress("gathering the figures", 0.0)
        try:
            facts = evening_facts(store, scope or known.code, known.clock.local(at).date(), present)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--date") from None
        progress("setting the page", 0.5)
        made = typeset(TEMPLATE, evening_document(facts), out, pages=PAGES)
    click.echo(f"{out}: {made.pages} page, as of {iso(facts.as_of)}, sha256 {made.sha256}")


COMMANDS: Final = (bulletin,)
