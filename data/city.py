"""Loads a city pack into a store, in one transaction: tree, shapes, staff, categories, channels, limits, calendar."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from sqlalchemy import Connection, Table, bindparam, case, delete, func, insert, select, update

from data import counters, reference
from data.assessment.holding import contradicted
from data.bulk import append_records
from data.citypack import Category, Channel, CityPack
from data.clocks import Instant, ZoneClock, date_of
from data.grids import Node, Tree, plant
from data.schema import (
    area,
    category,
    channel,
    city,
    event,
    event_past,
    grid,
    grid_organisation,
    grid_shape,
    grid_staff,
    rollup,
    store_state,
    time_limit,
)
from data.store import Store, StoreError, state
from data.tasks.dutyplan import changed, plan_of

_NAMED = 10
"""How many codes an error names."""


def load_city(
    store: Store, pack: CityPack, now: Instant, progress: counters.Progress = counters.quiet
) -> Tree:
    """Makes the store that city's, or brings its city up to date, and gives the tree.

    Raises StoreError, and changes nothing, when the store holds another city or events on grids, categories or channels
    that the pack no longer has, or frozen scores for which other shifts of duty were owed than the pack says.
    """
    columns = (pack.grids[name] for name in ("code", "name", "parent", "level", "kind"))
    tree = plant(Node(*values) for values in zip(*columns, strict=True))
    with store.writing(alone=True) as connection:
        known = connection.execute(select(city.c.code, city.c.zone)).one_or_none()
        if known is not None and known.code != pack.code:
            raise StoreError(
                f"expected the city {known.code!r}, which this store holds, found the pack of {pack.code!r}: "
                "give each city its own store with YIPING_DATABASE_URL"
            )
        wrong = contradicted(connection, plan_of(pack.duty), ZoneClock.of(pack.zone))
        if wrong is not None:
            raise StoreError(wrong)
        progress("grids", 0.0)
        # Another zone moves events to other days and hours, as another tree moves them to other grids.
        moved = _replace_tree(connection, tree) or (known is not None and known.zone != pack.zone)
        progress("shapes and staff", 0.4)
        _replace_shapes(connection, tree, pack)
        _replace_people(connection, tree, pack)
        ids = {
            "category": _replace_named(connection, category, _category_rows(pack.categories)),
            "channel": _replace_named(connection, channel, _channel_rows(pack.channels)),
        }
        _replace_limits(connection, pack, ids["category"], ids["channel"])
        connection.execute(delete(city))
        connection.execute(
            insert(city).values(
                id=1,
                code=pack.code,
                name=pack.name,
                zone=pack.zone,
                config=json.dumps(_config(pack), ensure_ascii=False, sort_keys=True),
                loaded_at=now,
            )
        )
        connection.execute(
            update(store_state).values(
                version=store_state.c.version + 1, reference_version=store_state.c.reference_version + 1
            )
        )
        progress("counters", 0.6)
        if moved and not state(connection).counters_stale:
            counters.rebuild_in(connection, reference.read_reference(connection).lifts, progress)
    return tree


def past_duty(store: Store, pack: CityPack, now: Instant) -> str | None:
    """A sentence where a pack that is about to be loaded owes other shifts than the loaded one on days that are over;
    None where it does not, and in a store without a city."""
    try:
        known = reference.reference(store)
    except reference.NoCity:
        return None
    before, after = plan_of(known.config.get("duty", {})), plan_of(pack.duty)
    first = min((one.since for one in (*before, *after)), default=0)
    day = changed(before, after, first, known.clock.day_number(now) - 1)
    if day is None:
        return None
    return (
        f"warning: the pack owes other shifts of duty than before from {date_of(day)} on, which is over: what those "
        "days owed is counted anew. To leave them as they were, keep the former [duty] and write what is new below it "
        "as a [[duty]] with a since to come"
    )


def _config(pack: CityPack) -> Mapping[str, Any]:
    return {
        "name_en": pack.name_en,
        "issuer": pack.issuer,
        "credit": pack.credit,
        "levels": [{"key": level.key, "name": level.name} for level in pack.levels],
        "calendar": pack.calendar.to_json(),
        "targets": dict(pack.targets),
        "unrecorded": list(pack.unrecorded),
        "illustrative": pack.illustrative,
        "demo": pack.demo,
        "build": dict(pack.build),
        "bulletins": dict(pack.bulletins),
        "wall": dict(pack.wall),
        "assessment": [dict(one) for one in pack.assessment],
        "warnings": dict(pack.warning_plan),
        "duty": [dict(one) for one in pack.duty],
        # Where the pack's mappings are found when a file is imported.
        "folder": str(pack.folder.resolve()),
    }


def _replace_tree(connection: Connection, tree: Tree) -> bool:
    """Writes the tree and moves events to their grids' new ids; True when there are counters to make anew."""
    old = {row.code: row.id for row in connection.execute(select(grid.c.code, grid.c.id))}
    new = {node.code: node.id for node in tree}
    old_parents = {row.id: row.parent_id for row in connection.execute(select(grid.c.id, grid.c.parent_id))}
    parents = {node.id: new[node.parent] if node.parent else None for node in tree}
    if old == new and old_parents == parents:
        same = True
    else:
        same = False
        used = set(connection.execute(select(event.c.grid_id).distinct()).scalars()) | set(
            connection.execute(select(event_past.c.grid_id).distinct()).scalars()
        )
        gone = sorted(code for code, grid_id in old.items() if code not in new and grid_id in used)
        if gone:
            raise StoreError(
                f"expected every grid that has events, found {len(gone)} that the pack no longer has: "
                f"{', '.join(gone[:_NAMED])}. Keep them in the pack, or correct their events to other grids first"
            )
        moves = {
            grid_id: new[code] for code, grid_id in old.items() if grid_id in used and new[code] != grid_id
        }
        for table in (event, event_past):
            _move(connection, table, moves)
    rows = (
        (
            node.id,
            node.last_id,
            parents[node.id],
            node.depth,
            node.code,
            node.name,
            node.level,
            node.kind,
        )
        for node in tree
    )
    _replace(connection, grid, rows)
    return not same and connection.execute(select(func.count()).select_from(rollup)).scalar_one() > 0


