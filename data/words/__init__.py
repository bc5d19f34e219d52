"""Every word that a screen shows, in Chinese and in English, under one key each; labels of indicators stand with them.

A missing key raises: a screen never shows a key in place of a word. Whoever answers a request chooses the language
with `speak`; wherever nobody did, as in bulletins and jobs, it is Chinese.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, get_args

from data.words import (
    accounts,
    administration,
    archive,
    assess,
    auditing,
    bulletins,
    editions,
    events,
    explore,
    exports,
    figures,
    general,
    hot,
    leaders,
    maps,
    monthly,
    nav,
    pages,
    printing,
    remote,
    tasks,
    wallpage,
    wallpanels,
)

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT_LANGUAGE: Final[Language] = "zh"

PAIRS: Final[tuple[dict[str, tuple[str, str]], ...]] = (
    general.WORDS,
    pages.WORDS,
    figures.WORDS,
    events.WORDS,
    maps.WORDS,
    nav.WORDS,
    leaders.WORDS,
    hot.WORDS,
    auditing.WORDS,
    explore.WORDS,
    exports.WORDS,
    editions.WORDS,
    archive.WORDS,
    assess.WORDS,
    accounts.WORDS,
    administration.WORDS,
    wallpage.WORDS,
    wallpanels.WORDS,
    remote.WORDS,
    tasks.WORDS,
    bulletins.WORDS,
    monthly.WORDS,
    printing.WORDS,
)
"""The catalogues: a key's Chinese and English."""

_WORDS: Final = {key: pair for catalogue in PAIRS for key, pair in catalogue.items()}

_language: ContextVar[Language] = ContextVar("language", default=DEFAULT_LANGUAGE)


def word(key: str) -> str:
    """The text of a key in the language spoken. Raises KeyError with the key's name when there is none."""
    try:
        return _WORDS[key][LANGUAGES.index(_language.get())]
    except KeyError:
        raise KeyError(f"no text for {key!r}: add it to a catalogue of data/words/") from None


def language() -> Language:
    """The language spoken."""
    return _language.get()


def speak(chosen: str | None) -> Language:
    """Speaks a language from here on in this request, thread or task; an unknown one is the default. Returns it."""
    found: Language = next((one for one in LANGUAGES if one == chosen), DEFAULT_LANGUAGE)
    _language.set(found)
    return found


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Speaks a language within the block."""
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)
