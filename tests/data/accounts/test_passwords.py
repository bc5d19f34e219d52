"""Passwords: what may be one, and that trying one tells nothing but yes or no."""

from __future__ import annotations

import statistics
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.accounts import passwords
from data.accounts.passwords import Flaw, flaw, hashed, matches, one_time, outdated
from tests.support.signing import cheap


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("kurz und gut", None),
        ("correct horse battery staple", None),
        ("人民路派出所七点半开门", "short"),
        ("人民路派出所七点半开门啦", None),
        ("elevenchars", "short"),
        ("x" * 129, "long"),
        ("Password1234", "common"),
        ("adminadmin123", "common"),
        ("woaini-5201314", "common"),
        ("aaaaaaaaaaaa", "plain"),
        ("abababababab", "plain"),
        ("abcdefghijkl", "plain"),
        ("0987654321xy", "plain"),
        ("qwertyuiop!!", "common"),
        ("asdfghjkl-77", "common"),
        ("my.li.hua.pass", "name"),
        ("my-LI.HUA-pass", "name"),
        # Wide letters are the same letters.
        ("ｐａｓｓｗｏｒｄ1234", "common"),
    ],
)
def test_what_may_be_a_password(password: str, expected: Flaw | None) -> None:
    assert flaw(password, "li.hua", 12) == expected


def test_the_new_password_is_not_the_old_one() -> None:
    old = cheap("correct horse battery staple")
    assert flaw("correct horse battery staple", "li", 12, old) == "same"
    assert flaw("another horse battery staple", "li", 12, old) is None


@pytest.mark.usefixtures("dear_passwords")
def test_a_hash_is_argon2id_salted_and_fits_its_password_alone() -> None:
    first, second = hashed("correct horse"), hashed("correct horse")
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second
    assert matches(first, "correct horse")
    assert not matches(first, "correct horsf")
    assert not outdated(first)
    assert outdated(cheap("x"))


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_what_is_no_hash_fits_nothing(kept: str | None) -> None:
    assert not matches(kept, "")
    assert not matches(kept, "correct horse")


@pytest.mark.usefixtures("dear_passwords")
def test_trying_a_name_that_nobody_has_takes_as_long() -> None:
    def seconds(kept: str | None) -> float:
        taken = []
        for _ in range(5):
            began = time.perf_counter()
            matches(kept, "a guess")
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)

    matches(None, "the first makes the hash that nobody has")
    assert 0.4 < seconds(None) / seconds(hashed("correct horse")) < 2.5


@given(st.text(max_size=40), st.text(max_size=20))
@settings(max_examples=200)
def test_no_password_breaks_the_rules(password: str, name: str) -> None:
    found = flaw(password, name, 12)
    assert found is None or found in ("short", "long", "common", "plain", "name")
    if found is None:
        assert len(passwords.normal(password)) >= 12


def test_one_time_passwords_keep_the_rules_and_differ() -> None:
    made = [one_time() for _ in range(200)]
    assert len(set(made)) == 200
    assert [one for one in made if flaw(one, "li.hua", 20) is not None] == []
