"""The maker of real bulletins: figures from the store, words, pictures, and the page, one edition after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd

from data.bulletinplan import BulletinKind, told
from data.clocks import MINUTE, Instant
from data.editions import Edition, document_of, figures_of, find_edition, plan
from data.grids import UnknownGrid
from data.queries.shapes import shapes
from data.reference import reference
from data.store import Store
from data.words import speaking, word
from reports import changes
from reports.content import Content, Gathering, Moved, content
from reports.content import to_json as figures_json
from reports.document import Document, from_json
from reports.document import to_json as document_json
from reports.drawings import drawn, outlined
from reports.fonts import FontError
from reports.making import MakingError, Sheet
from reports.render import Setter, TypesetError
from reports.wording import document

MENDABLE: Final = (MakingError, TypesetError, FontError, Moved, UnknownGrid)
"""What can go wrong and somebody can mend: their messages are sentences."""

_SHARED: Final = 10 * MINUTE
"""How long what was read for one hour's bulletins serves the next one."""


@dataclass
class Press:
    """Makes bulletins of the whole city's store. Not for several threads at once; leave `setter` open as long as it is
    used."""

    store: Store
    now: Callable[[], Instant]
    setter: Setter
    _gathering: Gathering | None = field(default=None, init=False, repr=False)
    _gathered: tuple[Instant, Instant] = field(default=(0, 0), init=False, repr=False)

    def __call__(self, held: Edition, out: Path) -> Sheet:
        """Makes the PDF of a claimed edition: of what is known now about its as-of time, or, when it was approved, of
        what was approved, under its number."""
        if held.state == "approved":
            return self._numbered(held, out)
        made = self.content(held.kind, held.scope, held.period, held.as_of)
        figures = figures_json(made)
        changed = self._changed(held, figures)
        marks = (_draft_mark(made.language),) if held.approval else ()
        page = self.page(made, held.number, held.revision, marks, changed)
        pages = self.setter.pdf(page, out).pages
        return Sheet(page.subject, figures, document_json(page), pages, changed)

    def content(self, kind: BulletinKind, scope: str, period: str, as_of: Instant) -> Content:
        """What a bulletin says, as it is known now. Bulletins of one hour share what was read."""
        city = reference(self.store)
        if self._gathering is None or not self._fresh(as_of) or self._gathering.city is not city:
            self._gathering, self._gathered = Gathering(self.store), (as_of, self.now())
        return content(
            self.store, kind, scope, told(kind, period, city.clock), as_of, plan(city), self._gathering
        )

    def page(
        self,
        made: Content,
        number: str = "",
        revision: int = 1,
        marks: Sequence[str] = (),
        changed: Sequence[str] = (),
    ) -> Document:
        """The document of a content, with its charts and maps drawn."""
        page = document(made, number=number, revision=revision, marks=marks, changes=changed)
        return drawn(page, self._outlines(page))

    def changed(self, first: Edition) -> tuple[str, ...]:
        """What a revision of an issued edition would change, a sentence each."""
        made = self.content(first.kind, first.scope, first.period, first.as_of)
        return changes.changes(figures_of(self.store, first.id), figures_json(made))

    def _changed(self, held: Edition, figures: dict[str, Any]) -> tuple[str, ...]:
        if held.revision == 1:
            return ()
        first = find_edition(self.store, held.kind, held.scope, held.period, held.revision - 1)
        return () if first is None else changes.changes(figures_of(self.store, first.id), figures)

    def _numbered(self, held: Edition, out: Path) -> Sheet:
        approved = from_json(document_of(self.store, held.id))
        draft = _draft_mark(approved.language)
        page = replace(
            approved, number=held.number, marks=tuple(mark for mark in approved.marks if mark != draft)
        )
        pages = self.setter.pdf(page, out).pages
        return Sheet(page.subject, figures_of(self.store, held.id), document_json(page), pages, held.changes)

    def _fresh(self, as_of: Instant) -> bool:
        hour, read_at = self._gathered
        return hour == as_of and 0 <= self.now() - read_at < _SHARED

    def _outlines(self, page: Document) -> gpd.GeoDataFrame:
        """The outlines that its maps need, in the order of the tree."""
        tree = reference(self.store).tree
        known = [code for code in outlined(page, tree) if code in tree]
        return shapes(self.store, sorted(known, key=lambda code: tree.get(code).id))


def _draft_mark(language: Any) -> str:
    with speaking(language):
        return word("edition.draft")
