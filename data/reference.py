"""What the store knows of its city apart from events: tree, categories, channels, limits, calendar, and its clock.

Loaded whole and kept until `reference_version` changes; a write looks at that version inside its transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select

from data import lifecycle
from data.calendars import CalendarConfig, Deadline, Limit, WorkingCalendar
from data.clocks import Instant, ZoneClock
from data.grids import Grid, Tree, UnknownGrid
from data.lifts import Lifts
from data.schema import category, channel, city, grid, time_limit
from data.store import Store, state

EVERY_CHANNEL = 0
"""The channel id of a limit that holds for every channel without one of its own."""


class NoCity(LookupError):
    """The store holds no city; the message says what to run."""


@dataclass(frozen=True)
class Named:
    """A category or channel: its id, its code, its name, and for a category the 大类 above it."""

    id: int
    code: str
    name: str
    top_code: str = ""
    top_name: str = ""


@dataclass(frozen=True)
class Reference:
    """An immutable picture of the city at one `version`."""

    version: int
    code: str
    name: str
    zone: str
    config: Mapping[str, Any]
    tree: Tree
    categories: Mapping[str, Named]
    channels: Mapping[str, Named]
    limits: Mapping[tuple[int, int], tuple[Limit | None, Limit | None]]

    @cached_property
    def clock(self) -> ZoneClock:
        """The city's clock."""
        return ZoneClock.of(self.zone)

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The city's working calendar."""
        return WorkingCalendar(self.clock, CalendarConfig.from_json(self.config["calendar"]))

    @cached_property
    def lifts(self) -> Lifts:
        """What counters need of the city."""
        return Lifts.of(self.clock, self.tree)

    @cached_property
    def category_by_id(self) -> Mapping[int, Named]:
        """Categories by id."""
        return {named.id: named for named in self.categories.values()}

    @cached_property
    def channel_by_id(self) -> Mapping[int, Named]:
        """Channels by id."""
        return {named.id: named for named in self.channels.values()}

    @cached_property
    def unrecorded(self) -> frozenset[str]:
        """Indicators whose facts the city's sources do not carry."""
        return frozenset(self.config.get("unrecorded", ()))

    @cached_property
    def rules(self) -> lifecycle.Rules:
        """The city as the life cycle needs it."""
        return lifecycle.Rules(
            grid_id=self._grid_id,
            category_id=lambda code: _id(self.categories, code, "category"),
            channel_id=lambda code: _id(self.channels, code, "channel"),
            limits=self.limits_of,
            deadline=self.calendar.deadline,
            resume=self._resume,
        )

    def limits_of(self, category_id: int, channel_id: int) -> tuple[Limit | None, Limit | None]:
        """The limits to accept and to handle: the channel's own, else those of every channel, else none."""
        return self.limits.get((category_id, channel_id)) or self.limits.get(
            (category_id, EVERY_CHANNEL), (None, None)
        )

    def _grid_id(self, code: str) -> int:
        try:
            return self.tree.get(code).id
        except UnknownGrid as error:
            raise lifecycle.Refused(str(error)) from None

    def _resume(
        self, deadline_at: Instant, paused_at: Instant, resumed_at: Instant, limit: Limit | None
    ) -> Deadline:
        return self.calendar.resume(deadline_at, paused_at, resumed_at, limit.unit if limit else "minutes")


def _id(named: Mapping[str, Named], code: str, what: str) -> int:
    try:
        return named[code].id
    except KeyError:
        known = ", ".join(sorted(named)[:8]) + (" …" if len(named) > 8 else "")
        raise lifecycle.Refused(f"expected the code of a {what} ({known}), found {code!r}") from None


def read_reference(connection: Connection) -> Reference:
    """The city as the connection's snapshot sees it. Raises NoCity on a store without one."""
    version = state(connection).reference_version
    row = connection.execute(select(city)).one_or_none()
    if row is None:
        raise NoCity("the store holds no city yet: run `python app.py city load DIR`")
    codes: dict[int, str] = {}
    grids: list[Grid] = []
    for node in connection.execute(select(grid).order_by(grid.c.id)):
        codes[node.id] = node.code
        parent = codes[node.parent_id] if node.parent_id is not None else None
        grids.append(
            Grid(node.id, node.last_id, node.code, node.name, parent, node.depth, node.level, node.kind)
        )
    return Reference(
        version=version,
        code=row.code,
        name=row.name,
        zone=row.zone,
        config=json.loads(row.config),
        tree=Tree(grids),
        categories={
            each.code: Named(each.id, each.code, each.name, each.top_code, each.top_name)
            for each in connection.execute(select(category).order_by(category.c.id))
        },
        channels={
            each.code: Named(each.id, each.code, each.name)
            for each in connection.execute(select(channel).order_by(channel.c.id))
        },
        limits={
            (each.category_id, each.channel_id): (_limit(each.accept_limit), _limit(each.handle_limit))
            for each in connection.execute(select(time_limit))
        },
    )


def _limit(text: str | None) -> Limit | None:
    return Limit.parse(text) if text else None


_kept: WeakKeyDictionary[Store, Reference] = WeakKeyDictionary()


def reference(store: Store) -> Reference:
    """The reference as of now. Raises NoCity, and UnknownGrid for a store within a scope that the city has not."""
    with store.reading() as connection:
        return reference_within(store, connection)


def reference_within(store: Store, connection: Connection, version: int | None = None) -> Reference:
    """The reference as the given transaction sees it, read again only when its version has changed; `version` saves a
    look where the caller knows it. Raises NoCity.

    A store within a scope has the tree of that scope: whatever asks for a grid beyond it asks here, and finds none.
    Raises UnknownGrid where the city has no such scope (any more).
    """
    known = _kept.get(store)
    current = state(connection).reference_version if version is None else version
    if known is None or known.version != current:
        known = _kept[store] = _read_within(store, connection, current)
    return known


def _read_within(store: Store, connection: Connection, version: int) -> Reference:
    if store.scope is None:
        return read_reference(connection)
    whole = reference_within(store.whole, connection, version)
    return replace(whole, tree=whole.tree.within(store.scope, store.beyond))
