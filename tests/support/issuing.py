"""Editions as the ledger has them, made without setting a page: what a bulletin says stands beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.bulletinplan import BulletinKind, due_at
from data.clocks import Instant
from data.editions import Edition, Made, Owed, claim, edition_of, plan, record
from data.reference import reference
from data.store import Store
from reports.document import Column as TableColumn
from reports.document import Document, Heading, Paragraph, Table, to_json

PDF = b"%PDF-1.7\n%made for a test\n"


def blank(kind: BulletinKind, scope: str, period: str, due_at: Instant, **values: Any) -> Edition:
    """An edition as a row of it would be, for reads that are made up."""
    plain: dict[str, Any] = dict.fromkeys(Edition.__dataclass_fields__, "")
    plain |= dict.fromkeys(("again_at", "made_at", "approved_at", "issued_at"))
    plain |= {"id": 1, "kind": kind, "scope": scope, "period": period, "revision": 1, "state": "making"}
    plain |= {"approval": False, "due_at": due_at, "as_of": due_at, "claimed_at": due_at, "changes": ()}
    plain |= {"fence": 1, "attempts": 1, "pages": 0, "size": 0}
    return Edition(**plain | values)


def document_of(title: str, as_of: Instant, text: str = "") -> Document:
    """A short bulletin."""
    return Document(
        template="daily",
        language="zh",
        organisation="市城市运行中心",
        number="",
        marks=(),
        title=(title,),
        subject=title,
        addressee="各区中心：",
        parts=(
            Heading(1, "一、总体情况"),
            Paragraph(text or "全市受理事件120件，办结118件。"),
            Table("各区", (TableColumn("区", "left"), TableColumn("受理")), (("东区", "70"), ("西区", "50"))),
        ),
        date="2026年6月20日",
        as_of=as_of,
        notes_label="注",
        notes=("合计等于各区之和。",),
    )


def owed(store: Store, kind: BulletinKind, scope: str, period: str) -> Owed:
    """What is owed of a period."""
    known = reference(store)
    at = due_at(plan(known), kind, period, known.clock, known.calendar)
    assert at is not None
    return Owed(kind, scope, period, at, at)


def made(folder: Path, held: Edition, title: str, text: str = "", changes: tuple[str, ...] = ()) -> Made:
    """What a maker would have made of a claim, its file in the folder of bulletins."""
    path = f"{held.kind}/{held.id}-{held.fence}.pdf"
    body = PDF + f"{held.id} {held.fence} {title} {text}".encode()
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(body)
    document: Mapping[str, Any] = to_json(document_of(title, held.as_of, text))
    return Made(
        path, hashlib.sha256(body).hexdigest(), 2, len(body), title, {"received": 120}, document, changes
    )


def issued(
    store: Store,
    folder: Path,
    kind: BulletinKind,
    scope: str,
    period: str,
    *,
    title: str = "网格事件办理情况早间通报",
    text: str = "",
    revision: int = 1,
    reason: str = "",
    changes: tuple[str, ...] = (),
) -> Edition:
    """An edition that was made at the hour it was due: issued, or a draft where the plan wants approval."""
    due = owed(store, kind, scope, period)
    held = claim(store, due, "tests", due.due_at, revision=revision, reason=reason)
    assert held is not None
    assert record(store, held, made(folder, held, title, text, changes), due.due_at + 30_000_000)
    return edition_of(store, held.id)
