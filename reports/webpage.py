"""A document as one page for a browser: nothing runs, every text is escaped, and nothing is fetched, except the
program's own face by a machine that has no Chinese one.

It keeps the look of the official document where a screen allows it, can be read at any width (a wide table scrolls in
a box of its own) and prints on A4.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from typing import Final

from data.words import speaking, word
from reports.document import (
    Break,
    Column,
    Document,
    Drawing,
    Heading,
    Paragraph,
    Part,
    Signature,
    Table,
)
from reports.render import TEMPLATES, TypesetError, labels

_STYLE: Final = "webpage.css"


def webpage(document: Document) -> str:
    """The document as HTML. Raises TypesetError for a chart or map that is not drawn and for a missing template."""
    try:
        style = (TEMPLATES / _STYLE).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TypesetError(
            f"there is no template {_STYLE} in {TEMPLATES}: expected it there, install Yiping anew"
        ) from None
    chinese = document.language == "zh"
    title = ("" if chinese else " ").join(document.title)
    body = "\n".join(_body(document))
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if chinese else "en"}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<meta name="author" content="{escape(document.organisation)}">\n'
        f'<meta name="description" content="{escape(document.subject)}">\n'
        f"<style>{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _body(document: Document) -> Iterator[str]:
    said = labels(document)
    yield '<header class="head">'
    if document.marks:
        yield f'<p class="marks">{"<br>".join(map(escape, document.marks))}</p>'
    yield f'<p class="issuer">{escape(document.organisation)}</p>'
    yield f'<p class="number">{escape(document.number)}</p>\n</header>'
    between = "" if document.language == "zh" else " "
    yield f"<h1>{between.join(f'<span>{escape(line)}</span>' for line in document.title)}</h1>"
    if document.addressee:
        yield f"<p>{escape(document.addressee)}</p>"
    places = {place: f"s{place}" for place, one in enumerate(document.parts) if isinstance(one, Heading)}
    starts = min(places, default=0)
    signed = any(isinstance(one, Signature) for one in document.parts)
    breaks = False
    for place, one in enumerate(document.parts):
        if document.contents and place == starts and places:
            yield from _contents(document, places, said["contents"])
        if isinstance(one, Signature):
            yield _signature(document)
        elif isinstance(one, Break):
            breaks = True
            continue
        else:
            kept = _part(one, places.get(place, ""), document)
            yield f'<div class="break">{kept}</div>' if breaks else kept
        breaks = False
    if not signed:
        yield _signature(document)
    if document.notes:
        first, *rest = document.notes
        lines = "".join(f"<p>{escape(note)}</p>" for note in (said["notes"] + first, *rest))
        yield f'<div class="notes">{lines}</div>'
    yield '<footer class="record">'
    if document.copies:
        yield f"<p>{escape(said['copies'] + document.copies)}</p>"
    yield (
        f'<p class="issued"><span>{escape(document.organisation)}</span>'
        f"<span>{escape(said['issued'])}</span></p>\n</footer>"
    )


def _signature(document: Document) -> str:
    return f'<div class="sign"><div>{escape(document.organisation)}<br>{escape(document.date)}</div></div>'


def _contents(document: Document, places: dict[int, str], label: str) -> Iterator[str]:
    yield f'<nav aria-label="{escape(label)}"><h2>{escape(label)}</h2><ul>'
    for place, mark in places.items():
        one = document.parts[place]
        if isinstance(one, Heading):
            link = f'<a href="#{mark}">{escape(one.text)}</a>'
            yield f"<li>{link}</li>" if one.level == 1 else f"<li><ul><li>{link}</li></ul></li>"
    yield "</ul></nav>"


def _part(one: Part, mark: str, document: Document) -> str:
    match one:
        case Heading():
            return f'<h{one.level + 1} id="{mark}">{escape(one.text)}</h{one.level + 1}>'
        case Paragraph():
            lead = f"<b>{escape(one.lead)}</b>" if one.lead else ""
            gap = " " if lead and document.language == "en" else ""
            return f'<p class="text">{lead}{gap}{escape(one.text)}</p>'
        case Table():
            return _table(one, document)
        case Drawing():
            return _figure(one)
    raise TypesetError(
        f"the picture {getattr(one, 'title', '')!r} is not drawn yet: give the document to reports.drawings.drawn first"
    )


def _figure(one: Drawing) -> str:
    data = base64.b64encode(one.svg.encode()).decode()
    note = f"<small>{escape(one.note)}</small>" if one.note else ""
    return (
        f'<figure><img alt="{escape(one.alt)}" width="{one.width_mm * 4:.0f}" height="{one.height_mm * 4:.0f}" '
        f'src="data:image/svg+xml;base64,{data}"><figcaption>{escape(one.title)}{note}</figcaption></figure>'
    )


def _table(one: Table, document: Document) -> str:
    # What a row is about stands in its first column of text.
    about = next((place for place, column in enumerate(one.columns) if column.align == "left"), None)
    kinds = [_kind(column) for column in one.columns]
    heads = "".join(f'<th scope="col">{escape(column.label)}</th>' for column in one.columns)
    strong = set(one.strong)
    rows = "\n".join(
        ('<tr class="strong">' if place in strong else "<tr>")
        + "".join(
            f'<th scope="row" class="{kind}">{escape(cell)}</th>'
            if at == about
            else f'<td class="{kind}">{escape(cell)}</td>'
            for at, (kind, cell) in enumerate(zip(kinds, row, strict=True))
        )
        + "</tr>"
        for place, row in enumerate(one.rows)
    )
    with speaking(document.language):
        label = one.title or word("print.table")
    caption = f"<caption>{escape(one.title)}</caption>" if one.title else ""
    note = f'<p class="note">{escape(one.note)}</p>' if one.note else ""
    return (
        f'<div class="box" role="region" tabindex="0" aria-label="{escape(label)}"><table>{caption}'
        f"<thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table></div>{note}"
    )


def _kind(column: Column) -> str:
    return f"{column.align} wide" if column.align == "left" and column.width >= 1.5 else column.align
