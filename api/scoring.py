"""The commands of the assessment: scores and how they are made, marks, freezing, and appeals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from api.accounts import operator
from api.assessing import entries_of, event_numbers
from api.terminal import AS_JSON, SCOPE, Sentence, echo_json, opened
from data import audit
from data.access import Viewer
from data.assessment import appeals as appealing
from data.assessment import keeping
from data.assessment.appeals import Appeal
from data.assessment.arithmetic import Score, Worked
from data.assessment.entries import AssessmentError, Wanted, enter
from data.assessment.keeping import Board, Standing
from data.assessment.lifting import lifts
from data.assessment.measuring import city_rules
from data.assessment.months import month_text
from data.assessment.rules import KEYS, AssessmentRules
from data.assessment.template import enter_sheet
from data.assessment.template import template as sheet_of
from data.audit import Entry
from data.clocks import iso, now
from data.reference import Reference, reference
from data.store import Store
from data.words import speaking
from layouts import assesstext
from layouts.assesstext import MarkSaid
from reports.terminal import table

_FIRST_ROW: Final = 2
_MONTH = click.option("--month", metavar="MONTH", help="A month such as 2026-10.")

Answer = TypeVar("Answer")


@click.group("assess")
def assess() -> None:
    """The monthly assessment: scores of seven dimensions, how they are made, marks and appeals.

    A MONTH is such as 2026-10. A month is frozen when its bulletin is due; until then its scores move.
    """


@assess.command("show")
@click.option("--month", metavar="MONTH", help="A month (default: the last that is frozen, else this one).")
@click.option(
    "--depth", type=click.IntRange(1, 4), help="1 districts, 2 level-1 grids (default: the deepest)."
)
@SCOPE
@AS_JSON
def show(month: str | None, depth: int | None, scope: str | None, as_json: bool) -> None:
    """Print the scores and ranks of a month.

    \b
    Examples:
      python app.py assess show
      python app.py assess show --month 2026-10 --depth 1
      python app.py assess show --scope 410105 --json
    """
    with opened() as (store, _):
        city = reference(store)
        code = city.tree.get(scope or city.code).code
        board = _board(store, city, code, month, depth)
    if as_json:
        echo_json(_head(board) | {"scope": code, "rows": [_row(each) for each in board.standings]})
        return
    click.echo(_stands(board))
    if not board.standings:
        click.echo("no grid of this scope is assessed at this depth")
        return
    rows = [
        [
            each.rank,
            each.code,
            each.name,
            each.group or None,
            None if each.score.value is None else f"{each.score.value:.2f}",
            f"{each.score.weight}/100",
            "" if each.rank is not None else _unranked(board.rules, each.score),
        ]
        for each in sorted(board.standings, key=lambda one: (one.group, one.rank is None, one.rank or 0))
    ]
    click.echo(
        table(
            ("rank", "code", "name", "group", "score", "weight", "why no rank"),
            rows,
            {"rank", "score", "weight"},
        )
    )


@assess.command("explain")
@click.argument("grid")
@_MONTH
@AS_JSON
def explain(grid: str, month: str | None, as_json: bool) -> None:
    """Print how a score was made, step by step, and what would lift it.

    \b
    Examples:
      python app.py assess explain 410105001 --month 2026-10
    """
    with opened() as (store, _):
        city = reference(store)
        depth = city.tree.get(grid).depth
        board = _board(store, city, grid, month, depth)
        found = next((each for each in board.standings if each.code == grid), None)
        if found is None:
            raise Sentence(f"expected a grid that is assessed in {board.month}, found {grid!r}")
        entered = entries_of(store, board.rules, board.month, grid)
        changes = keeping.revisions(store, grid, board.month)
    marks: dict[str, MarkSaid] = {}
    for one in entered:
        part = found.score.of(one.dimension)
        if one.at <= board.as_of and one.dimension not in marks and part.given.mark == one.mark:
            marks[one.dimension] = MarkSaid(one.author, iso(one.at), one.reason, one.evidence)
    better = lifts(board.rules, found.score)
    if as_json:
        echo_json(
            _head(board)
            | _row(found)
            | {
                "parts": [_part(each) for each in found.score.parts],
                "lifts": [
                    {
                        "dimension": each.key,
                        "cases": each.cases,
                        "gain": float(each.gain),
                        "gain_of_one": float(each.gain_of_one),
                    }
                    for each in better
                ],
                "revisions": [
                    {
                        "revision": each.revision,
                        "at": iso(each.at),
                        "by": each.by or None,
                        "appeal": each.appeal_id,
                        "score": _number(each.score),
                    }
                    for each in changes
                ],
            }
        )
        return
    click.echo(f"{found.name} ({found.code})  {_stands(board)}")
    with speaking("en"):
        for part in found.score.parts:
            told = assesstext.why_not(part)
            click.echo(f"\n{part.key}, weight {part.weight}" + (f": not judged, {told}" if told else ""))
            for step in assesstext.steps(board.rules, board.rules.of(part.key), part, marks.get(part.key)):
                click.echo(f"  {step.label + ':':<14} {step.text}")
        click.echo(f"\n{assesstext.sum_of(found.score)}")
        rank = (
            _unranked(board.rules, found.score) if found.rank is None else f"{found.rank} of {found.ranked}"
        )
        click.echo(f"rank: {rank}")
        for sentence in assesstext.lift_sentences(better):
            click.echo(sentence)


@assess.command("enter")
@click.argument("grid")
@click.argument("dimension")
@click.argument("mark")
@click.option("--month", metavar="MONTH", required=True, help="A month that is not frozen.")
@click.option("--reason", metavar="TEXT", required=True, help="Why it is this mark.")
@click.option("--evidence", metavar="TEXT", required=True, help="A document, a record, where it can be seen.")
def enter_mark(grid: str, dimension: str, mark: str, month: str, reason: str, evidence: str) -> None:
    """Give a grid a mark from 0 to 100 in a dimension that marks are entered for. The last one of a month counts.

    \b
    Examples:
      python app.py assess enter 410105001 centre 92 --month 2026-11 --reason "visited twice" --evidence "minutes 17"
    """
    with opened() as (store, _):
        wanted = Wanted(month, grid, dimension, mark, reason, evidence)
        subject = f"assessment {month} {grid} {dimension}"

        def act(noted: Entry) -> int:
            taken = enter(store, [wanted], operator(), now(), noted=noted)
            if taken.refused:
                raise AssessmentError(taken.refused[0].reason)
            return taken.entered

        entered = _noted(store, "assess", subject, act, mark=mark)
    click.echo(f"{grid} {dimension} {month}: {mark}" if entered else "nothing has changed")


@assess.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@AS_JSON
def import_(file: Path, as_json: bool) -> None:
    """Enter the marks of a CSV file. Wrong rows are listed and the others kept; exit code 1 when there are any.

    \b
    Examples:
      python app.py assess template --month 2026-11 > marks.csv
      python app.py assess import marks.csv
    """
    content = file.read_bytes()
    with opened() as (store, _):
        taken = _noted(
            store,
            "assess",
            f"assessment file {file.name[:60]}",
            lambda noted: enter_sheet(store, content, operator(), now(), noted=noted),
        )
    refused = [{"row": each.place + _FIRST_ROW, "reason": each.reason} for each in taken.refused]
    if as_json:
        echo_json({"entered": taken.entered, "unchanged": taken.unchanged, "refused": refused})
    else:
        click.echo(f"{taken.entered} entered, {taken.unchanged} unchanged, {len(refused)} refused")
        for each in refused:
            click.echo(f"row {each['row']}: {each['reason']}", err=True)
    if refused:
        raise SystemExit(1)


@assess.command("template")
@click.option("--month", metavar="MONTH", help="The month of its rows (default: this one).")
@SCOPE
def template(month: str | None, scope: str | None) -> None:
    """Print the CSV sheet that marks are filled into, a row a grid and dimension; marks that are there stand in it.

    \b
    Examples:
      python app.py assess template --month 2026-11 > marks.csv
      python app.py assess template --scope 410105
    """
    with opened() as (store, _):
        city = reference(store)
        wanted, code = month or month_text(city, now()), scope or city.code
        rules = city_rules(city, wanted)
        found = entries_of(store, rules, wanted, code)
        click.echo(sheet_of(city.tree, code, rules, wanted, found), nl=False)


@assess.command("freeze")
@click.argument("month", required=False)
def freeze(month: str | None) -> None:
    """Freeze the scores of a month that is over, or of every month that is owed. What is frozen stays as it is.

    \b
    Examples:
      python app.py assess freeze
      python app.py assess freeze 2026-10
    """
    with opened(patient=True) as (store, _):
        wanted = keeping.owed(store, now()) if month is None else (month,)
        for each in wanted:
            made = _sentence(lambda each=each: keeping.freeze(store, each, now()))  # type: ignore[misc]
            if made:
                subject = f"assessment {each}"
                audit.record(
                    store, Entry(now(), "assess", subject, "ok", who=operator(), detail={"act": "freeze"})
                )
            click.echo(f"{each} is frozen" if made else f"{each} was frozen before and stays as it is")
    if not wanted:
        click.echo("no month is owed")


@assess.command("verify")
@click.argument("month")
@AS_JSON
def verify(month: str, as_json: bool) -> None:
    """Work a frozen month again from events and marks and print what differs; exit code 1 when anything does.

    \b
    Examples:
      python app.py assess verify 2026-10
    """
    with opened(patient=True) as (store, _):
        found = _sentence(lambda: keeping.verify(store, month))
    if as_json:
        rows = [
            {
                "code": each.code,
                "name": each.name,
                "frozen": None if each.frozen is None else float(each.frozen),
                "now": None if each.now is None else float(each.now),
            }
            for each in found
        ]
        echo_json({"month": month, "rows": rows})
    elif found:
        click.echo(
            table(
                ("code", "name", "frozen", "now"),
                [[x.code, x.name, x.frozen, x.now] for x in found],
                {"frozen", "now"},
            )
        )
    else:
        click.echo(f"{month}: every frozen score comes out the same again")
    if found:
        raise SystemExit(1)


@assess.group("appeals")
def appeals() -> None:
    """Objections to frozen scores."""


@appeals.command("list")
@_MONTH
@click.option("--open", "only_open", is_flag=True, help="Those alone that nobody has decided.")
@AS_JSON
def appeals_list(month: str | None, only_open: bool, as_json: bool) -> None:
    """List the appeals, the latest first.

    \b
    Examples:
      python app.py assess appeals list --open
    """
    with opened() as (store, _):
        known = reference(store)
        months = None if month is None else (month,)
        found = appealing.appeals(store, months=months, only_open=only_open)
    if as_json:
        echo_json({"rows": [_appeal(known, each) for each in found]})
        return
    for each in found:
        click.echo(_appeal_line(known, each))
    if not found:
        click.echo("no appeal")


@appeals.command("file")
@click.argument("grid")
@click.argument("dimension", type=click.Choice(KEYS))
@click.option("--month", metavar="MONTH", required=True, help="A month that is frozen.")
@click.option(
    "--event", "events", metavar="EVENT", multiple=True, help="An event that should not count: number or key."
)
@click.option("--reason", metavar="TEXT", required=True, help="Why the score should be another.")
@click.option("--evidence", metavar="TEXT", required=True, help="A document, a record, where it can be seen.")
@AS_JSON
def appeals_file(
    grid: str, dimension: str, month: str, events: tuple[str, ...], reason: str, evidence: str, as_json: bool
) -> None:
    """Object to one dimension of a grid's frozen score.

    \b
    Examples:
      python app.py assess appeals file 410105001 handling --month 2026-10 --event E-1 --reason flood --evidence A3
    """
    with opened() as (store, _):

        def act(noted: Entry) -> int:
            numbers = event_numbers(store, grid, " ".join(events), now())
            return appealing.object_to(
                *(store, month, grid, dimension, numbers, reason, evidence, operator(), now()), noted=noted
            )

        subject = f"assessment {month} {grid} {dimension}"
        number = _noted(store, "appeal", subject, act)
        _tell(store, number, as_json)


@appeals.command("decide")
@click.argument("number", metavar="ID", type=click.IntRange(1))
@click.option("--allow/--refuse", "allowed", required=True, default=None, help="What is decided.")
@click.option("--note", metavar="TEXT", required=True, help="Why it is decided so.")
@click.option(
    "--excused", default=0, type=click.IntRange(0), help="Missed cases that are excused, where facts count."
)
@click.option("--mark", metavar="MARK", default="", help="A new mark, where marks are entered.")
@AS_JSON
def appeals_decide(number: int, allowed: bool, note: str, excused: int, mark: str, as_json: bool) -> None:
    """Decide an appeal of somebody else. Allowed, it makes the next revision of that one score.

    \b
    Examples:
      python app.py assess appeals decide 3 --allow --note "the street was closed by order"
      python app.py assess appeals decide 4 --refuse --note "no record of it"
    """
    with opened() as (store, _):
        by = Viewer(operator(), "operator", reference(store).code)

        def act(noted: Entry) -> int | None:
            return appealing.decide(
                store, number, by, allowed, note, now(), excused=excused, mark=mark, noted=noted
            )

        _noted(store, "assess", f"appeal {number}", act)
        _tell(store, number, as_json)


def _tell(store: Store, number: int, as_json: bool) -> None:
    found = appealing.appeal_of(store, number)
    if as_json:
        echo_json(_appeal(reference(store), found))
    else:
        click.echo(_appeal_line(reference(store), found))


def _noted(store: Store, action: str, subject: str, act: Callable[[Entry], Answer], **detail: Any) -> Answer:
    """Does it, with what the audit hears in the same transaction; what was refused stands there too."""
    try:
        return act(Entry(now(), action, subject, "ok", who=operator(), detail=detail))
    except AssessmentError as error:
        reason = {"reason": str(error)[:200]}
        audit.record(store, Entry(now(), action, subject, "refused", who=operator(), detail=reason))
        raise


def _sentence(act: Callable[[], Answer]) -> Answer:
    """What is wrong with a month becomes a sentence."""
    try:
        return act()
    except ValueError as error:
        raise Sentence(str(error)) from None


def _board(store: Store, city: Reference, scope: str, month: str | None, depth: int | None) -> Board:
    months = keeping.frozen_months(store)
    wanted = month or (months[0] if months else month_text(city, now()))
    fixed = _sentence(lambda: keeping.frozen(store, wanted))
    rules = city_rules(city, wanted) if fixed is None else fixed.rules
    level = depth or max(
        (one for one in rules.depths if city.tree.at_depth(scope, one)), default=rules.depths[-1]
    )
    return _sentence(lambda: keeping.board(store, scope, wanted, level, now()))


def _stands(board: Board) -> str:
    state = "frozen" if board.is_frozen else "provisional"
    return f"{board.month}, {state} as of {iso(board.as_of)}, rules {board.rules.version}"


def _unranked(rules: AssessmentRules, score: Score) -> str:
    with speaking("en"):
        return assesstext.why_unranked(rules, score)


def _number(score: Score) -> float | None:
    return None if score.value is None else float(score.value)


def _head(board: Board) -> dict[str, Any]:
    return {
        "month": board.month,
        "depth": board.depth,
        "as_of": iso(board.as_of),
        "frozen": board.is_frozen,
        "version": board.rules.version,
    }


def _row(each: Standing) -> dict[str, Any]:
    return {
        "rank": each.rank,
        "ranked": each.ranked,
        "code": each.code,
        "name": each.name,
        "group": each.group or None,
        "score": _number(each.score),
        "weight": each.score.weight,
        "too_few": each.score.too_few,
        "revision": each.revision,
    }


def _part(part: Worked) -> dict[str, Any]:
    given = part.given

    def of(value: Any) -> float | None:
        return None if value is None else float(value)

    return {
        "dimension": part.key,
        "weight": part.weight,
        "met": None if given.cases is None else part.counted.met,
        "due": None if given.cases is None else part.counted.due,
        "excluded_met": given.excluded.met,
        "excluded_due": given.excluded.due,
        "peers_met": given.peers.met,
        "peers_due": given.peers.due,
        "rate": of(part.rate),
        "evened": of(part.evened),
        "mark": of(given.mark),
        "points": of(part.points),
        "not_judged": part.reason or None,
    }


def _appeal(known: Reference, each: Appeal) -> dict[str, Any]:
    made = each.decision
    return {
        "id": each.id,
        "month": each.month,
        "grid": each.grid,
        "grid_name": known.tree.get(each.grid).name,
        "dimension": each.dimension,
        "events": list(each.events),
        "reason": each.reason,
        "evidence": each.evidence,
        "author": each.author,
        "at": iso(each.at),
        "state": _state(each),
        "decided_by": None if made is None else made.author,
        "decided_at": None if made is None else iso(made.at),
        "note": None if made is None else made.note,
    }


def _state(each: Appeal) -> str:
    if each.decision is None:
        return "open"
    return "allowed" if each.decision.allowed else "refused"


def _appeal_line(known: Reference, each: Appeal) -> str:
    place = f"{known.tree.get(each.grid).name} ({each.grid})"
    events = f"  events {', '.join(map(str, each.events))}" if each.events else ""
    return f"{each.id}  {each.month}  {_state(each):<8} {place}  {each.dimension}{events}  {each.reason}"


COMMANDS: Final = (assess,)
"""What app.py adds to the command line."""
