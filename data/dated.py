"""What a city pack says in one table, or in several of which each holds from its `since` until that of the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

Held = TypeVar("Held")


def tables_of(value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The tables of a [name] or of the [[name]] of a pack, in their order; none where there is none."""
    if isinstance(value, Mapping):
        return (value,) if value else ()
    return tuple(value)


def in_force(held: Sequence[Held], at: Any, since: Callable[[Held], Any]) -> Held | None:
    """The one that holds on a day or in a month, by the day or month from which each does (None: ever since); None
    before the first."""
    for one in reversed(held):
        begins = since(one)
        if begins is None or begins <= at:
            return one
    return None


def order_faults(name: str, sinces: Sequence[Any], example: str) -> list[str]:
    """A sentence where several tables do not follow one another: each but the first needs a later `since`."""
    if len(sinces) < 2:
        return []
    found = [
        f'[[{name}]] number {number} must have since = "{example}": of several, each holds from its own on'
        for number, since in enumerate(sinces[1:], 2)
        if since is None
    ]
    if found:
        return found
    return [
        f"[[{name}]] must be in the order of time, each since later than that above it; found {later} below {earlier}"
        for earlier, later in pairwise(sinces)
        if earlier is not None and later <= earlier
    ]
