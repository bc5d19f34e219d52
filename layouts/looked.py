"""When the detectors looked last, in words: an empty list says nothing where nobody has looked."""

from __future__ import annotations

from data.alerting.looks import Looks
from data.clocks import Instant, ZoneClock
from data.words import word
from layouts.text import short_moment


def moment(clock: ZoneClock, at: Instant, now: Instant) -> str:
    """A local time, with its day where that is not today."""
    if clock.day_number(at) == clock.day_number(now):
        return f"{clock.local(at):%H:%M}"
    return short_moment(clock, at, now)


def line(looks: Looks, clock: ZoneClock, now: Instant) -> str:
    """When it was looked at last; "" where nobody has."""
    return "" if looks.at is None else word("looked.at").format(at=moment(clock, looks.at, now))


def full_line(looks: Looks, clock: ZoneClock, now: Instant) -> str:
    """The same, and when in full; "" where nobody has."""
    if looks.full_at is None:
        return line(looks, clock, now)
    if looks.full_at == looks.at:
        return word("looked.full").format(at=moment(clock, looks.full_at, now))
    both = (moment(clock, looks.at or looks.full_at, now), moment(clock, looks.full_at, now))
    return word("looked.both").format(at=both[0], full=both[1])


def notice(looks: Looks, clock: ZoneClock, now: Instant, *, nightly: bool = True) -> str:
    """What is not known since nobody has looked, or not in time; "" where all was looked at. What moves by the hour
    alone (not `nightly`) does not wait for the night's look."""
    state = looks.state(clock, now)
    if state == "never" or looks.at is None:
        return word("looked.never")
    if state == "late":
        return word("looked.late").format(at=moment(clock, looks.at, now))
    if state == "night_late" and nightly:
        if looks.full_at is None:
            return word("looked.night_never")
        return word("looked.night_late").format(at=moment(clock, looks.full_at, now))
    return ""
