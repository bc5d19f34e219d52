"""Text as it is searched: folded, without personal numbers, and cut into pairs of neighbouring characters.

Chinese has no spaces, and most of its words have two characters: a pair finds them where three letters would not. The
same functions cut what is kept and what is asked for, whatever the database.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_TERMS: Final = 8
LONGEST: Final = 100

_BETWEEN = "\x1e"
"""Stands between two texts; no text that is searched keeps one."""

_PERSONAL = re.compile(r"[0-9](?:[- ]?[0-9]){6,}[x]?")
"""Numbers of telephones, identities and cards: seven digits and more."""

_BITS = 21
"""What a character of Unicode takes."""


@dataclass(frozen=True)
class Terms:
    """What is looked for: every term stands somewhere in the text. `personal` says that a personal number was asked
    for and is not looked for; `short` that a term was a single character."""

    terms: tuple[str, ...] = ()
    personal: bool = False
    short: bool = False


def folded(text: str, keep: str = "") -> str:
    """The text in one width and case, its personal numbers and all that is neither letter nor digit (nor to be kept) as
    blanks."""
    return _blank(_PERSONAL.sub(" ", _plain(text)), keep)


def terms_of(wanted: str) -> Terms:
    """The terms of what somebody typed: what stands between blanks and punctuation."""
    plain = _plain(wanted[:LONGEST])
    personal = _PERSONAL.search(plain) is not None
    found = tuple(dict.fromkeys(_blank(_PERSONAL.sub(" ", plain)).split()))[:MOST_TERMS]
    return Terms(
        tuple(term for term in found if len(term) > 1),
        personal=personal,
        short=any(len(term) == 1 for term in found),
    )


def holds(text: str, terms: Sequence[str]) -> bool:
    """Whether a `folded` text has every term."""
    return all(term in text for term in terms)


def pairs(term: str) -> list[int]:
    """The pairs of a term, as they are kept."""
    return sorted({ord(a) << _BITS | ord(b) for a, b in itertools.pairwise(term)})


def pairs_of_many(texts: Sequence[str], positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every pair of many texts with the position (below 65,536) of the text that has it, each once, in order of pairs
    and then of positions: the pair times 65,536 and the position."""
    joined = _BETWEEN.join(text.replace(_BETWEEN, " ") for text in texts)
    points = _points(_PERSONAL.sub(" ", _plain(joined)))
    if len(points) < 2:
        return np.zeros(0, dtype=np.int64)
    wordy = _wordy()[points]
    both = np.flatnonzero(wordy[:-1] & wordy[1:])
    text_at = np.cumsum(points == ord(_BETWEEN))[both]
    left, right = points[both].astype(np.int64), points[both + 1].astype(np.int64)
    found = np.sort((left << _BITS | right) << 16 | positions[text_at])
    return found[np.concatenate([[True], found[1:] != found[:-1]])] if len(found) else found


def _plain(text: str) -> str:
    """The text in one width and case, character by character."""
    return _folds()[_points(text)].tobytes().decode("utf-32-le")


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")


def _blank(text: str, keep: str = "") -> str:
    points = _points(text).copy()
    blank = ~_wordy()[points]
    for kept in keep:
        blank &= points != ord(kept)
    points[blank] = ord(" ")
    return points.tobytes().decode("utf-32-le")


@lru_cache(maxsize=1)
def _folds() -> NDArray[np.uint32]:
    """What stands for each character of Unicode: a table is ten times as fast as folding text by text."""
    table = np.arange(0x110000, dtype="<u4")
    for point in range(0x10000):
        plain = unicodedata.normalize("NFKC", chr(point)).casefold()
        if len(plain) == 1:
            table[point] = ord(plain)
    # What cannot be written becomes a blank.
    table[0xD800:0xE000] = ord(" ")
    return table


@lru_cache(maxsize=1)
def _wordy() -> NDArray[np.bool_]:
    """For each character of Unicode whether it is a letter or a digit."""
    return np.fromiter((chr(point).isalnum() for point in range(0x110000)), dtype=bool, count=0x110000)
