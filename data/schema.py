"""The tables, the same on SQLite and PostgreSQL. Instants are microseconds since 1970-01-01 UTC.

The truth is `event` plus the append-only `event_step`; `event_past` keeps what an event said before a step overwrote
it, so that a question about the past can be answered; `rollup` holds counters that the events alone determine.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from data.clocks import DAY
from data.measures import FACT_COLUMNS, KEY_COLUMNS, MEASURE_NAMES

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Identity = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only for a column of type INTEGER."""

store_state = Table(
    "store_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("reference_version", Integer, nullable=False),
    Column("latest_at", BigInteger, nullable=False),
    Column("counters_stale", SmallInteger, nullable=False),
)
"""One row. `version` grows with each commit of events, `reference_version` with each change of tree, categories or
channels and each rebuild of the counters; `latest_at` is the instant of the latest fact; `counters_stale` is 1 while a
bulk load runs."""

city = Table(
    "city",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("code", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("config", Text, nullable=False),
    Column("loaded_at", BigInteger, nullable=False),
)
"""One row: the city that this store belongs to; `config` is JSON (levels, calendar, targets, organisation)."""

source = Table(
    "source",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False, unique=True),
    Column("last_reported_at", BigInteger, nullable=False),
    Column("last_recorded_at", BigInteger, nullable=False),
)

grid = Table(
    "grid",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_id", Integer, nullable=False),
    Column("parent_id", Integer),
    Column("depth", SmallInteger, nullable=False),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(128), nullable=False),
    Column("level", String(32), nullable=False),
    Column("kind", String(32)),
)
"""Ids are preorder numbers: the subtree of a grid is the closed interval [id, last_id]."""

grid_shape = Table(
    "grid_shape",
    metadata,
    Column("grid_id", Integer, primary_key=True, autoincrement=False),
    Column("wkb", LargeBinary, nullable=False),
)

grid_staff = Table(
    "grid_staff",
    metadata,
    Column("grid_id", Integer, primary_key=True, autoincrement=False),
    Column("role", String(32), primary_key=True),
    Column("headcount", Integer, nullable=False),
)

grid_organisation = Table(
    "grid_organisation",
    metadata,
    Column("grid_id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), primary_key=True),
    Column("number", Integer, nullable=False),
)
"""How many organisations of a kind a grid has."""

area = Table(
    "area",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String(128), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("wkb", LargeBinary, nullable=False),
)
"""What is drawn over the grids and is none: counties, development zones; `position` is the order of drawing."""

category = Table(
    "category",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(128), nullable=False),
    Column("top_code", String(64), nullable=False),
    Column("top_name", String(128), nullable=False),
)

channel = Table(
    "channel",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(128), nullable=False),
)

