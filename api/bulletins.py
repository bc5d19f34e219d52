"""The commands of bulletins: one into the archive, a copy of one to a file, a revision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from api.accounts import operator
from api.terminal import SCOPE, opened, progress_bar
from data.audit import Entry, record
from data.bulletinplan import BulletinKind, centres, due_at, parse_period, period_text, told
from data.clocks import Instant, iso, now
from data.editions import (
    Edition,
    EditionError,
    Owed,
    claim,
    claim_again,
    document_of,
    edition_of,
    find_edition,
    plan,
    revisable,
    try_now,
)
from data.reference import Reference, reference
from data.settings import Settings
from data.store import Store
from reports.document import Document, from_json
from reports.docx import docx as word_file
from reports.making import FOLDER, Office, make, worker_name
from reports.press import MENDABLE, Press
from reports.render import Setter, write_whole
from reports.webpage import webpage


def office_of(store: Store, settings: Settings, setter: Setter) -> Office:
    """Where the real bulletins of a store are made."""
    return Office(
        store, settings.var_dir / FOLDER, Press(store, now, setter), now, worker_name(), mendable=MENDABLE
    )


@click.group()
def bulletin() -> None:
    """Bulletins: into the archive, or a copy to a file."""


_OPTIONS: Final = (
    SCOPE,
    click.option(
        "--out",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Set a copy to this file, and record nothing.",
    ),
    click.option("--docx", is_flag=True, help="With --out: a Word file beside it."),
    click.option("--html", is_flag=True, help="With --out: a page for browsers beside it."),
    click.option("--revise", is_flag=True, help="Make the next revision of one that was issued."),
    click.option("--reason", metavar="TEXT", default="", help="Why it is revised."),
    click.option("--force", is_flag=True, help="Revise even where no figure has changed."),
)
_DATE: Final = click.option(
    "--date", "period", metavar="DATE", help="The day it is given on (default: today in the city)."
)
_MONTH: Final = click.option(
    "--month", "period", metavar="MONTH", help="The month it tells of (default: the last one that is over)."
)

_TEXTS: Final[dict[BulletinKind, str]] = {
    "morning": """The morning bulletin: the day before, as of 08:00.

    Without --out it is looked up in the archive, and made there if its hour has come; with --out any scope's is set to
    a file, as of its hour or of now while that is to come.

    \b
    Examples:
      python app.py bulletin morning
      python app.py bulletin morning --scope 410105 --date 2026-11-27 --out morning.pdf --docx
    """,
    "evening": """The evening bulletin: the day until 20:00.

    Without --out it is looked up in the archive, and made there if its hour has come; with --out any scope's is set to
    a file, as of its hour or of now while that is to come.

    \b
    Examples:
      python app.py bulletin evening --date 2026-02-10 --out evening.pdf
      python app.py bulletin evening --scope boston-roxbury --date 2026-02-10 --out roxbury.pdf
      python app.py bulletin evening --date 2026-11-26 --revise --reason "late reports"
    """,
    "month": """The monthly bulletin: how the grids did, given on the first of the next month.

    Without --out it is looked up in the archive, and made there if its hour has come; with --out any scope's is set to
    a file, as of its hour or of now while that is to come.

    \b
    Examples:
      python app.py bulletin month --month 2026-10
      python app.py bulletin month --scope 410105001 --month 2026-11 --out so-far.pdf
    """,
}


def _command(kind: BulletinKind) -> click.Command:
    def run(
        scope: str | None,
        period: str | None,
        out: Path | None,
        docx: bool,
        html: bool,
        revise: bool,
        reason: str,
        force: bool,
    ) -> None:
        if out is None and (docx or html):
            raise click.UsageError("expected --out FILE with --docx or --html: the other forms go beside it")
        if revise and (out is not None or not reason.strip()):
            raise click.UsageError("expected --reason TEXT, and no --out, with --revise")
        present = now()
        with opened(patient=True) as (store, settings), progress_bar() as progress, Setter() as setter:
            city = reference(store)
            code = city.tree.get(scope or city.code).code
            asked = _period(kind, period, city, present)
            office = office_of(store, settings, setter)
            progress(f"making {kind} {asked}", 0.0)
            if out is not None:
                said = _copied(office, city, kind, code, asked, out, docx, html)
            elif revise:
                said = _revised(office, kind, code, asked, reason.strip(), force)
            else:
                said = _archived(office, city, kind, code, asked)
        click.echo(said)

    command: Callable[..., Any] = run
    for option in reversed((*_OPTIONS[:1], _MONTH if kind == "month" else _DATE, *_OPTIONS[1:])):
        command = option(command)
    return click.command(kind, help=_TEXTS[kind])(command)


def _period(kind: BulletinKind, asked: str | None, city: Reference, present: Instant) -> str:
    today = city.clock.local(present).date()
    if asked is None:
        last = today if kind != "month" else date.fromordinal(today.replace(day=1).toordinal() - 1)
        return period_text(kind, last)
    option = "--month" if kind == "month" else "--date"
    try:
        first = parse_period(kind, asked)
        begun = told(kind, asked, city.clock).start <= present
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(str(error), param_hint=option) from None
    if not begun or (kind != "month" and first > today):
        raise click.BadParameter(
            f"expected a period that has begun in {city.name}, found {asked}: give an earlier one",
            param_hint=option,
        )
    return asked


def _hour(city: Reference, kind: BulletinKind, period: str) -> Instant:
    """When the bulletin is given, were its day worked or not."""
    how = plan(city)
    at = due_at(how, kind, period, city.clock, city.calendar)
    if at is None:
        usual: dict[str, Any] = {kind: replace(how.of(kind), non_working="issue")}
        at = due_at(replace(how, **usual), kind, period, city.clock, city.calendar)
    assert at is not None
    return at


def _copied(
    office: Office,
    city: Reference,
    kind: BulletinKind,
    scope: str,
    period: str,
    out: Path,
    as_docx: bool,
    as_html: bool,
) -> str:
    """Sets a copy: of the issued edition where there is one, else of what is known now."""
    press = office.maker
    assert isinstance(press, Press)
    issued = find_edition(office.store, kind, scope, period)
    page: Document
    if issued is not None and issued.state == "issued":
        page, what = from_json(document_of(office.store, issued.id)), f"a copy of {_name(issued)}"
    else:
        as_of = min(_hour(city, kind, period), office.now())
        page, what = press.page(press.content(kind, scope, period, as_of)), "not in the archive"
    made = press.setter.pdf(page, out)
    lines = [f"{out}: {made.pages} pages, as of {iso(page.as_of)}, {what}, sha256 {made.sha256}"]
    if as_docx:
        beside = out.with_suffix(".docx")
        write_whole(beside, word_file(page, press.setter.picture))
        lines.append(str(beside))
    if as_html:
        beside = out.with_suffix(".html")
        write_whole(beside, webpage(page).encode())
        lines.append(str(beside))
    return "\n".join(lines)


def _archived(office: Office, city: Reference, kind: BulletinKind, scope: str, period: str) -> str:
    """Looks a bulletin up, and makes it where there is none; as the jobs would, so that there is one."""
    store = office.store
    found = find_edition(store, kind, scope, period)
    if found is None:
        at = _hour(city, kind, period)
        if at > office.now():
            raise EditionError(
                f"expected a bulletin whose hour has come, found one that is due at {iso(at)}: wait for it, or set a "
                "copy of what is known now with --out FILE"
            )
        if scope not in centres(plan(city), city.tree):
            raise EditionError(
                f"expected a scope with a centre of its own, found {scope!r}: set a copy with --out FILE, or add its "
                "depth to [bulletins] depths of city.toml"
            )
        held = claim(store, Owed(kind, scope, period, at, at), office.worker, office.now())
    else:
        # Whoever asks by hand has mended what was wrong.
        try_now(store, found.id, office.now())
        held = claim_again(store, found.id, office.worker, office.now())
    if held is not None:
        make(office, held)
    found = find_edition(store, kind, scope, period)
    assert found is not None
    return _standing(office, found)


def _revised(office: Office, kind: BulletinKind, scope: str, period: str, reason: str, force: bool) -> str:
    """Makes the next revision of an issued bulletin; nothing where nothing has changed, unless it is forced."""
    store = office.store
    first = revisable(store, kind, scope, period)
    press = office.maker
    assert isinstance(press, Press)
    if not press.changed(first) and not force:
        return f"{_name(first)}: no figure has changed, so nothing was revised (--force revises all the same)"
    owed = Owed(kind, scope, period, first.due_at, first.as_of)
    held = claim(store, owed, office.worker, office.now(), reason=reason, revision=first.revision + 1)
    if held is None:
        raise EditionError(
            "expected to be alone in revising it, found somebody faster: see what they made of it"
        )
    record(
        store,
        Entry(
            *(office.now(), "revise", f"bulletin {kind} {scope} {period} revision {held.revision}", "ok"),
            who=operator(),
            detail={"reason": reason},
        ),
    )
    make(office, held)
    return _standing(office, edition_of(store, held.id))


def _name(one: Edition) -> str:
    return f"{one.number or f'{one.kind} {one.period} {one.scope}'}, revision {one.revision}"


def _standing(office: Office, one: Edition) -> str:
    """What has become of an edition, in lines. Raises EditionError for one that failed."""
    if one.fault:
        raise EditionError(f"{_name(one)}: {one.fault}")
    if one.state in ("draft", "issued"):
        lines = [
            f"{office.folder / one.path}: {one.state}, {_name(one)}, {one.pages} pages, as of {iso(one.as_of)}, "
            f"sha256 {one.sha256}"
        ]
        return "\n".join([*lines, *(f"  {sentence}" for sentence in one.changes)])
    return f"{_name(one)}: {one.state}; somebody is at work on it"


COMMANDS: Final = (bulletin,)
for _kind in _TEXTS:
    bulletin.add_command(_command(_kind))
