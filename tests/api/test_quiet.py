"""Logs keep neither secrets nor citizens' numbers, whoever logs them."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.quiet import install, quiet


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger of its own in a process that was made quiet, and what it writes."""
    before = logging.getLogRecordFactory()
    install()
    made, out = logging.Logger("a.foreign.package"), io.StringIO()
    made.addHandler(logging.StreamHandler(out))
    yield made, out
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize(
    ("told", "hidden"),
    [
        ("cannot reach postgresql://yiping:s3cr:et@x@db/yiping", "s3cr"),
        ("GET /wall/enter?token=Abc-123_x HTTP/1.1", "Abc-123_x"),
        ("form {'password': 'hunter2', 'name': 'li'}", "hunter2"),
        ("Cookie: __Host-session=deadbeef; language=zh", "deadbeef"),
        ("Authorization: Bearer eyJhbGciOi.J9.x", "eyJhbGciOi"),
        ("client_secret=abc&grant_type=x", "abc"),
        ("event 来电人13800138000", "00138000"),
        ("ID 410105199001011234", "199001011234"),
    ],
)
def test_secrets_and_numbers_are_hidden(
    log: tuple[logging.Logger, io.StringIO], told: str, hidden: str
) -> None:
    made, out = log
    made.warning("refused: %s", told)
    assert hidden not in out.getvalue()
    assert out.getvalue().startswith("refused: ")


def test_a_traceback_is_quiet_too(log: tuple[logging.Logger, io.StringIO]) -> None:
    made, out = log
    try:
        raise ValueError("no event of 13800138000, password='hunter2'")
    except ValueError:
        made.exception("a part of the page could not be drawn")
    said = out.getvalue()
    assert "Traceback" in said
    assert "ValueError: no event of 138********" in said
    assert "hunter2" not in said


def test_records_that_do_not_fit_their_arguments_lose_nothing_and_installing_twice_is_once(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    made, out = log
    factory = logging.getLogRecordFactory()
    install()
    assert logging.getLogRecordFactory() is factory
    made.warning("plain %d of %s, 5 events", 3, "10")
    assert out.getvalue() == "plain 3 of 10, 5 events\n"


@given(st.text(max_size=200))
def test_quieting_what_is_quiet_changes_nothing(text: str) -> None:
    assert quiet(quiet(text)) == quiet(text)
