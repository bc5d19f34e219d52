"""How a terminal asks: the options that make a question, and errors that become sentences."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

import click
from sqlalchemy.exc import DatabaseError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data.accounts.account import AccountError
from data.alerting.keeping import AlertError
from data.answers import Question
from data.assessment.entries import AssessmentError
from data.away import is_away
from data.citypack import PackError
from data.clocks import Instant, ZoneClock, iso, parse_instant
from data.grids import UnknownGrid
from data.importing.mapping import MappingError
from data.importing.readers import SourceError
from data.opening import open_store
from data.periods import Period
from data.queries.lists import UnknownEvent
from data.queries.plan import UnknownName
from data.reference import NoCity, Reference
from data.settings import Settings, SettingsError
from data.store import Store, StoreError
from data.tasks.states import TaskError
from reports.terminal import ProgressBar

_YEARS = range(2000, 2060)
_DATE_LENGTH = len("2026-01-31")

_MENDABLE: tuple[type[Exception], ...] = (
    *(StoreError, AccountError, AlertError, AssessmentError, NoCity, PackError, SettingsError),
    *(SourceError, MappingError, UnknownGrid, UnknownName, UnknownEvent, TaskError, PoolTimeout, OSError),
)
"""What a user or an operator can mend: a sentence, never a trace."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Sentence(click.ClickException):
    """What went wrong, in a sentence, and exit code 2."""

    exit_code = 2


class House(click.Group):
    """A group of commands, and the one place where an error that somebody can mend becomes a sentence and exit code 2.

    `mendable` adds the errors of rooms that this one does not know.
    """

    def __init__(self, *args: Any, mendable: tuple[type[Exception], ...] = (), **options: Any) -> None:
        self._mendable = (*_MENDABLE, *mendable)
        super().__init__(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        for stream in (sys.stdout, sys.stderr):
            # A terminal of a narrow encoding gets marks in place of what it cannot show.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except self._mendable as error:
            raise Sentence(_sentence(error)) from None
        except (DatabaseError, InterfaceError) as error:
            # The rest are faults of the program, which need the trace.
            if not is_away(error):
                raise
            raise Sentence(_sentence(error)) from None


def _sentence(error: Exception) -> str:
    if isinstance(error, DatabaseError | InterfaceError):
        # Its own text quotes the statement.
        first = (str(error.orig).strip() or type(error.orig).__name__).splitlines()[0]
        return f"the database cannot answer: {first}. Is it running, and is YIPING_DATABASE_URL right?"
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"
    return str(error)


@contextmanager
def opened(*, create: bool = False, patient: bool = False) -> Iterator[tuple[Store, Settings]]:
    """The store of the settings, for as long as a command takes (data/opening.py says what the options mean)."""
    settings = Settings.load()
    with open_store(settings, create=create, patient=patient) as store:
        yield store, settings


def echo_json(answer: Mapping[str, Any]) -> None:
    """Prints JSON that every parser takes."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=1, allow_nan=False))


AS_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON (docs/command-line.md has its shape)."
)
SCOPE = click.option("--scope", metavar="CODE", help="A grid and all below it (default: the city).")


def asking(*, period: bool) -> Callable[[_Command], _Command]:
    """The options that `question` reads, and --json; `period` says whether a period must be given."""
    options = (
        SCOPE,
        click.option("--from", "start", metavar="DATE", required=period, help="First day, or first instant."),
        click.option(
            "--to", "end", metavar="DATE", required=period, help="The day or instant after the last."
        ),
        click.option("--as-of", metavar="T", help="What was known then (default: now)."),
        click.option("--category", metavar="CODE", multiple=True, help="These categories alone."),
        click.option("--channel", metavar="CODE", multiple=True, help="These channels alone."),
        AS_JSON,
    )

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def question(city: Reference, present: Instant, asked: Mapping[str, Any]) -> Question:
    """The question of the options of `asking`. Without --as-of it means the present; without a period all of the past.

    Raises UnknownGrid, and click's own errors for what cannot be read.
    """
    clock = city.clock
    as_of = present if asked["as_of"] is None else moment(asked["as_of"], clock, "--as-of")
    if as_of > present:
        raise click.BadParameter(
            f"expected an instant that has come, found {asked['as_of']}; now is {iso(present)}",
            param_hint="--as-of",
        )
    start, end = asked["start"], asked["end"]
    if (start is None) != (end is None):
        raise click.UsageError("expected both --from and --to, found one of them: add the other")
    return Question(
        scope=city.tree.get(asked["scope"] or city.code).code,
        period=Period(min(0, as_of), as_of + 1) if start is None else _period(clock, start, end),
        as_of=as_of,
        categories=asked["category"] or None,
        channels=asked["channel"] or None,
        live=asked["as_of"] is None,
    )


def _period(clock: ZoneClock, start: str, end: str) -> Period:
    first, last = moment(start, clock, "--from"), moment(end, clock, "--to")
    if last < first:
        raise click.UsageError(
            f"expected a --to at or after --from, found {start} to {end}: exchange the two"
        )
    return Period(first, last)


def moment(text: str, clock: ZoneClock, option: str) -> Instant:
    """The instant that an option gives; a date is its first moment in the city's zone. Raises click.BadParameter."""
    try:
        at = clock.at(date.fromisoformat(text)) if len(text) <= _DATE_LENGTH else parse_instant(text)
        if clock.local(at).year in _YEARS:
            return at
    except (ValueError, OverflowError):
        pass
    raise click.BadParameter(
        "expected a date such as 2026-01-31 or an instant with its offset such as 2026-02-10T23:00:00Z, from "
        f"{_YEARS[0]} to {_YEARS[-1]}, found {text!r}",
        param_hint=option,
    )


def progress_bar() -> ProgressBar:
    """A bar on standard error, for a with statement."""
    return ProgressBar(sys.stderr)
