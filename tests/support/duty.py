"""A city of the tests that keeps duty."""

from __future__ import annotations

import json

from sqlalchemy import select, update

from data.schema import city, store_state
from data.store import Store


def keeps_duty(store: Store, *several: dict[str, object], **duty: object) -> None:
    """Writes a [duty], or several, into what the store knows of its city, as the pack's loading would."""
    with store.writing() as connection:
        config = json.loads(connection.execute(select(city.c.config)).scalar_one())
        tables = [*several, duty] if duty else list(several)
        connection.execute(update(city).values(config=json.dumps(config | {"duty": tables})))
        connection.execute(update(store_state).values(reference_version=store_state.c.reference_version + 1))