time_limit = Table(
    "time_limit",
    metadata,
    Column("category_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("channel_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("accept_limit", String(32)),
    Column("handle_limit", String(32)),
)
"""Limits per category and channel; channel 0 stands for every channel without a row of its own."""


def _key_columns() -> list[Column[int]]:
    types = {"grid_id": Integer, "category_id": SmallInteger, "channel_id": SmallInteger}
    return [Column(name, types[name], nullable=False) for name in KEY_COLUMNS]


def _fact_columns() -> list[Column[int]]:
    return [
        Column(
            name,
            SmallInteger if name in ("rating", "solved") else BigInteger,
            nullable=name != "reported_at",
        )
        for name in FACT_COLUMNS
    ]


event = Table(
    "event",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("source_id", SmallInteger, nullable=False),
    Column("source_key", String(128), nullable=False),
    *_key_columns(),
    *_fact_columns(),
    Column("dispatched_at", BigInteger),
    Column("status", SmallInteger, nullable=False),
    Column("changed_at", BigInteger),
    Column("last_step_at", BigInteger, nullable=False),
    Column("steps", SmallInteger, nullable=False),
    Column("implied", SmallInteger, nullable=False, server_default="0"),
    Column("extensions", SmallInteger, nullable=False),
    Column("suspended_at", BigInteger),
    Column("suspended_until", BigInteger),
    Column("suspended_due_at", BigInteger),
    Column("appealed_at", BigInteger),
    Column("due_provisional", SmallInteger, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("unit", String(128)),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("address", Text),
    UniqueConstraint("source_id", "source_key"),
    sqlite_autoincrement=True,
)
"""One row an event: where it stands now. `changed_at` is when a step last overwrote a fact, null if none ever did. Ids
are never used again, so an old link cannot show another event. `implied` is 1 for a plain history that was loaded in
bulk: its steps follow from its instants and are written out when the first live step joins them."""

event_step = Table(
    "event_step",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("step_key", String(64), primary_key=True),
    Column("seq", SmallInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("actor", String(64)),
    Column("note", Text),
    Column("detail", Text),
    sqlite_with_rowid=False,
)

event_past = Table(
    "event_past",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", SmallInteger, primary_key=True, autoincrement=False),
    Column("from_at", BigInteger, nullable=False),
    Column("until_at", BigInteger, nullable=False),
    *_key_columns(),
    *_fact_columns(),
    Index("ix_event_past_until_at", "until_at", "from_at"),
    sqlite_with_rowid=False,
)
"""What an event said from `from_at` until a step overwrote it at `until_at`; `seq` is that step's."""

ROLLUP_KEY = ("grain", "bucket", "grid_id", "category_id", "channel_id")

rollup = Table(
    "rollup",
    metadata,
    Column("grain", SmallInteger, primary_key=True, autoincrement=False),
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("grid_id", Integer, primary_key=True, autoincrement=False),
    Column("category_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("channel_id", SmallInteger, primary_key=True, autoincrement=False),
    *[Column(name, Integer) for name in MEASURE_NAMES],
    sqlite_with_rowid=False,
    postgresql_with={"fillfactor": 90},
)
"""Counters by grain (data/counters.py). A measure of zero is null: it costs a bit instead of four bytes."""

rollup_version = Table(
    "rollup_version",
    metadata,
    Column("grain", SmallInteger, primary_key=True, autoincrement=False),
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Grows when a counter of the bucket changes; only for the grains whose vectors are kept in memory."""

rollup_vector = Table(
    "rollup_vector",
    metadata,
    Column("grain", SmallInteger, primary_key=True, autoincrement=False),
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("measure", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""A bucket's counters of one measure over all grids, packed; valid while its version is the bucket's."""


search_segment = Table(
    "search_segment",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Column("first_reported_at", BigInteger, nullable=False),
    Column("last_reported_at", BigInteger, nullable=False),
)
"""Ranges of event ids whose texts are in the index of the search (data/searching.py)."""

search_block = Table(
    "search_block",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("segment_id", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
"""For some pairs of characters, the events of a segment that have them, packed."""

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("viewer", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("path", String(64), nullable=False),
    Column("search", Text, nullable=False),
    Column("saved_at", BigInteger, nullable=False),
    UniqueConstraint("viewer", "name"),
)
"""Views of pages that viewers gave a name: the address says the view, each viewer sees their own."""

export_job = Table(
    "export_job",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("viewer", String(64), nullable=False),
    Column("scope", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("form", String(8), nullable=False),
    Column("search", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("rows_done", BigInteger, nullable=False),
    Column("rows_total", BigInteger),
    Column("asked_at", BigInteger, nullable=False),
    Column("beat_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("expires_at", BigInteger, nullable=False),
    Column("size", BigInteger),
    Column("fault", Text),
    Index("ix_export_job_viewer", "viewer", "asked_at"),
)
"""Files that were asked for: waiting, running, done, failed or cancelled. `request` is JSON: everything that the file
is made from; `beat_at` is when whoever makes it last gave a sign of life."""


TIME_FIRST = ("accepted_at", "accept_due_at", "rated_at")
"""Milestones whose index begins with the time: an index in the order in which events come is sorted four times as fast,
and few ask for these by category."""


def _covering(name: str, milestone: str, *more: str) -> Index:
    """An index that answers a question by milestone alone. Where it begins with the category, a question without a
    category names them all, which costs a hundred seeks and saves a second index."""
    first = (milestone, "category_id") if milestone in TIME_FIRST else ("category_id", milestone)
    columns = (*first, "grid_id", "channel_id", "withdrawn_at", *more)
    where = event.c[milestone].is_not(None)
    partial: dict[str, Any] = (
        {} if milestone == "reported_at" else {"sqlite_where": where, "postgresql_where": where}
    )
    return Index(name, *[event.c[column] for column in columns], **partial)


def _among_open(name: str, *columns: str) -> Index:
    where = event.c.closed_at.is_(None) & event.c.withdrawn_at.is_(None)
    return Index(name, *[event.c[column] for column in columns], sqlite_where=where, postgresql_where=where)


SLOW = 8 * DAY
"""A step that comes so long after the one before is slow: few are, so a past instant's figures can afford to look at
each of them."""

_BEFORE = {"closed_at": "reported_at", "rated_at": "closed_at"}


def slow(name: str) -> ColumnElement[bool]:
    """SQL: `closed_at` or `rated_at` came slowly. The number stands in the text, as in the index: so it is found."""
    return event.c[name] - event.c[_BEFORE[name]] > literal_column(str(SLOW))


_SETTLES = {
    "closed_at": ("withdrawn_at", "handled_at", "handle_due_at", "exempted_at"),
    "rated_at": ("withdrawn_at", "rating", "solved"),
}
"""What else the measures read that a step settles after their milestone."""


def _where_slow(name: str, column: str) -> Index:
    """Both begin with the closing, with which no other index of all events begins: so SQLite takes them, even where it
    has not counted how few they hold. They hold all that is counted: so PostgreSQL takes them."""
    other = "reported_at" if column == "closed_at" else column
    columns = ("closed_at", other, "grid_id", "category_id", "channel_id", *_SETTLES[column])
    return Index(
        name,
        *[event.c[each] for each in columns],
        sqlite_where=slow(column),
        postgresql_where=slow(column),
    )


def late() -> ColumnElement[bool]:
    """SQL: closed after the handling deadline."""
    return event.c.closed_at > event.c.handle_due_at


def rated_low() -> ColumnElement[bool]:
    """SQL: the citizen is dissatisfied: few are, and they are looked for."""
    return event.c.rating <= literal_column("2")


def _since(name: str, column: str) -> Index:
    """What was overwritten, withdrawn or exempted since an instant, with what tells whether it was known before: a
    past far back is about few of those."""
    where = event.c[column].is_not(None)
    columns = [event.c[each] for each in (column, "reported_at", "grid_id")]
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


SECONDARY_INDEXES: tuple[Index, ...] = (
    _covering("ix_event_reported", "reported_at", "closed_at", "handled_at", "handle_due_at", "exempted_at"),
    _covering("ix_event_accepted", "accepted_at"),
    _covering("ix_event_accept_due", "accept_due_at", "accepted_at"),
    _covering("ix_event_handle_due", "handle_due_at", "handled_at", "exempted_at", "reported_at"),
    _covering(
        "ix_event_closed",
        "closed_at",
        "handled_at",
        "handle_due_at",
        "exempted_at",
        "rated_at",
        "rating",
        "solved",
        "reworked_at",
        "reported_at",
    ),
    _covering("ix_event_rated", "rated_at", "rating"),
    _since("ix_event_changed", "changed_at"),
    _since("ix_event_withdrawn", "withdrawn_at"),
    _since("ix_event_exempted", "exempted_at"),
    _where_slow("ix_event_slow_closed", "closed_at"),
    _where_slow("ix_event_slow_rated", "rated_at"),
    Index(
        "ix_event_late",
        *[
            event.c[column]
            for column in ("closed_at", "handle_due_at", "grid_id", "category_id", "channel_id")
        ],
        sqlite_where=late(),
        postgresql_where=late(),
    ),
    Index("ix_event_newest", event.c.reported_at, event.c.id),
    Index(
        "ix_event_grid",
        *[
            event.c[column]
            for column in (
                "grid_id",
                "reported_at",
                "id",
                "category_id",
                "channel_id",
                "status",
                "rating",
                "withdrawn_at",
                "closed_at",
                "handled_at",
                "handle_due_at",
            )
        ],
    ),
    _among_open("ix_event_open_grid", "grid_id", "handle_due_at", "category_id", "channel_id"),
    _among_open(
        "ix_event_open", "handle_due_at", "grid_id", "category_id", "channel_id", "id", "reported_at"
    ),
    _among_open(
        "ix_event_open_status",
        "status",
        "reported_at",
        "id",
        "grid_id",
        "category_id",
        "channel_id",
        "handle_due_at",
        "suspended_until",
    ),
    Index(
        "ix_event_rated_low",
        *[
            event.c[column]
            for column in ("rating", "reported_at", "id", "grid_id", "category_id", "channel_id")
        ],
        sqlite_where=rated_low(),
        postgresql_where=rated_low(),
    ),
)
"""Every index of the events beside their keys."""

DEFERRED_INDEXES: tuple[Index, ...] = tuple(
    index for index in SECONDARY_INDEXES if len(index.columns) > 2 and "open" not in str(index.name)
)
"""Those that a bulk load into an empty store builds after the rows; the others are small, or grow at their end only."""

wall_control = Table(
    "wall_control",
    metadata,
    Column("scope", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""What operators have made of the walls of a scope, one row a scope; `body` is JSON (data/wallplan.py)."""
