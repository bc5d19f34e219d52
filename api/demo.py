"""The commands that make the demonstration and let it go on living, and the process that does so beside the server."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import click
from sqlalchemy.exc import InterfaceError, OperationalError

from api.beside import BESIDE, stopped_by_signals
from api.terminal import moment, opened, progress_bar
from data.city import load_city
from data.clocks import Instant, ZoneClock, now
from data.counters import Progress
from data.demo.filling import DEFAULT_EVENTS, Filled, demo_events, fill_demo, forget_demo, is_demo
from data.demo.history import SEED, Demo
from data.demo.model import published_received
from data.demo.simulate import Simulation
from data.opening import city_pack
from data.reference import NoCity, Reference, reference
from data.settings import Settings
from data.store import Store, StoreError

_LOOK_SECONDS = 10.0
"""How often the simulation writes what has happened meanwhile."""

_LONG = 30 * 60 * 1_000_000
"""What was missed is worth a word from half an hour on."""


@click.command()
@click.option(
    "--events",
    type=click.IntRange(1, 50_000_000),
    default=DEFAULT_EVENTS,
    show_default=True,
    metavar="N",
    help=f"How many events; {published_received():,} is the full history.",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another seed makes another history.")
@click.option("--as-of", metavar="T", help="Where the history ends (default: now).")
@click.option("--replace", is_flag=True, help="Take out the demo events that are there first.")
def demo(events: int, seed: int, as_of: str | None, replace: bool) -> None:
    """Make the history of the demonstration: made-up events for a city whose city.toml says `demo = true`.

    An empty store gets the city of YIPING_CITY first. The same seed, number and instant make the same history. A
    smaller one has fewer days, at least two months, and the same rates.

    \b
    Examples:
      python app.py demo
      python app.py demo --events 4726000 --replace
      python app.py demo --events 50000 --seed 7 --as-of 2026-11-01
    """
    with opened(create=True) as (store, settings), progress_bar() as progress, _alone(settings):
        present = now()
        city = _city(store, settings, present, progress)
        at = present if as_of is None else moment(as_of, city.clock, "--as-of")
        if at > present:
            raise click.BadParameter("expected an instant that has come", param_hint="--as-of")
        if replace and is_demo(city):
            progress("taking out the demo events", 0.0)
            forget_demo(store)
        try:
            filled = fill_demo(store, events, at, present, seed, progress)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    click.echo(told(filled, city.clock))


def told(filled: Filled, clock: ZoneClock) -> str:
    """One line of what the demonstration holds, and how to get all of it."""
    line = f"{filled.events:,} made-up events since {clock.local(filled.start_at):%Y-%m-%d}"
    full = published_received()
    return (
        line
        if filled.events >= full
        else f"{line}; `make city` makes the full history of {full:,} (some minutes)"
    )


def _city(store: Store, settings: Settings, present: Instant, progress: Progress) -> Reference:
    try:
        return reference(store)
    except NoCity:
        load_city(store, city_pack(settings.city, settings, progress), present, progress)
        return reference(store)


@click.command()
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 100),
    default=1.0,
    show_default=True,
    help="So many times as many events, each handled so many times as fast.",
)
@click.option(
    "--per-day",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="Events a usual day (default: as in the store's last four weeks).",
)
@click.option(BESIDE, "beside", is_flag=True, hidden=True)
def simulate(speed: float, per_day: int | None, beside: bool) -> None:
    """Let the demonstration go on living in real time, at the pace of its last weeks; Ctrl-C ends it.

    What was missed since it last ran is made up for first. `run` starts one beside the server (YIPING_SIMULATE).

    \b
    Examples:
      python app.py simulate
      python app.py simulate --speed 10
    """
    stop = stopped_by_signals(beside)
    with opened(patient=True) as (store, settings), _alone(settings):

        def begin() -> Simulation:
            with progress_bar() as progress:
                living = Simulation.begin(store, Demo.of(reference(store)), speed, per_day, progress)
            click.echo(f"about {living.level:,.0f} events a day, {living.open:,} are open", err=True)
            return living

        live_on(begin, stop)


def live_on(begin: Callable[[], Simulation], stop: threading.Event, again_seconds: float = 30.0) -> None:
    """Lives until it is stopped. Where the database cannot be written for a while, as during a rebuild, it begins
    again: what it knows stands in the store."""
    while not stop.is_set():
        try:
            _live(begin(), stop)
        except (OperationalError, InterfaceError) as error:
            click.echo(f"the database cannot be written ({error.orig}); trying again", err=True)
            stop.wait(again_seconds)


def _live(living: Simulation, stop: threading.Event) -> None:
    if now() - living.since > _LONG:
        with progress_bar() as progress:
            while not stop.is_set() and living.lags(now()):
                living.step(now(), progress)
    while not stop.is_set():
        living.advance(now())
        stop.wait(_LOOK_SECONDS)


def lock_of(settings: Settings) -> Path:
    """The file that is locked while somebody makes events for the store of the settings."""
    name = blake2b(settings.database_url.encode(), digest_size=6).hexdigest()
    return settings.var_dir / f"simulate-{name}.lock"


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keeps a second one off the same store. Raises StoreError."""
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    with lock_of(settings).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(
                "expected that nobody else makes demo events in this store, found `simulate` or `demo` at work (`run` "
                "starts one too): end it first, or let it be"
            ) from None
        yield


def lives(store: Store) -> bool:
    """True for the store of a demonstration with a history."""
    try:
        return is_demo(reference(store)) and demo_events(store) > 0
    except NoCity:
        return False


COMMANDS = (demo, simulate)
