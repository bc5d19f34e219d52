"""Instants and the local clock of a city's zone.

An instant is an int: microseconds since 1970-01-01 UTC. Everything inside works on ints (and numpy int64
arrays of them); aware datetimes exist only at the doors, and naive ones are refused there.
"""

from __future__ import annotations

import operator
import time as system_time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import TypeAlias, overload
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

Instant: TypeAlias = int
Int64Array: TypeAlias = npt.NDArray[np.int64]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WALL_EPOCH = _EPOCH.replace(tzinfo=None)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_KNOWN_FROM = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
_KNOWN_TO = int(datetime(2060, 1, 1, tzinfo=UTC).timestamp())
_DAY_SECONDS = 86_400


def now() -> Instant:
    """The present instant. The only reader of the system clock; called at the edges alone."""
    return system_time.time_ns() // 1_000


def instant(moment: datetime) -> Instant:
    """The instant of an aware datetime, exact to the microsecond. ValueError for a naive one."""
    if moment.utcoffset() is None:
        raise ValueError(
            f"Expected a time with its zone, found {moment.isoformat()} without one; "
            "add an offset, for example +08:00 or Z."
        )
    return (moment - _EPOCH) // _MICROSECOND


def parse_instant(text: str) -> Instant:
    """The instant of an ISO 8601 text with an offset or Z ("2025-08-01 06:35:06.539+00" too).

    Digits beyond the microsecond are cut off. ValueError for anything else, and for a time without an offset.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(
            f"Expected an ISO 8601 time such as 2026-02-10T23:00:00Z, found {text!r}."
        ) from error
    return instant(moment)


def iso(at: Instant) -> str:
    """The instant as ISO 8601 text in UTC: "2026-02-10T23:00:00Z".

    Three or six digits of a second follow only where there are fractions. `parse_instant` reads it back
    exactly.
    """
    moment = _utc(at).replace(tzinfo=None)
    if moment.microsecond == 0:
        return moment.isoformat(timespec="seconds") + "Z"
    return moment.isoformat(timespec="microseconds" if moment.microsecond % 1_000 else "milliseconds") + "Z"


def day_of(day: date) -> int:
    """The day number (days since 1970-01-01) of a date."""
    return day.toordinal() - _EPOCH_ORDINAL


def date_of(day: int) -> date:
    """The date of a day number. ValueError outside the years 1 to 9999."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


