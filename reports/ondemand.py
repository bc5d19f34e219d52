"""A bulletin that nobody owes: of any grid, for any day or month, as it is known now. It has no number, and is kept
nowhere but with whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal, get_args

from data.bulletinplan import BulletinKind, parse_period, period_text, told
from data.clocks import Instant
from data.editions import plan
from data.reference import Reference, reference
from data.store import Store
from data.words import speaking, word
from reports.press import Press
from reports.render import Setter

Span = Literal["day", "month"]
SPANS: Final[tuple[Span, ...]] = get_args(Span)


@dataclass(frozen=True)
class Asked:
    """What is asked for: the grid, the kind of bulletin that tells of the time, and its period; `name` is the time as
    its file is called."""

    scope: str
    kind: BulletinKind
    period: str
    name: str


def asked(known: Reference, scope: str, span: str, text: str, now: Instant) -> Asked:
    """What the words of an address ask for. Raises UnknownGrid beyond the tree, and ValueError for a span that is none
    and a time that has not begun."""
    known.tree.get(scope)
    if span not in SPANS:
        raise ValueError(f"expected one of {', '.join(SPANS)}, found {span!r}")
    kind: BulletinKind = "month" if span == "month" else "evening"
    first = parse_period(kind, text)
    if not 2000 <= first.year < 2060 or told(kind, text, known.clock).start > now:
        raise ValueError(f"expected a day or month that has begun, found {text!r}")
    if kind == "evening" and told(kind, text, known.clock).end <= now:
        # A day that is over is told of whole, as the morning after tells of it.
        return Asked(scope, "morning", period_text("morning", first + timedelta(days=1)), text)
    return Asked(scope, kind, text, text)


@dataclass(frozen=True)
class OnDemand:
    """The file of a bulletin on demand, made as exports are. `store` is bounded by its viewer's scope."""

    store: Store
    asked: Asked
    now: Callable[[], Instant]
    rows: int | None = None

    @property
    def stem(self) -> str:
        """What the file is called, without its ending."""
        name = reference(self.store).tree.get(self.asked.scope).name
        return f"{name}_{self.asked.name}_{word('archive.demand_mark')}"

    def write(self, path: Path, _form: str, told: Callable[[int], None] = lambda _rows: None) -> int:
        """Writes the PDF and gives the number of its pages. Raises what making it raises."""
        told(0)
        with speaking(plan(reference(self.store)).language):
            mark = word("archive.demand_mark")
        with Setter() as setter:
            press = Press(self.store, self.now, setter)
            one = self.asked
            page = press.page(press.content(one.kind, one.scope, one.period, self.now()), marks=(mark,))
            told(0)
            return setter.pdf(page, path).pages