def _move(connection: Connection, table: Table, moves: Mapping[int, int]) -> None:
    """Old ids become new ones by way of negative numbers, since the two sets overlap."""
    if not moves:
        return
    connection.execute(
        update(table)
        .where(table.c.grid_id == bindparam("old"))
        .values(grid_id=-bindparam("new", type_=table.c.grid_id.type)),
        [{"old": old, "new": new} for old, new in moves.items()],
    )
    connection.execute(
        update(table)
        .where(table.c.grid_id < 0)
        .values(grid_id=case((table.c.grid_id < 0, -table.c.grid_id), else_=table.c.grid_id))
    )


def _replace_shapes(connection: Connection, tree: Tree, pack: CityPack) -> None:
    ids = [tree.get(code).id for code in pack.shapes["code"]]
    _replace(connection, grid_shape, zip(ids, shapely.to_wkb(pack.shapes.geometry.to_numpy()), strict=True))
    areas = pack.areas
    columns = (areas["code"], range(len(areas)), areas["name"], areas["kind"])
    _replace(connection, area, zip(*columns, shapely.to_wkb(areas.geometry.to_numpy()), strict=True))


def _replace_people(connection: Connection, tree: Tree, pack: CityPack) -> None:
    for table, counts in ((grid_staff, pack.staff), (grid_organisation, pack.organisations)):
        codes, kinds, numbers = (counts[column].tolist() for column in counts.columns)
        ids = [tree.get(code).id for code in codes]
        _replace(connection, table, zip(ids, kinds, numbers, strict=True))


def _replace(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Makes these the rows of a table, in the order of its columns."""
    connection.execute(delete(table))
    append_records(connection, table, table.columns.keys(), rows)


def _category_rows(categories: tuple[Category, ...]) -> list[dict[str, str]]:
    return [
        {"code": each.code, "name": each.name, "top_code": each.top_code, "top_name": each.top_name}
        for each in categories
    ]


def _channel_rows(channels: tuple[Channel, ...]) -> list[dict[str, str]]:
    return [{"code": each.code, "name": each.name} for each in channels]


def _replace_named(connection: Connection, table: Table, rows: list[dict[str, str]]) -> dict[str, int]:
    """Writes categories or channels; a code that is known keeps its id. Gives ids by code."""
    old = {row.code: row.id for row in connection.execute(select(table.c.code, table.c.id))}
    codes = {row["code"] for row in rows}
    vanished = {each: code for code, each in old.items() if code not in codes}
    if vanished:
        used = {
            each
            for by in (event.c[f"{table.name}_id"], event_past.c[f"{table.name}_id"])
            for each in connection.execute(select(by).distinct().where(by.in_(list(vanished)))).scalars()
        }
        if used:
            names = ", ".join(sorted(vanished[each] for each in used)[:_NAMED])
            raise StoreError(
                f"expected every {table.name} that has events, found some that the pack no longer has: {names}. "
                "Keep them in the pack, or correct their events first"
            )
    highest = max(old.values(), default=0)
    ids: dict[str, int] = {}
    for row in rows:
        if row["code"] in old:
            ids[row["code"]] = old[row["code"]]
        else:
            highest += 1
            ids[row["code"]] = highest
    connection.execute(delete(table))
    if rows:
        connection.execute(insert(table), [{"id": ids[row["code"]], **row} for row in rows])
    return ids


def _replace_limits(
    connection: Connection, pack: CityPack, categories: Mapping[str, int], channels: Mapping[str, int]
) -> None:
    connection.execute(delete(time_limit))
    limits = {
        (categories[each.code], reference.EVERY_CHANNEL): (each.accept_limit, each.handle_limit)
        for each in pack.categories
        if each.accept_limit or each.handle_limit
    } | {
        (categories[category_code], channels[channel_code]): both
        for (category_code, channel_code), both in pack.limits_by_channel.items()
    }
    if limits:
        connection.execute(
            insert(time_limit),
            [
                {
                    "category_id": category_id,
                    "channel_id": channel_id,
                    "accept_limit": str(accept) if accept else None,
                    "handle_limit": str(handle) if handle else None,
                }
                for (category_id, channel_id), (accept, handle) in limits.items()
            ],
        )
