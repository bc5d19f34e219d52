"""The audit at a terminal, and as a file for whoever may read it."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from flask import Flask, Response, request
from werkzeug.wrappers import Response as BaseResponse

from api import doors
from api.accounts import operator
from api.terminal import AS_JSON, echo_json, moment, opened
from data.audit import RESULTS, Recorded, Wanted, entries, every_entry, prune, record, verify
from data.audit import Entry as AuditEntry
from data.clocks import Instant, ZoneClock, iso, now
from data.reference import NoCity, reference
from data.store import Store

COLUMNS: Final = (
    *(
        "number",
        "at",
        "who",
        "role",
        "scope",
        "session",
        "address",
        "action",
        "subject",
        "result",
        "detail",
        "hash",
    ),
)
"""Of the file; `at` is an instant in UTC."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_BLOCK: Final = 64 * 1024


@dataclass(frozen=True)
class AuditFile:
    """What the address of the file answers with: wanted(query) is what its query string asks for, every(wanted) gives
    the entries that the viewer may see, the oldest first."""

    wanted: Callable[[str], Wanted]
    every: Callable[[Wanted], Iterable[Recorded]]


def register(server: Flask, source: AuditFile) -> None:
    """Adds /audit/export.csv to the server."""

    def export() -> BaseResponse:
        no = doors.refusal("audit")
        if no is not None:
            return no
        query = request.query_string.decode("latin-1")
        wanted = source.wanted(query)
        doors.audited("export", "audit", "ok", filters=query[:200])
        return Response(
            lines(source.every(wanted)),
            mimetype="text/csv",
            headers={
                "Content-Disposition": 'attachment; filename="yiping-audit.csv"',
                "Cache-Control": "no-store",
            },
        )

    server.add_url_rule("/audit/export.csv", "yiping_audit_export", export)


def lines(found: Iterable[Recorded]) -> Iterator[bytes]:
    """The file in blocks, with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    yield b"\xef\xbb\xbf"
    for one in found:
        writer.writerow([harmless(value) for value in _values(one)])
        if out.tell() > _BLOCK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def harmless(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def _values(one: Recorded) -> list[str]:
    return [
        str(one.seq),
        iso(one.at),
        *(one.who, one.role, one.scope, one.session, one.address, one.action, one.subject, one.result),
        json.dumps(one.detail, ensure_ascii=False, sort_keys=True) if one.detail else "",
        one.hash,
    ]


@click.group()
def audit() -> None:
    """The audit: who did what, when, from where, and with what result."""


def _filters(command: Any) -> Any:
    options = (
        click.option("--who", default="", metavar="NAME", help="What this account did alone."),
        click.option("--action", default="", metavar="ACTION", help="One action alone, such as export."),
        click.option("--result", default="", type=click.Choice(["", *RESULTS]), help="One result alone."),
        click.option("--from", "start", metavar="DATE", help="First day, or first instant."),
        click.option("--to", "end", metavar="DATE", help="The day or instant after the last."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@audit.command("list")
@_filters
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="At most so many."
)
@AS_JSON
def audit_list(
    who: str, action: str, result: str, start: str | None, end: str | None, limit: int, as_json: bool
) -> None:
    """List the newest entries.

    \b
    Examples:
      python app.py audit list --action export --from 2026-11-01
      python app.py audit list --result refused --json
    """
    with opened() as (store, _):
        clock = _clock(store)
        found = entries(store, _wanted(clock, who, action, result, start, end), limit)
    if as_json:
        echo_json({"rows": [_plain(one) for one in found]})
        return
    for one in found:
        told = " ".join(f"{name}={value}" for name, value in one.detail.items())
        who_and_where = f"{one.who or '-'}@{one.address or '-'}"
        click.echo(
            f"{one.seq:>8}  {clock.local(one.at):%Y-%m-%d %H:%M:%S}  {one.result:<8}{one.action:<16}"
            f"{who_and_where:<28}{one.subject}  {told}".rstrip()
        )


@audit.command("verify")
@click.option("--known", metavar="NUMBER:HASH", help="An entry's number and hash that were noted before.")
@AS_JSON
def audit_verify(known: str | None, as_json: bool) -> None:
    """Walk the whole chain. The exit code is 0 when it holds, 1 when it does not.

    Note the last hash elsewhere from time to time: with --known it proves that nobody has made the chain anew.

    \b
    Examples:
      python app.py audit verify
      python app.py audit verify --known 1200:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    proof = None
    if known is not None:
        number, _, digest = known.partition(":")
        if not number.isdigit() or len(digest) != 64:
            raise click.BadParameter(f"expected NUMBER:HASH, found {known!r}", param_hint="--known")
        proof = (int(number), digest.lower())
    with opened() as (store, _):
        found = verify(store, proof)
    if as_json:
        echo_json({"holds": found.holds, **vars(found)})
    elif found.broken_at is not None:
        click.echo(
            f"the chain breaks at {found.broken_at}: that entry or the one before was changed or removed"
        )
    elif found.proved is False:
        click.echo(f"the chain does not lead through {known}: it was cut short or made anew")
    else:
        behind = f", behind {found.anchor} that were pruned" if found.anchor else ""
        click.echo(f"{found.rows:,} entries hold together{behind}; the last is {found.last}:{found.head}")
    if not found.holds:
        sys.exit(1)


@audit.command("export")
@_filters
@click.option("--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Where it goes.")
def audit_export(who: str, action: str, result: str, start: str | None, end: str | None, out: Path) -> None:
    """Write the entries to FILE as CSV, the oldest first.

    \b
    Examples:
      python app.py audit export --out audit.csv
      python app.py audit export --who li.ming --from 2026-10-01 --to 2026-11-01 --out october.csv
    """
    with opened() as (store, _):
        wanted = _wanted(_clock(store), who, action, result, start, end)
        record(store, AuditEntry(now(), "export", "audit", "ok", who=operator(), detail={"file": str(out)}))
        with out.open("wb") as file:
            for block in lines(every_entry(store, wanted)):
                file.write(block)
    click.echo(f"{out} is written")


@audit.command("prune")
def audit_prune() -> None:
    """Let go of the entries that are older than YIPING_AUDIT_DAYS; the chain stays verifiable.

    \b
    Examples:
      python app.py audit prune
    """
    with opened() as (store, settings):
        went = prune(store, now(), settings.audit_days, who=operator())
    click.echo(f"{went:,} entries of more than {settings.audit_days} days went")


def _clock(store: Store) -> ZoneClock:
    try:
        return reference(store).clock
    except NoCity:
        return ZoneClock.of("UTC")


def _wanted(
    clock: ZoneClock, who: str, action: str, result: str, start: str | None, end: str | None
) -> Wanted:
    first: Instant | None = None if start is None else moment(start, clock, "--from")
    last: Instant | None = None if end is None else moment(end, clock, "--to")
    return Wanted(who, action, result, first, last)


def _plain(one: Recorded) -> dict[str, Any]:
    return {
        **dict(zip(COLUMNS, _values(one), strict=True)),
        "number": one.seq,
        "detail": dict(one.detail),
    }


COMMANDS: Final = (audit,)
