"""The tables of tasks and of duty. What happened is only ever added: any instant of the past can be asked for."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, String, Table, Text, UniqueConstraint

from data.schema import Identity, metadata

LENGTHS = {
    "kind": 16,
    "title": 200,
    "who": 64,
    "note": 500,
    "evidence": 500,
    "key": 64,
    "shift": 5,
    "via": 16,
}
"""The most characters that the store keeps of each text."""

task = Table(
    "task",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("key", String(LENGTHS["key"])),
    Column("kind", String(LENGTHS["kind"]), nullable=False),
    Column("title", String(LENGTHS["title"]), nullable=False),
    Column("body", Text, nullable=False),
    Column("scope", String(64), nullable=False),
    Column("issued_by", String(LENGTHS["who"]), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("withdrawn_at", BigInteger),
    Column("withdrawn_by", String(LENGTHS["who"]), nullable=False),
    Column("withdrawn_note", String(LENGTHS["note"]), nullable=False),
    UniqueConstraint("key", name="uq_task_key"),
    Index("ix_task_due_at", "due_at"),
)
"""Something that is asked of grids. `key` tells who issues by a program that it did so already, null for people.
`kind` is command or temporary; `scope` is the grid of whoever issued it. `due_at` and `withdrawn_at` are as of now:
what held at an instant of the past is said by the steps."""

task_share = Table(
    "task_share",
    metadata,
    Column("task_id", BigInteger, primary_key=True, autoincrement=False),
    Column("grid", String(64), primary_key=True),
    Column("settled_at", BigInteger),
    Index("ix_task_share_settled_at", "settled_at", "task_id"),
)
"""Of which grids it is asked, by their codes. `settled_at` is when the last step was written down that left nothing to
do, null while there is something: what was open at an instant is among what was settled later or is not."""

task_step = Table(
    "task_step",
    metadata,
    Column("task_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("grid", String(64), nullable=False),
    Column("what", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("known_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("who", String(LENGTHS["who"]), nullable=False),
    Column("note", String(LENGTHS["note"]), nullable=False),
    Column("evidence", String(LENGTHS["evidence"]), nullable=False),
    Index("ix_task_step_due_at", "due_at", "task_id"),
)
"""What became of a task, never changed: issued, done, returned, extended or withdrawn. `grid` is "" for a step that
holds for every grid. `at` is when it happened, `known_at` when it was written down: later, for what a file brings.
`due_at` is set by issued and extended."""

duty_signin = Table(
    "duty_signin",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("shift", String(LENGTHS["shift"]), primary_key=True),
    Column("grid", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("known_at", BigInteger, nullable=False),
    Column("who", String(LENGTHS["who"]), nullable=False),
    Column("note", String(LENGTHS["note"]), nullable=False),
    Column("via", String(LENGTHS["via"]), nullable=False),
    sqlite_with_rowid=False,
)
"""Who signed in for duty, once a grid, day and shift. `day` is the local day of the shift's start as days since
1970-01-01, `shift` that start as HH:MM. `known_at` is later than `at` for what a file brings; `via` is page, file,
terminal or demo."""

TABLES = (task, task_share, task_step, duty_signin)


def make(connection: Connection) -> None:
    """Makes the tables where they are missing."""
    for table in TABLES:
        table.create(connection, checkfirst=True)
