"""The commands of cities: their packs, and the import of events."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, Literal

import click

from api.terminal import AS_JSON, SCOPE, echo_json, opened, progress_bar
from data.city import load_city, past_duty
from data.citypack import CityPack, PackError
from data.clocks import now
from data.importing.load import Summary, import_file
from data.opening import city_pack, find_mapping, remarks
from data.queries import lists
from data.reference import reference
from data.settings import Settings
from reports.terminal import city_table, findings_text, grids_table, plain_findings


@click.group()
def city() -> None:
    """The city of the store, and city packs."""


@city.command("load")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def city_load(folder: Path) -> None:
    """Load the city pack in DIR, or bring the loaded city up to date with it.

    What was mended in its shapes and what to look at is told on standard error. A pack that changes the shifts of duty
    of a month whose scores are frozen is refused; one that changes those of other days that are over is told.

    \b
    Examples:
      python app.py city load data/cities/boston
    """
    with opened(create=True) as (store, settings), progress_bar() as progress:
        pack = city_pack(folder, settings, progress)
        past = past_duty(store, pack, now())
        tree = load_city(store, pack, now(), progress)
    for sentence in (*remarks(pack), *filter(None, (past,))):
        click.echo(sentence, err=True)
    click.echo(f"{tree.root.name} ({tree.root.code}) is loaded: {len(tree):,} grids")


@city.command("check")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@AS_JSON
def city_check(folder: Path, as_json: bool) -> None:
    """Check the city pack in DIR: faults, which keep it from being loaded, warnings, and what would be mended.

    Nothing is loaded. The exit code is 0 without a fault, 1 with one.

    \b
    Examples:
      python app.py city check data/cities/boston
      python app.py city check data/cities/boston --json
    """
    found: CityPack | PackError
    with progress_bar() as progress:
        try:
            found = city_pack(folder, Settings.load(), progress)
        except PackError as error:
            found = error
    if as_json:
        echo_json(plain_findings(found))
    else:
        click.echo(findings_text(found))
    if isinstance(found, PackError):
        sys.exit(1)


@city.command("show")
def city_show() -> None:
    """Show the loaded city: its levels, how much it holds, and how fresh its sources are.

    \b
    Examples:
      python app.py city show
    """
    with opened() as (store, _):
        click.echo(city_table(reference(store), lists.freshness(store)))


@city.command("grids")
@SCOPE
@AS_JSON
def city_grids(scope: str | None, as_json: bool) -> None:
    """List the grids of a scope with their codes.

    \b
    Examples:
      python app.py city grids
      python app.py city grids --scope boston-roxbury --json
    """
    with opened() as (store, _):
        tree = reference(store).tree
    top = tree.get(scope or tree.root.code)
    found = [grid for grid in tree if top.id <= grid.id <= top.last_id]
    if as_json:
        names = ("code", "name", "parent", "depth", "level", "kind")
        rows = [{name: getattr(grid, name) for name in names} for grid in found]
        echo_json({"scope": top.code, "rows": rows})
        return
    click.echo(grids_table(found))


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--mapping", required=True, metavar="NAME", help="A mapping of the city pack, or a mapping file."
)
@click.option(
    "--mode",
    type=click.Choice(["auto", "bulk", "live"]),
    default="auto",
    show_default=True,
    help="bulk builds the counters once at the end; live keeps them exact all the time.",
)
@click.option("--allow-rejects", is_flag=True, help="Exit code 0 although rows were rejected.")
def import_(file: Path, mapping: str, mode: Literal["auto", "bulk", "live"], allow_rejects: bool) -> None:
    """Import events from FILE: CSV (also .gz), Excel or Parquet.

    It can be run again: a known event is never counted twice. Rejected rows go to FILE.rejects.csv with their reasons.
    The exit code is 0 when none was rejected, 1 when some were, 2 when the file cannot be imported at all.

    \b
    Examples:
      python app.py import requests.csv.gz --mapping boston311
      python app.py import today.xlsx --mapping hotline --mode live --allow-rejects
    """
    with opened() as (store, settings), progress_bar() as progress:
        rules = find_mapping(mapping, reference(store), settings)
        summary = import_file(store, file, rules, now(), mode, progress, fallback=settings.var_dir)
    tell(file, summary)
    if summary.rejected and not allow_rejects:
        sys.exit(1)


def tell(file: Path, summary: Summary, *, aside: bool = False) -> None:
    """Prints what became of the rows of a file, `aside` on standard error."""
    counts = {name: getattr(summary, name) for name in ("read", "added", "updated", "unchanged", "rejected")}
    click.echo(f"{file.name}: " + ", ".join(f"{name} {count:,}" for name, count in counts.items()), err=aside)
    if summary.rejects_path is not None:
        click.echo(f"the rejected rows and their reasons: {summary.rejects_path}", err=aside)


COMMANDS: Final = (city, import_)
