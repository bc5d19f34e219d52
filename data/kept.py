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
    as that, or as much as `weigh` says. Equal questions at one time are answered once. Safe for several threads."""

    most: int
    weigh: Callable[[Answer], int] = lambda _: 1
    held: OrderedDict[Hashable, Answer] = field(default_factory=OrderedDict)
    size: int = 0
    made: int = 0
    lock: Lock = field(default_factory=Lock)
    making: dict[Hashable, Lock] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer to the key, made by the first who asks; the others wait for him. An error is kept by nobody."""
        found = self._look(key)
        if found is not None:
            return found
        with self.lock:
            turn = self.making.setdefault(key, Lock())
        with turn:
            found = self._look(key)
            if found is not None:
                return found
            try:
                found = make()
                self._put(key, found)
            finally:
                with self.lock:
                    self.making.pop(key, None)
        return found

    def _look(self, key: Hashable) -> Answer | None:
        with self.lock:
            found = self.held.get(key)
            if found is not None:
                self.held.move_to_end(key)
            return found

    def _put(self, key: Hashable, answer: Answer) -> None:
        with self.lock:
            self.made += 1
            before = self.held.pop(key, None)
            self.size += self.weigh(answer) - (0 if before is None else self.weigh(before))
            self.held[key] = answer
            while self.size > self.most and len(self.held) > 1:
                _, dropped = self.held.popitem(last=False)
                self.size -= self.weigh(dropped)
