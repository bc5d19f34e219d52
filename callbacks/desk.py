"""What a viewer keeps and takes along: saved views and exports, as functions that app.py binds to a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.exportjobs import Job
from data.savedviews import SavedView


@dataclass(frozen=True)
class Desk:
    """The viewer's own things; whose they are, the functions know.

    save_view(name, path, search) raises ValueError for a name that cannot be taken; forget_view(number) and
    cancel(id) are False where the viewer has no such thing.
    """

    views: Callable[[], Sequence[SavedView]]
    save_view: Callable[[str, str, str], None]
    forget_view: Callable[[int], bool]
    exports: Callable[[], Sequence[Job]]
    cancel: Callable[[str], bool]


EMPTY_DESK = Desk(
    views=lambda: (),
    save_view=lambda _name, _path, _search: None,
    forget_view=lambda _number: False,
    exports=lambda: (),
    cancel=lambda _number: False,
)
"""That of a viewer who keeps nothing."""