@dataclass(frozen=True)
class ZoneClock:
    """The local clock of a zone, as a table of its offsets. `ZoneClock.of` makes it, once per zone.

    `offsets[i]` holds before `transitions[i]`, the last offset after the last transition. The table covers
    2000 to 2060; the first and last offsets are carried on beyond it. In a zone that sets its clocks back
    across midnight (St. John's until 2011) a date returns for some minutes, so day numbers there are not
    quite monotonic.
    """

    zone: str
    transitions: tuple[Instant, ...] = field(hash=False)
    offsets: tuple[int, ...] = field(hash=False)

    @staticmethod
    def of(zone: str) -> ZoneClock:
        """The clock of an IANA zone such as "Asia/Shanghai". ValueError for a zone that does not exist."""
        return _clock(zone)

    def local(self, at: Instant) -> datetime:
        """The instant as an aware datetime in the zone."""
        return _utc(at).astimezone(_zone_info(self.zone))

    def at(self, local: datetime | date) -> Instant:
        """The instant of a naive local time; a date stands for its first moment.

        A local time that comes twice is the first of the two; one that is skipped is the moment the clocks
        went forward, so a later local time never gives an earlier instant. ValueError for an aware datetime.
        """
        if not isinstance(local, datetime):
            return self.at_wall(day_of(local) * DAY)
        if local.tzinfo is not None:
            raise ValueError(
                f"Expected a local time without an offset, found {local.isoformat()}; "
                "use instant() for an aware one."
            )
        return self.at_wall((local - _WALL_EPOCH) // _MICROSECOND)

    def at_wall(self, wall: int) -> Instant:
        """The first instant whose local clock shows `wall` (local microseconds since 1970-01-01) or more."""
        if not self.transitions:
            return wall - self.offsets[0]
        return _earliest(wall, self.transitions, self.offsets, self._wall_ends)

    def at_walls(self, walls: Int64Array) -> Int64Array:
        """`at_wall` of every element."""
        if not self.transitions:
            return walls - self.offsets[0]
        span = np.searchsorted(np.array(self._wall_ends, dtype=np.int64), walls, side="right")
        at = walls - self._offset_array[span]
        earliest = np.concatenate([np.array([np.iinfo(np.int64).min]), self._transition_array])
        found: Int64Array = np.maximum(earliest[span], at)
        return found

    @overload
    def offset(self, at: Instant) -> int: ...
    @overload
    def offset(self, at: Int64Array) -> Int64Array: ...
    def offset(self, at: Instant | Int64Array) -> int | Int64Array:
        """Microseconds that local time is ahead of UTC at the instant; an int64 array for an int64 array.

        TypeError for arrays of any other type and for fractions.
        """
        if isinstance(at, np.ndarray):
            return self._lookup(_checked(at), self._offset_array)
        return self.offsets[bisect_right(self.transitions, operator.index(at))]

    @overload
    def day_number(self, at: Instant) -> int: ...
    @overload
    def day_number(self, at: Int64Array) -> Int64Array: ...
    def day_number(self, at: Instant | Int64Array) -> int | Int64Array:
        """Local days since 1970-01-01; an int64 array for an int64 array."""
        if isinstance(at, np.ndarray):
            return (at + self.offset(at)) // DAY
        at = operator.index(at)
        return (at + self.offsets[bisect_right(self.transitions, at)]) // DAY

    @overload
    def hour_number(self, at: Instant) -> int: ...
    @overload
    def hour_number(self, at: Int64Array) -> Int64Array: ...
    def hour_number(self, at: Instant | Int64Array) -> int | Int64Array:
        """Hours of UTC since 1970-01-01, shifted by the offset's sub-hour part to begin with local hours.

        The repeated hour of autumn has a number of its own. An int64 array for an int64 array.
        """
        if isinstance(at, np.ndarray):
            return (at + self._lookup(_checked(at), self._sub_hour_array)) // HOUR
        at = operator.index(at)
        return (at + self._sub_hours[bisect_right(self.transitions, at)]) // HOUR

    def day_start(self, day: int) -> Instant:
        """The first instant of a local day. A date that the zone skipped starts and ends with the next."""
        return self.at_wall(day * DAY)

    def hour_start(self, hour: int) -> Instant:
        """The first instant of an hour as `hour_number` counts them."""
        return _earliest(hour * HOUR, self.transitions, self._sub_hours, self._sub_hour_ends)

    def _lookup(self, at: Int64Array, shifts: Int64Array) -> Int64Array:
        if not self.transitions:
            return np.full(at.shape, shifts[0], dtype=np.int64)
        found: Int64Array = shifts[np.searchsorted(self._transition_array, at, side="right")]
        return found

    @cached_property
    def _sub_hours(self) -> tuple[int, ...]:
        return tuple(offset % HOUR for offset in self.offsets)

    @cached_property
    def _wall_ends(self) -> tuple[int, ...]:
        return _ends(self.transitions, self.offsets)

    @cached_property
    def _sub_hour_ends(self) -> tuple[int, ...]:
        return _ends(self.transitions, self._sub_hours)

    @cached_property
    def _transition_array(self) -> Int64Array:
        return np.array(self.transitions, dtype=np.int64)

    @cached_property
    def _offset_array(self) -> Int64Array:
        return np.array(self.offsets, dtype=np.int64)

    @cached_property
    def _sub_hour_array(self) -> Int64Array:
        return np.array(self._sub_hours, dtype=np.int64)


def _utc(at: Instant) -> datetime:
    return _EPOCH + timedelta(microseconds=operator.index(at))


def _checked(at: Int64Array) -> Int64Array:
    if at.dtype != np.int64:
        raise TypeError(
            f"Expected an int64 array of instants (microseconds), found {at.dtype}; convert it first."
        )
    return at


def _ends(transitions: tuple[Instant, ...], shifts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(at + shift for at, shift in zip(transitions, shifts[:-1], strict=True))


def _earliest(
    shown: int, transitions: tuple[Instant, ...], shifts: tuple[int, ...], ends: tuple[int, ...]
) -> Instant:
    """The first t with t + shift(t) >= shown; `ends` is t + shift just before each transition."""
    span = bisect_right(ends, shown)
    at = shown - shifts[span]
    return max(transitions[span - 1], at) if span else at


@cache
def _zone_info(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"Expected an IANA time zone such as Asia/Shanghai, found {zone!r}.") from error


@cache
def _clock(zone: str) -> ZoneClock:
    info = _zone_info(zone)

    def offset(second: int) -> int:
        shift = datetime.fromtimestamp(second, info).utcoffset()
        assert shift is not None
        return shift // _MICROSECOND

    transitions: list[Instant] = []
    offsets = [offset(_KNOWN_FROM)]
    second = _KNOWN_FROM
    while second < _KNOWN_TO:
        ahead = second + _DAY_SECONDS
        if offset(ahead) != offsets[-1]:
            ahead = _first_change(offset, second, ahead)
            transitions.append(ahead * SECOND)
            offsets.append(offset(ahead))
        second = ahead
    return ZoneClock(zone, tuple(transitions), tuple(offsets))


def _first_change(offset: Callable[[int], int], low: int, high: int) -> int:
    """The second in (low, high] from which the offset differs from the one at `low`."""
    held = offset(low)
    while high - low > 1:
        middle = (low + high) // 2
        if offset(middle) == held:
            low = middle
        else:
            high = middle
    return high
