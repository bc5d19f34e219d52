"""Views of pages that viewers gave a name: each viewer sees their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, insert, select, update

from data.clocks import Instant
from data.schema import saved_view
from data.store import Store

MOST: Final = 30
LONGEST_NAME: Final = 40


@dataclass(frozen=True)
class SavedView:
    """A page's address under a name."""

    id: int
    name: str
    path: str
    search: str


class TooMany(ValueError):
    """A viewer has as many saved views as they may."""


def views_of(store: Store, viewer: str) -> list[SavedView]:
    """The viewer's saved views in the order of their names."""
    with store.reading() as connection:
        rows = connection.execute(
            select(saved_view.c.id, saved_view.c.name, saved_view.c.path, saved_view.c.search)
            .where(saved_view.c.viewer == viewer)
            .order_by(saved_view.c.name)
        )
        return [SavedView(*row) for row in rows]


def save_view(store: Store, viewer: str, name: str, path: str, search: str, now: Instant) -> None:
    """Keeps a view under a name, in place of what had the name before. ValueError for a name that is none, TooMany for
    one too many."""
    plain = " ".join(name.split())
    if not 1 <= len(plain) <= LONGEST_NAME:
        raise ValueError(f"expected a name of 1 to {LONGEST_NAME} characters, found {len(plain)}: change it")
    with store.writing() as connection:
        mine = saved_view.c.viewer == viewer
        values = {"path": path, "search": search, "saved_at": now}
        changed = connection.execute(
            update(saved_view).where(mine, saved_view.c.name == plain).values(**values)
        )
        if changed.rowcount:
            return
        if connection.execute(select(func.count()).select_from(saved_view).where(mine)).scalar_one() >= MOST:
            raise TooMany(f"expected fewer than {MOST} saved views, found {MOST}: delete one first")
        connection.execute(insert(saved_view).values(viewer=viewer, name=plain, **values))


def forget_view(store: Store, viewer: str, number: int) -> bool:
    """Deletes one of the viewer's own saved views; False when there is none of that number."""
    with store.writing() as connection:
        gone = connection.execute(
            delete(saved_view).where(saved_view.c.viewer == viewer, saved_view.c.id == number)
        )
        return bool(gone.rowcount)
