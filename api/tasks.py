"""The commands of tasks and duty: issue, list, mark as done, give back, withdraw; sign in, the board, and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from api.accounts import operator
from api.terminal import AS_JSON, echo_json, moment, opened
from data.audit import Entry, record
from data.clocks import Instant, iso, now
from data.reference import Reference, reference
from data.store import Store
from data.tasks import keeping
from data.tasks.duty import board as board_of
from data.tasks.duty import sign_in as sign_in_one
from data.tasks.files import FILE_KINDS, FileKind, take
from data.tasks.keeping import Order
from data.tasks.listing import Task, one_task
from data.tasks.listing import tasks as tasks_of
from data.tasks.states import KINDS, Kind, Step

_ID: Final = click.argument("number", metavar="ID", type=click.IntRange(1))
_SCOPE: Final = click.option(
    "--scope", metavar="CODE", help="A grid and all below it; the whole city without it."
)


@click.group("tasks")
def tasks() -> None:
    """Temporary matters and commands: what is asked of grids, and who has done it."""


@tasks.command("issue")
@click.option("--kind", type=click.Choice(KINDS), default="temporary", show_default=True)
@click.option("--title", metavar="TEXT", required=True, help="What is asked.")
@click.option("--body", metavar="TEXT", default="", help="The same in detail.")
@click.option(
    "--due", metavar="T", required=True, help="Until when: an instant, or a date for its first moment."
)
@click.option(
    "--grid", "grids", metavar="CODE", multiple=True, help="Of which grid; several times for several."
)
@click.option(
    "--depth", type=click.IntRange(0, 9), help="Of all ordinary grids of this depth within the scope."
)
@_SCOPE
@click.option("--key", metavar="TEXT", default="", help="A name of your own: the same is not issued twice.")
@AS_JSON
def issue(
    kind: Kind,
    title: str,
    body: str,
    due: str,
    grids: tuple[str, ...],
    depth: int | None,
    scope: str | None,
    key: str,
    as_json: bool,
) -> None:
    """Issue a task to grids with a due time.

    \b
    Examples:
      python app.py tasks issue --title 排查积水点位 --due 2026-12-01T17:30:00+08:00 --depth 2
      python app.py tasks issue --kind command --title 核查到岗 --due 2026-12-01 --grid 410105001 --grid 410105002
    """
    with opened() as (store, _):
        known = reference(store)
        code = _code(known, scope)
        due_at = moment(due, known.clock, "--due")
        if depth is not None:
            grids += tuple(one.code for one in known.tree.at_depth(code, depth) if one.kind is None)
        order = Order(kind, title, body, tuple(dict.fromkeys(grids)), due_at, key)
        entry = _entry("task", act="issued", kind=kind, grids=len(order.grids))
        # Whoever sits at the terminal is the city's: no grid puts off what it was asked.
        number = keeping.issue(store, known.code, order, entry.who, entry.at, entry=entry)
        _tell(store, known, number, as_json)


@tasks.command("list")
@_SCOPE
@click.option("--all", "everything", is_flag=True, help="Those that have ended too, the latest first.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@AS_JSON
def list_(scope: str | None, everything: bool, limit: int, as_json: bool) -> None:
    """List the tasks that are open, the most urgent first.

    \b
    Examples:
      python app.py tasks list
      python app.py tasks list --scope 410105 --all
    """
    with opened() as (store, _):
        known = reference(store)
        code, at = _code(known, scope), now()
        found = tasks_of(store, code, at, "all" if everything else "open", limit=limit)[:limit]
    if as_json:
        echo_json({"scope": code, "rows": [_row(one, at) for one in found]})
        return
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("no task is open" if not everything else "no task was issued")


@tasks.command("done")
@_ID
@click.option("--grid", metavar="CODE", required=True)
@click.option("--note", metavar="TEXT", default="", help="What was done.")
@click.option("--evidence", metavar="TEXT", default="", help="A link or a text that shows it.")
@AS_JSON
def done(number: int, grid: str, note: str, evidence: str, as_json: bool) -> None:
    """Mark a grid's share of a task as done. ID is its number in the list.

    \b
    Examples:
      python app.py tasks done 17 --grid 410105001 --note 现场已清理
    """

    def act(store: Store, scope: str, entry: Entry) -> None:
        if not keeping.done(store, scope, number, grid, entry.who, entry.at, note, evidence, entry=entry):
            click.echo("it is done already; nothing was changed", err=True)

    _acted(number, as_json, act, act="done", grid=grid)


@tasks.command("return")
@_ID
@click.option("--grid", metavar="CODE", required=True)
@click.option("--note", metavar="TEXT", required=True, help="What is missing.")
@AS_JSON
def give_back(number: int, grid: str, note: str, as_json: bool) -> None:
    """Give a share that is done back to its grid: it is open again.

    \b
    Examples:
      python app.py tasks return 17 --grid 410105001 --note 照片不清
    """

    def act(store: Store, scope: str, entry: Entry) -> None:
        keeping.give_back(store, scope, number, grid, entry.who, note, entry.at, entry=entry)

    _acted(number, as_json, act, act="returned", grid=grid)


@tasks.command("extend")
@_ID
@click.option(
    "--due", metavar="T", required=True, help="Until when: an instant, or a date for its first moment."
)
@click.option("--note", metavar="TEXT", required=True, help="Why.")
@AS_JSON
def extend(number: int, due: str, note: str, as_json: bool) -> None:
    """Move the due time of a task.

    \b
    Examples:
      python app.py tasks extend 17 --due 2026-12-03 --note 等待材料
    """

    def act(store: Store, scope: str, entry: Entry) -> None:
        due_at = moment(due, reference(store).clock, "--due")
        keeping.extend(store, scope, number, due_at, entry.who, note, entry.at, entry=entry)

    _acted(number, as_json, act, act="extended")


@tasks.command("withdraw")
@_ID
@click.option("--note", metavar="TEXT", required=True, help="Why.")
@AS_JSON
def withdraw(number: int, note: str, as_json: bool) -> None:
    """Take a task back from all its grids.

    \b
    Examples:
      python app.py tasks withdraw 17 --note 上级取消
    """

    def act(store: Store, scope: str, entry: Entry) -> None:
        keeping.withdraw(store, scope, number, entry.who, note, entry.at, entry=entry)

    _acted(number, as_json, act, act="withdrawn")


@click.group("duty")
def duty() -> None:
    """Duty: who has signed in, and the sign-ins and completions that a file brings."""


@duty.command("sign-in")
@click.argument("grid", metavar="CODE")
@click.option("--who", metavar="NAME", help="Who is on duty (default: whoever runs this).")
@click.option("--note", metavar="TEXT", default="")
@AS_JSON
def sign_in(grid: str, who: str | None, note: str, as_json: bool) -> None:
    """Sign a grid's centre in for the shift that has opened last.

    \b
    Examples:
      python app.py duty sign-in 410105001 --who 张三
    """
    with opened() as (store, _):
        entry = _entry(f"duty {grid[:64]}", act="signed in")
        made = sign_in_one(
            store,
            reference(store).tree.root.code,
            grid,
            entry.who if who is None else who,
            entry.at,
            note=note,
            via="terminal",
            entry=entry,
        )
    one = made.sign_in
    told = {
        "grid": one.grid,
        "shift": one.slot.shift,
        "starts_at": iso(one.slot.starts_at),
        "at": iso(one.at),
        "who": one.who,
        "in_time": one.in_time,
        "again": made.again,
    }
    if as_json:
        echo_json(told)
    else:
        again = "; it stood already, nothing was changed" if made.again else ""
        late = "" if one.in_time else ", too late"
        click.echo(f"{one.grid}  shift of {one.slot.shift}  {iso(one.at)}  {one.who}{late}{again}")


@duty.command("list")
@_SCOPE
@AS_JSON
def board(scope: str | None, as_json: bool) -> None:
    """List the centres on duty and how they stand with the present shift.

    \b
    Examples:
      python app.py duty list --scope 410105
    """
    with opened() as (store, _):
        code = _code(reference(store), scope)
        found = board_of(store, code, now())
    if as_json:
        rows = [
            {
                "grid": one.grid.code,
                "grid_name": one.grid.name,
                "state": one.attendance,
                "at": None if one.sign_in is None else iso(one.sign_in.at),
                "who": None if one.sign_in is None else one.sign_in.who,
            }
            for one in found.watches
        ]
        shift = found.slot
        echo_json(
            {
                "scope": code,
                "shift": None if shift is None else shift.shift,
                "starts_at": None if shift is None else iso(shift.starts_at),
                "in_time_until": None if shift is None else iso(shift.ends_at),
                "rows": rows,
            }
        )
        return
    for one in found.watches:
        at = "" if one.sign_in is None else f"  {iso(one.sign_in.at)}  {one.sign_in.who}"
        click.echo(f"{one.grid.code}  {one.grid.name}  {one.attendance}{at}")
    if not found.watches:
        click.echo("no duty is owed here")


@duty.command("import")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(FILE_KINDS),
    default="duty",
    show_default=True,
    help="Sign-ins, or tasks done.",
)
@click.option("--allow-rejects", is_flag=True, help="Exit with 0 although rows were refused.")
@AS_JSON
def import_(file: Path, kind: FileKind, allow_rejects: bool, as_json: bool) -> None:
    """Take a CSV file of sign-ins (grid, at, who, note) or of tasks done (task, grid, at, who, note, evidence).

    The same file again changes nothing. Rows that are refused are listed with the reason.

    \b
    Examples:
      python app.py duty import sign-ins.csv
      python app.py duty import done.csv --kind done
    """
    content = file.read_bytes()
    with opened() as (store, _):
        entry = _entry(f"file of {kind}", act="file", bytes=len(content))
        record(store, entry)
        made = take(store, reference(store).tree.root.code, kind, content, entry.who, entry.at)
    rejected = [{"row": one.row, "why": str(one.why)} for one in made.rejected]
    if as_json:
        echo_json({"new": made.new, "again": made.again, "rows": rejected})
    else:
        click.echo(f"{file.name}: new {made.new:,}, known {made.again:,}, rejected {len(rejected):,}")
        for one in rejected:
            click.echo(f"row {one['row']}: {one['why']}", err=True)
    if rejected and not allow_rejects:
        raise SystemExit(1)


def _acted(number: int, as_json: bool, do: Callable[[Store, str, Entry], None], **detail: str) -> None:
    with opened() as (store, _):
        known = reference(store)
        do(store, known.tree.root.code, _entry(f"task {number}", **detail))
        _tell(store, known, number, as_json)


def _tell(store: Store, known: Reference, number: int, as_json: bool) -> None:
    at = now()
    found, steps = one_task(store, known.tree.root.code, number, at)
    if as_json:
        echo_json(_row(found, at) | {"body": found.body, "steps": [_step(one) for one in steps]})
    else:
        click.echo(_line(found))


def _entry(subject: str, **detail: Any) -> Entry:
    return Entry(now(), "handle", subject, "ok", who=operator(), detail=detail)


def _code(known: Reference, scope: str | None) -> str:
    return known.tree.get(scope or known.tree.root.code).code


def _line(one: Task) -> str:
    state = "withdrawn" if one.withdrawn_at is not None else "open" if one.is_open else "done"
    overdue = one.count("overdue")
    late = f", {overdue} overdue" if overdue else ""
    return (
        f"{one.id}  {one.kind:<9}  due {iso(one.due_at)}  {state:<9}  {one.done} of {len(one.shares)} done{late}  "
        f"{one.title}"
    )


def _row(one: Task, at: Instant) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "title": one.title,
        "scope": one.scope,
        "issued_by": one.issued_by,
        "issued_at": iso(one.issued_at),
        "due_at": iso(one.due_at),
        "withdrawn_at": None if one.withdrawn_at is None else iso(one.withdrawn_at),
        "shares": [
            {
                "grid": share.grid,
                "state": share.verdict(at),
                "done_at": None if share.done_at is None else iso(share.done_at),
                "done_by": share.done_by or None,
                "returned": share.returned,
            }
            for share in one.shares
        ],
    }


def _step(one: Step) -> dict[str, Any]:
    return {
        "at": iso(one.at),
        "known_at": iso(one.known_at),
        "what": one.what,
        "grid": one.grid or None,
        "due_at": None if one.due_at is None else iso(one.due_at),
        "who": one.who,
        "note": one.note or None,
        "evidence": one.evidence or None,
    }


COMMANDS: Final = (tasks, duty)
