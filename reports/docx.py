"""A document as a Word file, for offices that must edit it: the same text on the same page, in the faces by name.

Headings are headings, tables repeat their heads and break no row, pages are numbered as the format wants. Word lays
the pages out itself, so the PDF alone is the issued form. The same document and pictures give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final

from docx import Document as new_file
from docx.oxml import parse_xml
from docx.oxml.ns import qn

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
from reports.docxpage import NS, PITCH_PT, TWIPS_PER_MM, WIDTH_MM, Kind, kind_of, prepare, quoted, run
from reports.render import TypesetError, labels, text_width

Picture = Callable[[Drawing], bytes]
"""A drawing as PNG: `Setter.picture`."""

_EMU_PER_MM: Final = 36_000
_RED: Final = "C8000D"
_TABLE_PT: Final = {"normal": (10.5, 10, 9.5, 9, 8.5, 8, 7.5, 7), "small": (9, 8.5, 8, 7.5, 7, 6.5)}
_PAD_TWIPS: Final = {"normal": 85, "small": 60}
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


def docx(document: Document, picture: Picture) -> bytes:
    """The Word file. Raises TypesetError for a chart or map that is not drawn, and what `picture` raises."""
    kind = kind_of(document)
    file = new_file()
    prepare(file, document, kind)
    said = labels(document)
    body = file.element.body
    end = body.sectPr
    for xml in _body(document, kind, said):
        end.addprevious(parse_xml(xml))
    numbers = count(1)
    for part in body.iter(qn("w:p")):
        for hole in part.iter(qn("w:drawing")):
            _fill(file, hole, document, picture, next(numbers))
    held = io.BytesIO()
    file.save(held)
    return _same_bytes(held.getvalue())


def _paragraph(runs: str, style: str = "", settings: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p {NS}><w:pPr>{named}{settings}</w:pPr>{runs}</w:p>"


def _body(document: Document, kind: Kind, said: dict[str, str]) -> Iterator[str]:
    yield from _head(document, kind)
    starts = next((at for at, one in enumerate(document.parts) if isinstance(one, Heading)), None)
    signed = any(isinstance(one, Signature) for one in document.parts)
    breaks = False
    for at, one in enumerate(document.parts):
        if document.contents and at == starts:
            yield from _contents(document, said["contents"])
        if isinstance(one, Break):
            breaks = True
            continue
        if breaks:
            yield _paragraph('<w:r><w:br w:type="page"/></w:r>', "YipingPlain")
            breaks = False
        yield from _signature(document, kind) if isinstance(one, Signature) else _part(one, kind)
    if not signed:
        yield from _signature(document, kind)
    for at, note in enumerate(document.notes):
        top = (
            '<w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="000000"/></w:pBdr>' if not at else ""
        )
        yield _paragraph(run(said["notes"] + note if not at else note), "YipingNote", top)
    yield _record(document, said)
    # What floats needs a paragraph to hang on.
    yield _paragraph("", "YipingNote")


def _head(document: Document, kind: Kind) -> Iterator[str]:
    for mark in document.marks:
        yield _paragraph(run(mark, face=kind.faces["heading"]), "YipingPlain")
    # The issuing mark's top stands 35 mm below that of the type area.
    before = max(round(35 * TWIPS_PER_MM - len(document.marks) * PITCH_PT * 20), 0)
    size = min(36.0, 420 / max(text_width(document.organisation) / 2, 1))
    yield _paragraph(
        run(document.organisation, face=kind.faces["title"], size=round(size), color=_RED),
        "YipingMark",
        f'<w:spacing w:before="{before}" w:after="{round(PITCH_PT * 20)}" w:line="240" w:lineRule="auto"/>',
    )
    yield _paragraph(
        run(document.number),
        "YipingPlain",
        f'<w:pBdr><w:bottom w:val="single" w:sz="10" w:space="11" w:color="{_RED}"/></w:pBdr><w:jc w:val="center"/>',
    )
    yield _paragraph("", "YipingPlain")
    between = "" if document.language == "zh" else " "
    title = between.join(document.title)
    lines = (title,) if text_width(title) <= 40 else document.title
    line_break = "<w:r><w:br/></w:r>"
    yield _paragraph(line_break.join(run(line) for line in lines), "Title")
    if document.addressee:
        yield _paragraph(run(document.addressee), "YipingPlain")


def _contents(document: Document, label: str) -> Iterator[str]:
    """A field that Word fills with page numbers; until then it lists the headings."""
    yield _paragraph(run(label), "YipingContents")
    entries = [one for one in document.parts if isinstance(one, Heading)]
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    for at, one in enumerate(entries):
        first, last = begin if at == 0 else "", end if at == len(entries) - 1 else ""
        yield _paragraph(
            first + run(one.text) + last, "YipingEntry", f'<w:ind w:left="{(one.level - 1) * 480}"/>'
        )


def _part(one: Part, kind: Kind) -> Iterator[str]:
    match one:
        case Heading():
            yield _paragraph(run(one.text), f"Heading{one.level}")
        case Paragraph():
            lead = run(one.lead, face=kind.faces["script"], bold=True) if one.lead else ""
            gap = run(" ") if lead and not kind.indent else ""
            yield _paragraph(lead + gap + run(one.text), "YipingText")
        case Table():
            if one.title:
                yield _paragraph(run(one.title), "YipingTableTitle")
            yield _table(one, kind)
            yield _paragraph(run(one.note), "YipingNote")
        case Drawing():
            yield _paragraph(_hole(one), "YipingPicture")
            yield _paragraph(run(one.title), "YipingPictureTitle")
            if one.note:
                yield _paragraph(run(one.note), "YipingNote", '<w:jc w:val="center"/>')
        case _:
            raise TypesetError(
                f"the picture {getattr(one, 'title', '')!r} is not drawn yet: "
                "give the document to reports.drawings.drawn first"
            )


def _signature(document: Document, kind: Kind) -> Iterator[str]:
    """Issuer and date, each centred on the other, the wider one four characters from the right edge."""
    issuer, date = (text_width(text) / 2 for text in (document.organisation, document.date))
    yield _paragraph("", "YipingPlain")
    for text, own in ((document.organisation, issuer), (document.date, date)):
        right = round((4 + (max(issuer, date) - own) / 2) * kind.body * 20)
        yield _paragraph(
            run(text), "YipingPlain", f'<w:keepLines/><w:ind w:right="{right}"/><w:jc w:val="right"/>'
        )


def _record(document: Document, said: dict[str, str]) -> str:
    """The lines of who else gets it and who issued it, as a table at the foot of the page on which it begins."""
    width = round(WIDTH_MM * TWIPS_PER_MM)
    rows = ""
    if document.copies:
        rows += _record_row(run(said["copies"] + document.copies), width)
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{width - 560}"/></w:tabs>'
    rows += _record_row(f"{run(document.organisation)}<w:r><w:tab/></w:r>{run(said['issued'])}", width, tab)
    return (
        f'<w:tbl {NS}><w:tblPr><w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="margin" '
        'w:horzAnchor="margin" w:tblpXSpec="left" w:tblpYSpec="bottom"/>'
        f'<w:tblW w:w="{width}" w:type="dxa"/><w:tblBorders>'
        '<w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/>'
        '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="000000"/>'
        '<w:insideH w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>{rows}</w:tbl>'
    )


def _record_row(runs: str, width: int, settings: str = "") -> str:
    # A row has one cell; it stands one character in from either edge.
    paragraph = _paragraph(runs, "YipingRecord", settings)
    return (
        f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{paragraph}</w:tc></w:tr>"
    )


def _widths(table: Table) -> tuple[float, list[int]]:
    """The size of type and the columns' widths in twips: the largest size at which what must not break fits."""
    room = WIDTH_MM * TWIPS_PER_MM
    pad = 2 * _PAD_TWIPS[table.size]
    longest = [
        max((text_width(row[at]) for row in table.rows), default=0) / 2 for at in range(len(table.columns))
    ]
    heads = [
        max((len(one) for one in column.label.split()), default=0) * 0.6
        if column.label.isascii()
        else min(text_width(column.label) / 2, 5.0)
        for column in table.columns
    ]

    def least(at: int, column: Column) -> float:
        soft = 5 + 3 * min(column.width, 4.0)
        return max(min(longest[at], soft) if column.width else longest[at], heads[at])

    ems = [least(at, column) * 1.1 for at, column in enumerate(table.columns)]
    sizes = _TABLE_PT[table.size]
    size = next((one for one in sizes if sum(ems) * one * 20 + pad * len(ems) <= room), sizes[-1])
    widths = [em * size * 20 + pad for em in ems]
    shares = [column.width for column in table.columns]
    left = room - sum(widths)
    if left < 0:
        return size, [round(width * room / sum(widths)) for width in widths]
    # Text gets what it needs first; then numbers get a third more, since nobody knows in which face they will be read.
    for wanted in (
        [
            most * size * 22 + pad - width if share else 0.0
            for most, width, share in zip(longest, widths, shares, strict=True)
        ],
        [0.0 if share else em * size * 6 for em, share in zip(ems, shares, strict=True)],
    ):
        room_asked = sum(max(more, 0.0) for more in wanted)
        given = min(left / room_asked, 1.0) if room_asked else 0.0
        widths = [width + max(more, 0.0) * given for width, more in zip(widths, wanted, strict=True)]
        left = room - sum(widths)
    whole = sum(shares)
    spread = [share / whole for share in shares] if whole else [1 / len(shares)] * len(shares)
    return size, [round(width + left * share) for width, share in zip(widths, spread, strict=True)]


