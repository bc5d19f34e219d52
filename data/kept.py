"""Answers that are kept, so that everybody who asks the same is answered by one reading."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


@dataclass
class Kept(Generic[Answer]):
    """Answers by key, the least recently used going first as soon as they weigh more than `most` together: as many
    as that, or as much as `weigh` says. Equal questions at one time are answered once. Safe for several threads.

    An answer belongs to an edition, such as a version of the store. One of another edition takes the place of the
    earlier: what nobody will ask for again takes no room.
    """

    most: int
    weigh: Callable[[Answer], int] = lambda _: 1
    held: OrderedDict[Hashable, tuple[Hashable, Answer]] = field(default_factory=OrderedDict)
    size: int = 0
    made: int = 0
    lock: Lock = field(default_factory=Lock)
    making: dict[Hashable, Lock] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], Answer], edition: Hashable = None) -> Answer:
        """The answer to the key, made by the first who asks; the others wait for him. An error is kept by nobody."""
        found = self._look(key, edition)
        if found is not None:
            return found
        with self.lock:
            turn = self.making.setdefault((key, edition), Lock())
        with turn:
            found = self._look(key, edition)
            if found is not None:
                return found
            try:
                found = make()
                self._put(key, edition, found)
            finally:
                with self.lock:
                    self.making.pop((key, edition), None)
        return found

    def _look(self, key: Hashable, edition: Hashable) -> Answer | None:
        with self.lock:
            found = self.held.get(key)
            if found is None or found[0] != edition:
                return None
            self.held.move_to_end(key)
            return found[1]

    def _put(self, key: Hashable, edition: Hashable, answer: Answer) -> None:
        with self.lock:
            self.made += 1
            before = self.held.pop(key, None)
            self.size += self.weigh(answer) - (0 if before is None else self.weigh(before[1]))
            self.held[key] = edition, answer
            while self.size > self.most and len(self.held) > 1:
                _, (_, dropped) = self.held.popitem(last=False)
                self.size -= self.weigh(dropped)
