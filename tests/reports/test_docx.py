from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import docx as word
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from reports.document import Document, Heading, Paragraph, Table
from reports.docx import docx
from reports.drawings import drawn
from reports.fonts import read_faces
from reports.render import Setter, TypesetError
from tests.reports import samples
from tests.reports.samples import NO_SHAPES

HOSTILE = '"><w:p/> & <script>\x00\x0b]]> \ufffe end'
SHOWN = '"><w:p/> & <script>]]>  end'


@pytest.fixture(scope="module")
def setter() -> Iterator[Setter]:
    with Setter() as made:
        yield made


@pytest.fixture(scope="module")
def daily() -> Document:
    return drawn(samples.daily(), NO_SHAPES)


@pytest.fixture(scope="module")
def made(setter: Setter, daily: Document) -> bytes:
    return docx(daily, setter.picture)


@pytest.fixture(scope="module")
def file(made: bytes) -> Any:
    return word.Document(io.BytesIO(made))


def texts(file: Any) -> list[str]:
    return [
        "".join(text.text or "" for text in one.iter(qn("w:t"))) for one in file.element.body.iter(qn("w:p"))
    ]


def test_the_page_is_that_of_the_format(file: Any) -> None:
    section = file.sections[0]
    page = (section.page_width, section.page_height)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    # Word counts in twentieths of a point.
    assert page == pytest.approx((Mm(210), Mm(297)), abs=635)
    assert margins == pytest.approx((Mm(37), Mm(35), Mm(28), Mm(26)), abs=635)
    assert file.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "RIGHT"), (section.even_page_footer, "LEFT")):
        assert footer.paragraphs[0].alignment.name == side
        assert 'w:instr=" PAGE "' in footer._element.xml
        assert [text.text for text in footer._element.iter(qn("w:t"))] == ["— ", "1", " —"]


def test_the_faces_are_named_with_what_may_stand_for_them(file: Any, made: bytes) -> None:
    faces = {face.key: face.candidates[0].family for face in read_faces().faces}
    for style, face in (
        ("Normal", "body"),
        ("Title", "title"),
        ("Heading 1", "heading"),
        ("Heading 2", "script"),
    ):
        assert file.styles[style].element.rPr.rFonts.get(qn("w:eastAsia")) == faces[face]
    assert [file.styles[name].font.size for name in ("Normal", "Title", "Heading 1")] == [
        Pt(16),
        Pt(22),
        Pt(16),
    ]
    table = zipfile.ZipFile(io.BytesIO(made)).read("word/fontTable.xml").decode()
    assert re.search(r'w:name="仿宋_GB2312"><w:altName w:val="FangSong_GB2312,仿宋,[^"]*Noto Serif SC', table)


def test_it_says_what_the_document_says(file: Any, daily: Document) -> None:
    seen = texts(file)
    said = [*daily.marks, daily.organisation, daily.number, "".join(daily.title), daily.addressee, daily.date]
    for part in daily.parts:
        if isinstance(part, Heading):
            said.append(part.text)
        elif isinstance(part, Paragraph):
            said.append(part.lead + part.text)
        elif isinstance(part, Table):
            said += [part.title, *(column.label for column in part.columns)]
            said += [cell for row in part.rows for cell in row]
    assert [text for text in said if text not in seen] == []


def test_headings_are_headings(file: Any, daily: Document) -> None:
    found = [
        (int(one.style.name[-1]), one.text) for one in file.paragraphs if one.style.name.startswith("Heading")
    ]
    assert found == [(one.level, one.text) for one in daily.parts if isinstance(one, Heading)]


def test_tables_repeat_their_heads_and_break_no_row(file: Any, daily: Document) -> None:
    given = [one for one in daily.parts if isinstance(one, Table)]
    tables = file.tables[: len(given)]
    assert [len(table.rows) for table in tables] == [len(one.rows) + 1 for one in given]
    for table in tables:
        first, *others = table._tbl.tr_lst
        assert first.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
        assert all(row.find(qn("w:trPr")).find(qn("w:cantSplit")) is not None for row in (first, *others))
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.iter(qn("w:gridCol"))]
        assert sum(widths) <= 156 * 1440 / 25.4 + len(widths)


def test_pictures_are_sharp_and_say_what_they_show(file: Any) -> None:
    (picture,) = file.inline_shapes
    assert picture.width == Mm(156)
    assert picture._inline.docPr.get("descr").startswith("各渠道受理量的条形图")
    (image,) = (part for part in file.part.package.iter_parts() if part.partname.endswith(".png"))
    assert image.image.px_width == pytest.approx(156 / 25.4 * 200, abs=2)


def test_the_contents_are_a_field(setter: Setter) -> None:
    made = docx(drawn(samples.month(rows=3), NO_SHAPES), setter.picture)
    xml = word.Document(io.BytesIO(made)).element.body.xml
    assert xml.count(r'TOC \o "1-2"') == 1
    assert xml.count('w:fldCharType="begin"') == xml.count('w:fldCharType="end"') == 1


def test_the_properties_are_those_of_the_document(file: Any, daily: Document) -> None:
    about = file.core_properties
    assert about.title == "".join(daily.title)
    assert (about.author, about.subject, about.language) == (daily.organisation, daily.subject, "zh-CN")
    assert about.created.isoformat() == "2026-11-01T00:00:00+00:00"


def test_the_same_document_gives_the_same_bytes(made: bytes, setter: Setter, daily: Document) -> None:
    assert docx(daily, setter.picture) == made


def test_hostile_text_is_text(setter: Setter) -> None:
    document = replace(
        samples.daily(),
        organisation=HOSTILE,
        number=HOSTILE,
        title=(HOSTILE,),
        subject=HOSTILE,
        addressee=HOSTILE,
        parts=(
            Heading(1, HOSTILE),
            Paragraph(HOSTILE, HOSTILE),
            replace(samples.overdue_table(1), title=HOSTILE, rows=((HOSTILE,) * 6,)),
        ),
        copies=HOSTILE,
    )
    seen = texts(word.Document(io.BytesIO(docx(document, setter.picture))))
    assert "".join(seen).count(SHOWN) >= 14


def test_an_english_document_is_set_in_latin_type(setter: Setter) -> None:
    file = word.Document(io.BytesIO(docx(drawn(samples.english(), NO_SHAPES), setter.picture)))
    assert file.styles["Normal"].font.size == Pt(11)
    assert file.core_properties.language == "en-US"
    assert "Issued February 11, 2026" in "".join(texts(file))


def test_a_picture_must_be_drawn_first(setter: Setter) -> None:
    with pytest.raises(TypesetError, match="is not drawn yet"):
        docx(samples.daily(), setter.picture)
