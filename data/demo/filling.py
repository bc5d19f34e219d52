"""Fills the store of the demonstration's city with its history, through the doors that every history takes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update

from data.assessment import tables as assessmenttables
from data.clocks import Instant
from data.counters import Progress, quiet
from data.demo.centrelife import centres_of, fill_centres, forget_centres
from data.demo.history import SEED, SOURCE, Demo, draft, load_of, window
from data.demo.marks import fill_marks
from data.demo.model import mark_words
from data.demo.places import outlines
from data.loading import load_histories
from data.reference import Reference, reference
from data.schema import event, event_past, event_step, source, store_state
from data.store import Store, StoreError

DEFAULT_EVENTS = 300_000
"""The history that a first run makes: it takes seconds."""


@dataclass(frozen=True)
class Filled:
    """How many events there are, and since when."""

    events: int
    start_at: Instant


def is_demo(city: Reference) -> bool:
    """True for a city in which everything that happens is made up."""
    return bool(city.config.get("demo"))


def demo_events(store: Store) -> int:
    """How many events of the demonstration the store holds."""
    with store.reading() as connection:
        return _count(connection)


def fill_demo(
    store: Store,
    events: int,
    as_of: Instant,
    now: Instant,
    seed: int = SEED,
    progress: Progress = quiet,
) -> Filled:
    """Makes the history of that many events until `as_of` and loads it; gives what there is then.

    Raises StoreError for a city that is no demonstration and for a store that has demo events already, NoCity for one
    without a city, ValueError for an impossible number or instant.
    """
    city = reference(store)
    if not is_demo(city):
        raise StoreError(
            f"expected the city of a demonstration (`demo = true` in its city.toml), found {city.name} ({city.code}): "
            "made-up events do not belong among real ones. Name another store with YIPING_DATABASE_URL"
        )
    if known := demo_events(store):
        raise StoreError(
            f"expected a store without demo events, found {known:,}: add --replace to make them anew, or name "
            "another store with YIPING_DATABASE_URL"
        )
    if as_of > now:
        raise ValueError("expected an instant that has come, found one in the future")
    demo = Demo.of(city, seed)
    span = window(demo, events, as_of)
    start_at = city.clock.day_start(span.start_day)
    # Before the events, which tell whether a history is there: what was cut off is made anew as a whole.
    progress("asking the centres", 0.0)
    fill_centres(store, centres_of(city, seed), start_at, as_of)
    fill_marks(store, city, seed, mark_words(), start_at, as_of)
    made = draft(demo, span, progress)
    progress("placing events", 0.0)
    load = load_of(demo, made, outlines(store, demo.places), as_of)
    # Handed over, not kept: the columns of millions of events fill the memory while the counters are made.
    plain, eventful = [load.plain], load.eventful
    del made, load
    count = load_histories(store, SOURCE, plain.pop(), now, progress, eventful)
    return Filled(count, start_at)


def forget_demo(store: Store) -> int:
    """Takes every event of the demonstration out of the store again and gives their number; the counters are left to
    be built by whatever is loaded next, or by `rebuilding.finish_bulk`. Its tasks and sign-ins go with them, and what
    was assessed."""
    forget_centres(store)
    with store.keeping() as connection:
        assessmenttables.anew(connection)
    with store.writing(alone=True) as connection:
        count = _count(connection)
        if not count:
            return 0
        connection.execute(update(store_state).values(counters_stale=1, version=store_state.c.version + 1))
        mine = select(source.c.id).where(source.c.name == SOURCE).scalar_subquery()
        others = connection.execute(select(event.c.id).where(event.c.source_id != mine).limit(1)).first()
        for table, column in ((event_step, "event_id"), (event_past, "event_id"), (event, "id")):
            of_demo = select(event.c.id).where(event.c.source_id == mine)
            statement = delete(table)
            connection.execute(statement if others is None else statement.where(table.c[column].in_(of_demo)))
        connection.execute(delete(source).where(source.c.name == SOURCE))
        return count


def is_unfinished(store: Store) -> bool:
    """True when the loading of the demonstration was cut off: its events are there, the counters are not, and nobody
    else's events could be what is missing."""
    if not store.state().counters_stale:
        return False
    with store.reading() as connection:
        names = set(connection.execute(select(source.c.name)).scalars())
    return names == {SOURCE}


def _count(connection: Connection) -> int:
    mine = select(source.c.id).where(source.c.name == SOURCE).scalar_subquery()
    return connection.execute(
        select(func.count()).select_from(event).where(event.c.source_id == mine)
    ).scalar_one()
