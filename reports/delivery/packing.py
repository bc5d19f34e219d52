"""Makes up an issued edition for its recipients: its title, the first of what it says, its file and a link to it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final

from data.editions import Edition, document_of, edition_of
from data.store import Store
from data.words import speaking, word
from reports.delivery.parcel import Parcel
from reports.document import Document, Heading, Paragraph, from_json

MOST_CHARACTERS: Final = 900
"""About as much as a telephone shows of a message without a touch; the rest stands in the file."""


class NotAsIssued(RuntimeError):
    """The file is not there, or not the one that was issued: nobody is sent it."""


def packing(store: Store, folder: Path, public_url: str) -> Callable[[int], Parcel]:
    """What makes up an edition by its id, its file from the folder. Raises NotAsIssued and UnknownEdition."""

    def made(number: int) -> Parcel:
        one = edition_of(store, number)
        return parcel(one, from_json(document_of(store, number)), _file(folder, one), public_url)

    return made


def parcel(one: Edition, document: Document, pdf: bytes, public_url: str) -> Parcel:
    """An edition as its recipients get it. The same edition gives the same parcel."""
    with speaking(document.language):
        told = summary(document)
        link = f"{public_url}/bulletins?edition={one.id}" if public_url else ""
        title = document.subject or one.title
        revised = word("archive.revision").format(n=one.revision)
        later = f" ({revised})" if one.revision > 1 else ""
        marks = " ".join(document.marks)
        lines = [*([marks] if marks else []), *([one.number] if one.number else []), *told]
        closing = word("archive.mail_attached")
    return Parcel(
        edition=f"{one.kind}/{one.scope}/{one.period}/{one.revision}",
        title=f"{title}{later}",
        summary="\n".join(lines),
        page=_page(f"{title}{later}", lines, closing, link, document.language),
        pdf=pdf,
        file_name=f"{_plain(title)}{'_r' + str(one.revision) if one.revision > 1 else ''}.pdf",
        link=link,
        issued_at=one.issued_at or one.due_at,
        language=document.language,
    )


def summary(document: Document, most: int = MOST_CHARACTERS) -> list[str]:
    """The first paragraphs of a bulletin under their headings, as many as fit."""
    found: list[str] = []
    room = most
    for part in document.parts:
        if isinstance(part, Heading):
            line = part.text
        elif isinstance(part, Paragraph):
            line = f"{part.lead}{part.text}"
        else:
            continue
        if len(line) > room:
            break
        found.append(line)
        room -= len(line)
    # A heading at the end would promise what does not follow.
    headings = {part.text for part in document.parts if isinstance(part, Heading)}
    while found and found[-1] in headings:
        found.pop()
    return found


def _page(title: str, lines: list[str], closing: str, link: str, language: str) -> str:
    """What mail programs show: no picture, no script, nothing that they would have to fetch."""
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    way = f'<p><a href="{escape(link)}">{escape(link)}</a></p>' if link else ""
    return (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>"
        '<body style="font-family:sans-serif;line-height:1.7;max-width:40em">'
        f'<h1 style="font-size:1.25em">{escape(title)}</h1>{told}<p>{escape(closing)}</p>{way}</body></html>'
    )


def _file(folder: Path, one: Edition) -> bytes:
    try:
        found = (folder / one.path).read_bytes()
    except OSError as error:
        raise NotAsIssued(
            f"the file of the bulletin {one.id} cannot be read ({type(error).__name__})"
        ) from None
    if sha256(found).hexdigest() != one.sha256:
        raise NotAsIssued(f"the file of the bulletin {one.id} is not the one that was issued")
    return found


def _plain(stem: str) -> str:
    return "".join(each if each.isalnum() or each in "-_." else "_" for each in stem)[:100]