def _table(table: Table, kind: Kind) -> str:
    size, widths = _widths(table)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    aligns = [column.align for column in table.columns]
    head = _row(
        [column.label for column in table.columns],
        widths,
        ["center"] * len(widths),
        size,
        kind.faces["heading"],
        "<w:tblHeader/>",
        '<w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="000000"/></w:tcBorders>',
    )
    strong = set(table.strong)
    rows = "".join(
        _row(row, widths, aligns, size, kind.faces["heading" if at in strong else "plain"], "", "")
        for at, row in enumerate(table.rows)
    )
    pad = _PAD_TWIPS[table.size]
    return (
        f'<w:tbl {NS}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>'
        '<w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/>'
        '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="000000"/>'
        '<w:insideH w:val="single" w:sz="2" w:space="0" w:color="AAAAAA"/></w:tblBorders>'
        '<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{pad}" w:type="dxa"/><w:right w:w="{pad}" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblCaption w:val="{quoted(table.title)}"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>'
    )


def _row(
    cells: tuple[str, ...] | list[str],
    widths: list[int],
    aligns: list[Any],
    size: float,
    face: str,
    mark: str,
    borders: str,
) -> str:
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{borders}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="YipingCell"/><w:jc w:val="{align}"/></w:pPr>'
        f"{run(cell, face=face, size=size)}</w:p></w:tc>"
        for cell, width, align in zip(cells, widths, aligns, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{mark}</w:trPr>{made}</w:tr>"


def _hole(drawing: Drawing) -> str:
    """Where a picture goes: its frame, which is filled when all text stands."""
    wide, high = (round(mm * _EMU_PER_MM) for mm in (drawing.width_mm, drawing.height_mm))
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>'
        f'<wp:docPr id="0" name="" descr="{quoted(drawing.alt)}"/><a:graphic><a:graphicData '
        'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        '<pic:cNvPr id="0" name=""/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip/><a:stretch><a:fillRect/>'
        f'</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def _fill(file: Any, hole: Any, document: Document, picture: Picture, number: int) -> None:
    drawings = [one for one in document.parts if isinstance(one, Drawing)]
    relation, _ = file.part.get_or_add_image(io.BytesIO(picture(drawings[number - 1])))
    for tag in ("wp:docPr", "pic:cNvPr"):
        for one in hole.iter(qn(tag)):
            one.set("id", str(number))
            one.set("name", f"picture{number}")
    for one in hole.iter(qn("a:blip")):
        one.set(qn("r:embed"), relation)


def _same_bytes(content: bytes) -> bytes:
    """The same archive without the clock in it."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(held, "w") as made:
        for name in given.namelist():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, given.read(name))
    return held.getvalue()
