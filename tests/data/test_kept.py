"""Answers that are kept: once for all who ask at a time, and no more of them than wanted."""

from __future__ import annotations

import threading
import time

import pytest

from data.kept import Kept


def test_equal_questions_at_one_time_are_answered_once() -> None:
    kept, made = Kept[bytes](8), []

    def make() -> bytes:
        made.append(1)
        time.sleep(0.05)
        return b"x"

    threads = [threading.Thread(target=kept.get, args=("key", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == kept.made == 1
    assert kept.making == {}


def test_what_was_not_asked_for_longest_goes_first() -> None:
    kept = Kept[bytes](25, len)
    for key in "abc":
        kept.get(key, lambda: b"0123456789")
    assert list(kept.held) == ["b", "c"]
    kept.get("b", lambda: b"other")
    kept.get("d", lambda: b"0123456789")
    assert list(kept.held) == ["b", "d"]
    assert kept.size == 20


def test_an_error_leaves_nothing_behind() -> None:
    kept = Kept[bytes](8)

    def fail() -> bytes:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept.get("key", fail)
    assert kept.get("key", lambda: b"yes") == b"yes"


def test_answers_count_one_each_unless_they_are_weighed() -> None:
    kept = Kept[int](2)
    assert [kept.get(key, lambda: 0) for key in "abc"] == [0, 0, 0]
    assert (list(kept.held), kept.size, kept.made) == (["b", "c"], 2, 3)


def test_another_edition_takes_the_place_of_the_earlier() -> None:
    kept = Kept[bytes](100, len)
    assert kept.get("a", lambda: b"1234", edition=1) == b"1234"
    assert kept.get("a", lambda: b"other", edition=1) == b"1234"
    assert kept.get("a", lambda: b"123456", edition=2) == b"123456"
    assert (list(kept.held), kept.size, kept.made, kept.making) == (["a"], 6, 2, {})
    assert kept.get("a", lambda: b"1", edition=1) == b"1", "an answer is never another edition's"
