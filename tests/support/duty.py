"""A city of the tests that keeps duty."""

from __future__ import annotations

import json

from sqlalchemy import select, update

from data.schema import city, store_state
from data.store import Store


def keeps_duty(store: Store, **duty: object) -> None:
    """Writes a [duty] into what the store knows of its city, as the pack's loading would."""
    with store.writing() as connection:
        config = json.loads(connection.execute(select(city.c.config)).scalar_one())
        connection.execute(update(city).values(config=json.dumps(config | {"duty": duty})))
        connection.execute(update(store_state).values(reference_version=store_state.c.reference_version + 1))
