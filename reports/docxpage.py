"""The Word file before its text: page, styles, faces by name, numbers of pages and properties."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from data.clocks import SECOND
from reports.document import Document
from reports.fonts import read_faces

NS: Final = nsdecls("w", "wp", "a", "pic", "r")
TWIPS_PER_MM: Final = 1440 / 25.4
WIDTH_MM: Final = 156.0
_MARGINS_MM: Final = {"top": 37, "bottom": 35, "left": 28, "right": 26}
_FOOT_MM: Final = 23
"""From the page's lower edge to that of the page number, which stands 7 mm below the type area."""

PITCH_PT: Final = 225 / 22 * 72 / 25.4
_CLOSER_TWIPS: Final = -5
"""What brings characters of 16 pt closer together, so that 28 fill a line; not every program counts a grid of them."""

_LATIN: Final = "Times New Roman"
_UNPRINTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Kind:
    """How a document of a language is set: sizes in points, whether paragraphs are indented, and the faces by key."""

    body: float
    small: float
    caption: float
    indent: bool
    faces: dict[str, str]


def prepare(file: Any, document: Document, kind: Kind) -> None:
    """Makes an empty file the page of an official document."""
    _page(file, document)
    _styles(file, kind)
    _properties(file, document)
    _font_table(file)


def kind_of(document: Document) -> Kind:
    """How a document of this language is set; the best of each face's families, whether or not they are installed."""
    if document.language == "en":
        faces = dict.fromkeys(("body", "plain", "title", "heading", "script"), _LATIN)
        return Kind(11, 9, 10, indent=False, faces=faces)
    faces = {face.key: face.candidates[0].family for face in read_faces().faces}
    return Kind(16, 9, 12, indent=True, faces=faces)


def plain(text: str) -> str:
    """Text as it stands in XML, without the characters that XML forbids."""
    return escape(_UNPRINTED.sub("", text))


def run(text: str, *, face: str = "", size: float = 0, bold: bool = False, color: str = "") -> str:
    """A run of text in a face of East Asian type, a size in points and a colour, or as its paragraph has them."""
    fonts = f'<w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:eastAsia="{face}"/>' if face else ""
    strong = "<w:b/>" if bold else ""
    ink = f'<w:color w:val="{color}"/>' if color else ""
    high = f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>' if size else ""
    return (
        f'<w:r><w:rPr>{fonts}{strong}{ink}{high}</w:rPr><w:t xml:space="preserve">{plain(text)}</w:t></w:r>'
    )


def quoted(text: str) -> str:
    """Text as it stands in an attribute between double quotes."""
    return plain(text).replace('"', "&quot;")


def _page(file: Any, document: Document) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, width in _MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(width))
    section.footer_distance = Mm(_FOOT_MM)
    file.settings.odd_and_even_pages_header_footer = True
    if document.language == "zh":
        grid = section._sectPr.find(qn("w:docGrid"))
        if grid is not None:
            section._sectPr.remove(grid)
        grid = f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{round(PITCH_PT * 20)}"/>'
        section._sectPr.append(parse_xml(grid))
    for footer, align, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left"),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        setattr(paragraph.paragraph_format, f"{side}_indent", Pt(14))
        for xml in (
            run("— ", size=14),
            f'<w:fldSimple {NS} w:instr=" PAGE ">{run("1", size=14)}</w:fldSimple>',
            run(" —", size=14),
        ):
            paragraph._p.append(
                parse_xml(xml.replace("<w:r>", f"<w:r {NS}>", 1) if xml[:4] == "<w:r" else xml)
            )


