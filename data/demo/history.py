"""The history of the demonstration: a given number of events until an instant, calibrated to the published totals.

The same seed, city, number and instant give the same history. The full one begins when the city's began; a smaller one
has fewer days rather than fewer events a day, but at least two months, so that a month has one to be compared with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from data.clocks import Instant
from data.counters import Progress, quiet
from data.demo.calibration import (
    Draft,
    close_exactly_within,
    forget_after,
    last_quarter,
    open_exactly,
    rate_exactly,
    receive_exactly,
)
from data.demo.chance import Bools, Ints
from data.demo.detours import NONE, Told, detours, told_histories
from data.demo.draws import uniform
from data.demo.handling import STAGES, Cases, Handling
from data.demo.model import model_of
from data.demo.places import Outlines, Places, places_of
from data.demo.planting import Plan, Truth, cheat, plant
from data.demo.rhythm import Rhythm
from data.demo.texts import Lazy, Writer
from data.events import Operation
from data.loading import Histories
from data.periods import Period
from data.reference import Reference

SOURCE = "demo"
"""The source of every event of the demonstration."""

SEED = 410100

_CHUNK = 400_000
"""Events whose lives are drawn at a time."""

_FEWEST_DAYS = 62
"""Two periods of 30 days, and what is left of the last month."""


class Window(NamedTuple):
    """From when on there are events, until when, and how many."""

    start_day: int
    as_of: Instant
    events: int


@dataclass(frozen=True)
class Demo:
    """A city brought to life under a seed."""

    seed: int
    city: Reference
    rhythm: Rhythm
    handling: Handling
    writer: Writer

    @property
    def places(self) -> Places:
        """Its places."""
        return self.handling.places

    @classmethod
    def of(cls, city: Reference, seed: int = SEED) -> Demo:
        """The demonstration of a city."""
        model = model_of(city)
        places = places_of(seed, model, city)
        return cls(
            seed,
            city,
            Rhythm(seed, model, city.calendar),
            Handling(seed, model, places, city),
            Writer(seed, model, places),
        )


def window(demo: Demo, events: int, as_of: Instant) -> Window:
    """The days over which so many events are spread: as many as the city's present pace asks for, and at least two
    months; all since its beginning for the published number. ValueError before that beginning."""
    clock, model = demo.city.clock, demo.rhythm.model
    founded = clock.day_number(demo.rhythm.founded_at)
    last = clock.day_number(as_of - 1)
    if last < founded:
        raise ValueError(
            f"expected an instant after {model.founded}, found an earlier one: give a later --as-of"
        )
    if events < 1:
        raise ValueError(f"expected at least one event, found {events}")
    if events >= model.published.received:
        return Window(founded, as_of, events)
    days = np.arange(founded, last + 1)
    volumes = demo.rhythm.volumes(days).sum(axis=(1, 2))
    pace = model.per_day / volumes[-365:].mean() * np.exp(demo.rhythm.growth(last) * (days - last))
    since = np.cumsum((pace * volumes)[::-1])[::-1]
    enough = int(days[np.flatnonzero(since >= min(events, since[0]))[-1]])
    month = clock.local(clock.day_start(enough)).date().replace(day=1)
    first = min(clock.day_number(clock.at(month)), last - _FEWEST_DAYS)
    return Window(max(first, founded), as_of, events)


def draft(demo: Demo, span: Window, progress: Progress = quiet) -> Draft:
    """The calibrated history as columns."""
    progress("drawing events", 0.0)
    made = _lived(demo, cases_of(demo, span), progress)
    _calibrate(demo, made, span, published_quarter(demo, span))
    return made


def planted_draft(
    demo: Demo, span: Window, plan: Plan, progress: Progress = quiet
) -> tuple[Draft, tuple[Truth, ...]]:
    """The calibrated history with matters and cheats planted in it, and what they are."""
    progress("drawing events", 0.0)
    cases, truths = plant(demo.seed, demo.places, cases_of(demo, span), plan)
    made = _lived(demo, cases, progress)
    _calibrate(demo, made, span, published_quarter(demo, span))
    return made, truths + cheat(demo.seed, demo.places, made, plan.units, plan.cheats)


def cases_of(demo: Demo, span: Window) -> Cases:
    """The events of a history as they come, before anything becomes of them."""
    arrivals = demo.rhythm.arrivals(span.start_day, span.as_of, span.events)
    numbers = np.arange(len(arrivals), dtype=np.int64)
    leaf = demo.places.choose(arrivals.happening, uniform(demo.seed, "grid", numbers))
    cases = Cases(numbers, arrivals.reported_at, leaf, arrivals.channel, arrivals.happening)
    quarter = published_quarter(demo, span)
    published = demo.rhythm.model.published
    if quarter is not None:
        leaf = receive_exactly(cases, demo.handling, published.district, quarter, published.district_received)
        cases = Cases(numbers, cases.reported_at, leaf, cases.channel, cases.happening)
    return cases


def published_quarter(demo: Demo, span: Window) -> Period | None:
    """The quarter in which the published district has its published figures; None in a smaller history, and in a city
    that has no such district."""
    published = demo.rhythm.model.published
    full = span.events >= published.received and published.district in demo.city.tree
    return last_quarter(demo.city.clock, span.as_of) if full else None


def _lived(demo: Demo, cases: Cases, progress: Progress) -> Draft:
    count = len(cases)
    names = (*STAGES, "accept_due_at", "handle_due_at", "due_provisional")
    columns = {name: np.empty(count, dtype=np.int64) for name in names}
    content, quality = np.empty(count), np.empty(count)
    for start in range(0, count, _CHUNK):
        progress("drawing lives", start / count)
        part = slice(start, min(start + _CHUNK, count))
        some = cases.part(part)
        due = demo.handling.due(some)
        lives = demo.handling.lives(some, due)
        for name in STAGES:
            columns[name][part] = lives.stages[name]
        columns["accept_due_at"][part] = due.accept_at
        columns["handle_due_at"][part] = due.handle_at
        columns["due_provisional"][part] = due.provisional
        content[part], quality[part] = lives.content, lives.quality
    return Draft(cases, columns, content, quality)


def _calibrate(demo: Demo, made: Draft, span: Window, quarter: Period | None) -> None:
    published = demo.rhythm.model.published
    reported = made.cases.reported_at
    left_open = len(made) - round(published.completion * len(made))
    mine = np.zeros(len(made), dtype=bool)
    if quarter is not None:
        scope = demo.places.within(published.district)[made.cases.leaf]
        mine = scope & (reported >= quarter.start) & (reported < quarter.end)
        few = published.district_received - published.district_closed
        open_exactly(made, demo.handling, np.flatnonzero(mine), few, span.as_of)
        left_open -= few
    open_exactly(made, demo.handling, np.flatnonzero(~mine), left_open, span.as_of)
    forget_after(made, span.as_of)
    if quarter is not None:
        close_exactly_within(made, scope, quarter)
    rate_exactly(made, demo.seed, published.satisfaction)


@dataclass(frozen=True)
class Load:
    """A history ready to be loaded: plain histories as columns, and those told step by step."""

    plain: Histories
    eventful: Iterator[list[Operation]]


def load_of(demo: Demo, made: Draft, outlines: Outlines, as_of: Instant) -> Load:
    """The draft as what the store's doors take."""
    ways = detours(made, demo.seed, as_of)
    straight = ways == NONE
    rest = _part(made, ~straight)
    keys, places = _keys(rest.cases), outlines.points(demo.seed, rest.cases.words, rest.cases.leaf)
    writer = demo.writer
    told = Told(
        keys[:],
        writer.titles(rest.cases)[:],
        writer.descriptions(rest.cases)[:],
        writer.addresses(rest.cases)[:],
        writer.units(rest.cases)[:],
        places[0].tolist(),
        places[1].tolist(),
    )
    eventful = told_histories(rest, ways[~straight], demo.handling, SOURCE, told, as_of)
    return Load(_plain(demo, _part(made, straight), outlines), eventful)


def _plain(demo: Demo, made: Draft, outlines: Outlines) -> Histories:
    cases, writer = made.cases, demo.writer
    lon, lat = outlines.points(demo.seed, cases.words, cases.leaf)
    return Histories(
        keys=_keys(cases),
        titles=writer.titles(cases),
        descriptions=writer.descriptions(cases),
        addresses=writer.addresses(cases),
        units=writer.units(cases),
        numbers={
            "grid_id": demo.places.ids[cases.leaf],
            "category_id": cases.happening + 1,
            "channel_id": cases.channel + 1,
            "reported_at": cases.reported_at,
            **made.columns,
        },
        places={"lon": lon, "lat": lat},
    )


def history_key(number: int) -> str:
    """The key of a history's event."""
    return f"D{number:08d}"


def _keys(cases: Cases) -> Lazy:
    return Lazy(len(cases), lambda part: [history_key(number) for number in cases.numbers[part].tolist()])


def _part(made: Draft, chosen: Bools | Ints) -> Draft:
    return Draft(
        made.cases.part(chosen),
        {name: values[chosen] for name, values in made.columns.items()},
        made.content[chosen],
        made.quality[chosen],
    )
