"""The control state of walls in the store: what operators have chosen, one row a scope, the same for every process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select, text, update
from sqlalchemy.exc import SQLAlchemyError

from data.schema import wall_control
from data.store import Store
from data.wallplan import Change, Control, control_of, noted

_SEEN = (
    "SELECT version, reference_version, NULL, NULL FROM store_state "
    "UNION ALL SELECT version, 0, scope, body FROM wall_control"
)

_FIRST = (
    "INSERT INTO wall_control (scope, version, changed_at, body) VALUES (:scope, 0, 0, :body) "
    "ON CONFLICT (scope) DO NOTHING"
)


class Unreadable(Exception):
    """The store cannot be read now; what was read before may be shown, marked with its instant."""


@dataclass(frozen=True)
class Seen:
    """One look at the store: the versions of its events and its city, and the control states as they stand (JSON) by
    scope. Equal looks have equal answers."""

    version: int
    reference_version: int
    controls: Mapping[str, str]


def look(store: Store) -> Seen:
    """What can have changed, by one query. Raises Unreadable."""
    try:
        with store.reading() as connection:
            rows = connection.exec_driver_sql(_SEEN).all()
    except SQLAlchemyError as error:
        raise Unreadable(type(error).__name__) from error
    versions = next((row[0], row[1]) for row in rows if row[2] is None)
    return Seen(*versions, {row[2]: row[3] for row in rows if row[2] is not None})


def read_control(store: Store, scope: str) -> Control:
    """The control state of a scope's walls; that of a new wall where nobody has touched it."""
    with store.reading() as connection:
        body = connection.execute(
            select(wall_control.c.body).where(wall_control.c.scope == scope)
        ).scalar_one_or_none()
    return parsed(body)


def parsed(body: str | None) -> Control:
    """The control state of a row's text; that of a new wall for None."""
    return Control() if body is None else control_of(json.loads(body))


def change_control(store: Store, scope: str, change: Change, how: Callable[[Control], Control]) -> Control:
    """Changes the control state of a scope's walls and gives it as it stands then. The last change wins: `how` is given
    what stands in the store, whatever the one who asks has seen."""
    with store.writing() as connection:
        where = wall_control.c.scope == scope
        # Whoever comes second waits for the row of whoever comes first, be it the very first.
        connection.execute(text(_FIRST), {"scope": scope, "body": json.dumps(Control().to_json())})
        found = connection.execute(select(wall_control.c.body).where(where).with_for_update()).scalar_one()
        made = noted(how(parsed(found)), change)
        body = json.dumps(made.to_json(), ensure_ascii=False)
        connection.execute(
            update(wall_control).where(where).values(version=made.version, changed_at=change.at, body=body)
        )
    return made