def _styles(file: Any, kind: Kind) -> None:
    styles = file.styles
    _font(styles["Normal"], kind.faces["body"], kind.body)
    normal = styles["Normal"].paragraph_format
    normal.space_before = normal.space_after = Pt(0)
    normal.line_spacing = Pt(PITCH_PT) if kind.indent else 1.35
    normal.widow_control = True
    for level, face in ((1, "heading"), (2, "script")):
        style = styles[f"Heading {level}"]
        _font(style, kind.faces[face], kind.body if kind.indent else (13, 11.5)[level - 1])
        style.font.bold = not kind.indent
        _spaced(style, 0 if kind.indent else 8, 0 if kind.indent else 4)
        _indented(style, kind)
    _font(styles["Title"], kind.faces["title"], 22)
    title = styles["Title"]
    title.font.bold = False
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _spaced(title, 0, PITCH_PT)
    title.paragraph_format.line_spacing = 1.25
    _off_grid(title)
    border = title.element.pPr.find(qn("w:pBdr"))
    if border is not None:
        title.element.pPr.remove(border)
    cell = _style(file, "YipingCell", kind.faces["plain"], 10.5)
    cell.paragraph_format.line_spacing = 1.0
    _off_grid(cell)
    for name, face, size, align in (
        ("YipingPlain", "body", kind.body, None),
        ("YipingText", "body", kind.body, None),
        ("YipingMark", "title", 36.0, WD_ALIGN_PARAGRAPH.CENTER),
        ("YipingTableTitle", "heading", kind.caption, WD_ALIGN_PARAGRAPH.CENTER),
        ("YipingPicture", "body", kind.caption, WD_ALIGN_PARAGRAPH.CENTER),
        ("YipingPictureTitle", "heading", kind.caption, WD_ALIGN_PARAGRAPH.CENTER),
        ("YipingNote", "body", kind.small, None),
        ("YipingRecord", "body", 14.0 if kind.indent else 10.5, None),
        ("YipingContents", "heading", kind.body, WD_ALIGN_PARAGRAPH.CENTER),
        ("YipingEntry", "body", kind.caption, None),
    ):
        made = _style(file, name, kind.faces[face], size)
        if align is not None:
            made.paragraph_format.alignment = align
        if name not in ("YipingText", "YipingPlain"):
            made.paragraph_format.line_spacing = 1.15
            _off_grid(made)
    _indented(styles["YipingText"], kind)
    if kind.indent:
        for name in ("YipingText", "YipingPlain", "Heading 1", "Heading 2"):
            closer = parse_xml(f'<w:spacing {nsdecls("w")} w:val="{_CLOSER_TWIPS}"/>')
            styles[name].element.rPr.insert_element_before(
                closer, "w:w", "w:kern", "w:position", "w:sz", "w:szCs"
            )
    if not kind.indent:
        _spaced(styles["YipingText"], 0, 6)
    for name in ("YipingTableTitle", "YipingPicture", "YipingContents"):
        styles[name].paragraph_format.keep_with_next = True
        _spaced(styles[name], 6, 3)
    _spaced(styles["YipingNote"], 2, 2)
    record = styles["YipingRecord"].paragraph_format
    record.left_indent = record.right_indent = Pt(14)
    _spaced(styles["YipingRecord"], 3, 3)


def _style(file: Any, name: str, face: str, size: float) -> Any:
    style = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = file.styles["Normal"]
    _font(style, face, size)
    return style


def _font(style: Any, face: str, size: float) -> None:
    style.font.name = _LATIN
    style.font.size = Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), face)
    for spaced in style.element.rPr.findall(qn("w:spacing")) + style.element.rPr.findall(qn("w:kern")):
        style.element.rPr.remove(spaced)


def _off_grid(style: Any) -> None:
    """What is smaller or larger than the text stands closer than the grid of lines and characters."""
    grid = parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>')
    style.element.get_or_add_pPr().insert_element_before(
        grid, "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl"
    )


def _spaced(style: Any, before: float, after: float) -> None:
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)


def _indented(style: Any, kind: Kind) -> None:
    if kind.indent:
        indent = style.element.get_or_add_pPr().get_or_add_ind()
        indent.set(qn("w:firstLineChars"), "200")
        indent.set(qn("w:firstLine"), str(round(2 * kind.body * 20)))


def _properties(file: Any, document: Document) -> None:
    about = file.core_properties
    between = "" if document.language == "zh" else " "
    about.title = _UNPRINTED.sub("", between.join(document.title))[:255]
    about.author = about.last_modified_by = _UNPRINTED.sub("", document.organisation)[:255]
    about.subject = _UNPRINTED.sub("", document.subject)[:255]
    about.keywords = _UNPRINTED.sub("", ", ".join(filter(None, (document.number, *document.marks))))[:255]
    about.comments = ""
    about.language = "zh-CN" if document.language == "zh" else "en-US"
    about.revision = 1
    about.created = about.modified = datetime.fromtimestamp(document.as_of // SECOND, UTC)


def _font_table(file: Any) -> None:
    """Names for each face what else may stand for it where it is not installed."""
    fonts = ""
    for face in read_faces().faces:
        first, *others = dict.fromkeys(one.family for one in face.candidates)
        fonts += (
            f'<w:font w:name="{first}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="86"/>'
            '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        )
    for part in file.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            part._blob = (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
                f"<w:fonts {nsdecls('w')}>{fonts}</w:fonts>"
            ).encode()
