"""The words of the screens: both languages, the same gaps to fill, and none twice."""

from __future__ import annotations

import re
from string import Formatter
from threading import Thread

import pytest

from data.indicators import INDICATORS
from data.words import LANGUAGES, PAIRS, language, speak, speaking, word

CHINESE = re.compile(r"[\u3400-\u9fff]")
KEYS = [key for catalogue in PAIRS for key in catalogue]


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_no_key_stands_twice() -> None:
    every = KEYS
    assert len(every) == len(set(every))


def test_both_languages_fill_the_same_gaps() -> None:
    assert [key for pairs in PAIRS for key, (zh, en) in pairs.items() if gaps(zh) != gaps(en)] == []


def test_english_holds_no_chinese_and_neither_is_empty() -> None:
    assert [
        key for pairs in PAIRS for key, (zh, en) in pairs.items() if CHINESE.search(en) or not zh or not en
    ] == []


def test_chinese_is_spoken_where_nobody_chose() -> None:
    assert (language(), word("period.today")) == ("zh", "今日")


def test_a_language_is_spoken_within_its_block() -> None:
    with speaking("en"):
        assert word("period.today") == "Today"
        assert INDICATORS["received"].label == "Received"
        assert INDICATORS["received"].formula == INDICATORS["received"].formula_en
    assert word("period.today") == "今日"
    assert INDICATORS["received"].label == "受理数"


def test_a_thread_speaks_for_itself() -> None:
    heard: list[str] = []

    def other() -> None:
        speak("en")
        heard.append(word("yes"))

    thread = Thread(target=other)
    thread.start()
    thread.join()
    assert (heard, word("yes")) == (["yes"], "是")


@pytest.mark.parametrize("asked", [None, "", "fr", "EN"])
def test_an_unknown_language_is_the_default(asked: str | None) -> None:
    with speaking("en"):
        assert speak(asked) == LANGUAGES[0] == language()


def test_a_missing_word_raises_with_its_key() -> None:
    with pytest.raises(KeyError, match="no_such"):
        word("no_such")
