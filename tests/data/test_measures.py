from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    bindparam,
    case,
    create_engine,
    insert,
    select,
)
from sqlalchemy.pool import StaticPool

from data.clocks import Instant
from data.facts import ArrayFacts, RowFacts, SqlFacts
from data.measures import DEADLINES, FACT_COLUMNS, MEASURES
from tests.support.brute import counted_by_hand

Row = dict[str, Any]

INSTANTS = st.none() | st.integers(100, 106)
"""So few that equal ones are common."""

ROWS: st.SearchStrategy[Row] = st.fixed_dictionaries(
    {
        **dict.fromkeys(FACT_COLUMNS, INSTANTS),
        "reported_at": st.integers(100, 106),
        "rating": st.none() | st.integers(1, 5),
        "solved": st.sampled_from((None, 0, 1)),
    }
)

_TABLE = Table(
    "facts",
    MetaData(),
    Column("id", Integer, primary_key=True),
    *[Column(name, BigInteger) for name in FACT_COLUMNS],
)


@pytest.fixture(scope="module")
def connection() -> Any:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as opened:
        _TABLE.metadata.create_all(opened)
        yield opened
    engine.dispose()


def at(row: Row, as_of: Instant) -> Row:
    """The row as it was: an instant after `as_of` had not come; a deadline was known from the beginning."""
    seen = {
        name: None if name not in DEADLINES and value is not None and value > as_of else value
        for name, value in row.items()
        if name not in ("rating", "solved")
    }
    given_by_then = seen["rated_at"] is not None
    return {
        **seen,
        "rating": row["rating"] if given_by_then else None,
        "solved": row["solved"] if given_by_then else None,
    }


def columns(rows: list[Row]) -> dict[str, Any]:
    return {
        name: np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)
        for name in FACT_COLUMNS
    }


def asked_in_sql(connection: Connection, rows: list[Row], as_of: Instant | None) -> list[Row]:
    facts = SqlFacts(_TABLE.c, None if as_of is None else bindparam("as_of", type_=BigInteger))
    with connection.begin_nested():
        connection.execute(_TABLE.delete())
        connection.execute(insert(_TABLE), [{"id": number, **row} for number, row in enumerate(rows)])
        hits = [case((measure.when(facts), 1), else_=0).label(measure.name) for measure in MEASURES]
        values = {} if as_of is None else {"as_of": as_of}
        return [
            dict(row) for row in connection.execute(select(*hits).order_by(_TABLE.c.id), values).mappings()
        ]


@given(st.lists(ROWS, min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_all_evaluations_agree_with_the_words(connection: Connection, rows: list[Row]) -> None:
    in_sql = asked_in_sql(connection, rows, None)
    arrays = ArrayFacts(columns(rows))
    for measure in MEASURES:
        by_hand = [counted_by_hand(measure.name, row) for row in rows]
        assert [bool(measure.when(RowFacts(row))) for row in rows] == by_hand
        assert np.asarray(measure.when(arrays), dtype=bool).tolist() == by_hand
        assert [bool(row[measure.name]) for row in in_sql] == by_hand


@given(st.lists(ROWS, min_size=1, max_size=30), st.integers(99, 107))
@settings(max_examples=60, deadline=None)
def test_sql_hides_what_was_not_yet_a_fact(connection: Connection, rows: list[Row], as_of: Instant) -> None:
    in_sql = asked_in_sql(connection, rows, as_of)
    for measure in MEASURES:
        by_hand = [counted_by_hand(measure.name, at(row, as_of)) for row in rows]
        assert [bool(row[measure.name]) for row in in_sql] == by_hand, measure.name


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_exactly_at_the_deadline_is_on_time(late: int) -> None:
    row: Row = dict.fromkeys(FACT_COLUMNS) | {"reported_at": 1, "accept_due_at": 5, "handle_due_at": 9}
    row |= {"accepted_at": 5 + late, "handled_at": 9 + late, "closed_at": 10}
    found = {measure.name: bool(measure.when(RowFacts(row))) for measure in MEASURES}
    assert found["accept_on_time"] is found["handle_on_time"] is found["closed_on_time"] is (late <= 0)
    assert found["received_closed_on_time"] is (late <= 0)
    assert found["handle_due"]
    assert found["accept_due"]
    assert found["closed_judged"]


@pytest.mark.parametrize("rating", [1, 2, 3, 4, 5])
def test_three_is_satisfied(rating: int) -> None:
    row: Row = dict.fromkeys(FACT_COLUMNS) | {
        "reported_at": 1,
        "closed_at": 2,
        "rated_at": 3,
        "rating": rating,
        "solved": 0,
    }
    found = {measure.name: bool(measure.when(RowFacts(row))) for measure in MEASURES}
    assert found["satisfied"] is (rating >= 3)
    assert found["closed_false"] is (rating < 3)
