"""What goes to the recipients of an issued edition: its file as it was recorded, and what it says in short."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from data.editions import document_of, edition_of
from data.store import Store
from reports.delivery.parcel import Parcel
from reports.document import Document, Paragraph, from_json
from reports.webpage import webpage

PARAGRAPHS: Final = 3
"""So many open a letter."""


class Damaged(RuntimeError):
    """The file of an edition is not the one that was recorded."""


def packer(store: Store, folder: Path, public_url: str) -> Callable[[int], Parcel]:
    """What makes the parcel of an edition by its id. Raises UnknownEdition, OSError where the file is gone, and Damaged
    where it is another: what is not the issued bulletin is sent to nobody."""

    def parcel(number: int) -> Parcel:
        one = edition_of(store, number)
        page = from_json(document_of(store, number))
        pdf = (folder / one.path).read_bytes()
        if sha256(pdf).hexdigest() != one.sha256:
            raise Damaged(f"expected the file of {one.path} as it was recorded, found another")
        return Parcel(
            edition=f"{one.kind}/{one.scope}/{one.period}/{one.revision}",
            title=one.title,
            summary=summary(page),
            page=webpage(page),
            pdf=pdf,
            file_name=f"{one.downloaded_as}.pdf",
            link=f"{public_url.rstrip('/')}/bulletins?edition={one.id}" if public_url else "",
            issued_at=one.issued_at or one.as_of,
            language=page.language,
        )

    return parcel


def summary(page: Document) -> str:
    """The document's number and its first paragraphs, a line each."""
    paragraphs = [part for part in page.parts if isinstance(part, Paragraph)][:PARAGRAPHS]
    lines = [page.number, *(f"{one.lead}{one.text}" for one in paragraphs)]
    return "\n".join(line for line in lines if line)
