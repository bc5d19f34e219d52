from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pypdf
import pytest

from data.clocks import MINUTE
from reports import render
from reports.document import Chart, Column, Document, Heading, Paragraph, Series, Table, to_json
from reports.drawings import drawn
from reports.fonts import FontError, FontSet
from reports.render import Setter, Typeset, TypesetError, set_pdf
from tests.reports import poppler, samples
from tests.reports.samples import NO_SHAPES, text_alone

ILL_SET = "\u1234"
"""A letter of a script that no accepted family has."""

PITCH_MM = 225 / 22
MARKS = "，。、；：）”"
PAGES = {"daily": 6, "month": 18, "english": 2}


@pytest.fixture(scope="module")
def setter() -> Iterator[Setter]:
    with Setter() as made:
        yield made


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    given = {"daily": samples.daily(), "month": samples.month(rows=200), "english": samples.english()}
    return {name: drawn(document, NO_SHAPES) for name, document in given.items()}


@pytest.fixture(scope="module")
def pdfs(
    setter: Setter, documents: dict[str, Document], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bulletins")
    for name, document in documents.items():
        setter.pdf(document, folder / f"{name}.pdf")
    return {name: folder / f"{name}.pdf" for name in documents}


@pytest.fixture(params=PAGES)
def pdf(request: pytest.FixtureRequest, pdfs: dict[str, Path]) -> Path:
    return pdfs[request.param]


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_page_is_a4_with_the_margins_of_the_format(pdf: Path) -> None:
    assert poppler.info(pdf)["Page size"].endswith("(A4)")
    for number, page in enumerate(poppler.words(pdf), 1):
        body = [word for word in page if 36 < word.top < 263]
        assert min(word.left for word in body) >= 28 - 0.1
        # The right half of a mark at a line's end is white and may be squeezed out of the line.
        assert max(word.right for word in body if word.text[-1] not in MARKS) <= 210 - 26 + 0.1
        # A picture at the top has its own white above its first word.
        assert 36.9 < min(word.top for word in body) < 37 + 6
        assert max(word.bottom for word in body) <= 297 - 35 + 0.1
        # Above the type area stands at most what marks the document, below it the number of the page.
        assert {squeezed(word.text) for word in page if word.top < 36} <= {
            *samples.daily().marks,
            "Demonstration",
            "data",
        }
        foot = sorted((word for word in page if word.top > 263), key=lambda word: word.left)
        assert [word.text for word in foot] == ["—", str(number), "—"]
        assert foot[0].top == pytest.approx(297 - 35 + 7, abs=1)
        if number % 2:
            assert foot[-1].right == pytest.approx(210 - 26 - 14 * 25.4 / 72, abs=1.2)
        else:
            assert foot[0].left == pytest.approx(28 + 14 * 25.4 / 72, abs=1.2)


def test_a_full_page_has_22_lines_of_28_characters(setter: Setter, tmp_path: Path) -> None:
    setter.pdf(text_alone("国" * (28 * 60 - 2)), tmp_path / "full.pdf")
    lines = poppler.words(tmp_path / "full.pdf")[1][:-3]
    assert [line.text for line in lines] == ["国" * 28] * 22
    tops = [line.top for line in lines]
    assert np.diff(tops) == pytest.approx(np.full(21, PITCH_MM), abs=0.01)
    assert tops[0] == pytest.approx(37, abs=0.1)
    assert lines[-1].bottom == pytest.approx(297 - 35, abs=0.1 + PITCH_MM - 16 * 25.4 / 72)
    for line in lines:
        assert (line.left, line.right) == pytest.approx((28, 184), abs=0.15)


def test_the_red_head_stands_where_the_format_puts_it(pdfs: dict[str, Path]) -> None:
    image = poppler.image(pdfs["daily"]).astype(np.int16)
    red = (image[:, :, 0] > 150) & (image[:, :, 1] < 90) & (image[:, :, 2] < 90)
    rows = np.nonzero(red.any(axis=1))[0]
    assert poppler.millimetres(int(rows.min())) == pytest.approx(37 + 35, abs=1.5)
    rule = int(np.argmax(red.sum(axis=1)))
    assert poppler.millimetres(int(red[rule].sum())) == pytest.approx(156, abs=0.6)
    black_above = np.nonzero((image[:rule].max(axis=2) < 100).any(axis=1))[0]
    assert poppler.millimetres(rule - int(black_above.max())) == pytest.approx(4, abs=1.2)


def test_every_font_is_embedded_and_none_is_type_3(pdf: Path) -> None:
    fonts = poppler.fonts(pdf)
    assert fonts
    for font in fonts:
        assert "Type 3" not in font["type"]
        assert (font["emb"], font["sub"], font["uni"]) == ("yes", "yes", "yes")


def test_the_faces_are_those_of_the_format(pdfs: dict[str, Path]) -> None:
    """First headings and heads of tables are 黑体, title and text are not; the packaged faces tell that much."""
    faces: dict[str, set[str]] = {}

    def seen(text: str, matrix: object, line: object, font: dict[str, str] | None, size: float) -> None:
        if font is not None:
            faces.setdefault(font["/BaseFont"].split("+")[1], set()).add(squeezed(text))

    for page in pypdf.PdfReader(pdfs["daily"]).pages:
        page.extract_text(visitor_text=seen)
    sans = "".join(sorted(faces["NotoSansSC-Regular-Identity-H"]))
    serif = "".join(sorted(faces["NotoSerifSC-Regular-Identity-H"]))
    for text in ("一、总体情况", "处置及时率", "表1", "演示数据"):
        assert text in sans
    for text in ("郑州市网格事件办理情况晨间通报", "郑州市网格化治理指挥中心", "红榜", "抄送"):
        assert text in serif


@pytest.mark.parametrize(("name", "conformance"), [("daily", "A"), ("month", "B"), ("english", "A")])
def test_it_is_archival_and_says_what_it_is(name: str, conformance: str, pdfs: dict[str, Path]) -> None:
    reader = pypdf.PdfReader(pdfs[name])
    assert reader.xmp_metadata is not None
    assert (reader.xmp_metadata.pdfaid_part, reader.xmp_metadata.pdfaid_conformance) == ("2", conformance)
    assert poppler.info(pdfs[name])["Tagged"] == ("yes" if conformance == "A" else "no")
    about, document = reader.metadata, {"daily": samples.daily(), "english": samples.english()}.get(name)
    assert about is not None
    if document is not None:
        assert about.title == (" " if name == "english" else "").join(document.title)
        assert (about.author, about.subject) == (document.organisation, document.subject)
        assert document.number in str(about["/Keywords"])
        assert about.creation_date is not None
        assert about.creation_date.isoformat() == (
            "2026-11-01T00" if name == "daily" else "2026-02-11T13"
        ) + (":00:00+00:00")
        assert str(reader.root_object["/Lang"]).startswith(document.language)


def test_headings_are_bookmarks(pdfs: dict[str, Path]) -> None:
    outline = pypdf.PdfReader(pdfs["daily"]).outline
    first = [entry.title for entry in outline if not isinstance(entry, list)]
    assert first == [one.text for one in samples.daily().parts if isinstance(one, Heading) and one.level == 1]
    below = next(entries for entries in outline if isinstance(entries, list))
    assert [entry.title for entry in below if not isinstance(entry, list)] == ["（一）红榜", "（二）黄榜"]


def test_the_contents_name_the_pages(pdfs: dict[str, Path]) -> None:
    reader = pypdf.PdfReader(pdfs["month"])
    contents = squeezed("".join(page.extract_text() for page in reader.pages[:2])).split("目录")[1]
    for entry in (entry for entry in reader.outline if not isinstance(entry, list)):
        page = reader.get_destination_page_number(entry)
        assert page is not None
        after = contents.split(squeezed(str(entry.title)), 1)[1].lstrip("·.")
        assert after.startswith(str(page + 1))


def test_text_comes_out_in_order(pdfs: dict[str, Path], documents: dict[str, Document]) -> None:
    for name in ("daily", "english"):
        document = documents[name]
        seen = squeezed("".join(page.extract_text() for page in pypdf.PdfReader(pdfs[name]).pages))
        said = [document.organisation, document.number, "".join(document.title), document.addressee]
        for part in document.parts:
            if isinstance(part, Heading):
                said.append(part.text)
            elif isinstance(part, Table):
                said += [part.title, *("".join(row) for row in part.rows[:1])]
        place = 0
        for text in said:
            found = seen.find(squeezed(text), place)
            assert found >= 0, text
            place = found


def test_what_pictures_say_can_be_read(pdfs: dict[str, Path]) -> None:
    seen = poppler.text(pdfs["daily"])
    for text in ("12345热线", "物联感知", "4,120", "单位：件", "各渠道受理量"):
        assert text in seen
    assert poppler.run("pdfimages", "-list", str(pdfs["daily"])).decode().count("\n") == 2


def test_a_long_table_has_its_head_on_every_page_and_breaks_no_row(pdfs: dict[str, Path]) -> None:
    pages = ["".join(word.text for word in page) for page in poppler.words(pdfs["month"])]
    start = next(number for number, text in enumerate(pages) if "附表" in text)
    rows = 0
    for text in pages[start:]:
        assert "处置及时率" in text
        assert "乡镇（街道）" in text
        rows += text.count("社区网格")
    assert rows == 200


def test_a_table_does_not_begin_with_one_row_at_the_end_of_a_page(setter: Setter, tmp_path: Path) -> None:
    table = samples.rates_table("表9　末尾的表", samples.DISTRICTS)
    for lines in range(8, 14):
        document = replace(
            text_alone("国" * (28 * lines - 2)), parts=(Paragraph("国" * (28 * lines - 2)), table)
        )
        setter.pdf(document, tmp_path / "late.pdf")
        pages = [squeezed(page.extract_text()) for page in pypdf.PdfReader(tmp_path / "late.pdf").pages]
        page = next(text for text in pages if "表9" in text)
        assert sum(name in page for name in samples.DISTRICTS) >= 3


def test_a_heading_stays_with_what_follows(setter: Setter, tmp_path: Path) -> None:
    first = samples.daily()
    for lines in range(9, 14):
        parts = (Paragraph("国" * (28 * lines - 2)), Heading(1, "二、标题"), Paragraph("文" * 60))
        setter.pdf(replace(first, parts=parts, marks=()), tmp_path / "heading.pdf")
        pages = [squeezed(page.extract_text()) for page in pypdf.PdfReader(tmp_path / "heading.pdf").pages]
        page = next(text for text in pages if "二、标题" in text)
        # Two lines at least: none stands alone.
        assert page.count("文") >= 28


def test_a_wide_table_fits(setter: Setter, tmp_path: Path) -> None:
    columns = (Column("单位", "left", 1.0), *(Column(f"指标{number}") for number in range(16)))
    rows = tuple((samples.street(place), *("11,306/11,742",) * 16) for place in range(3))
    document = replace(text_alone("文"), parts=(Table("宽表", columns, rows),))
    with pytest.raises(TypesetError, match="does not fit"):
        setter.pdf(document, tmp_path / "wide.pdf")
    narrow = tuple((row[0], *("99.9%",) * 12) for row in rows)
    setter.pdf(replace(document, parts=(Table("宽表", columns[:13], narrow),)), tmp_path / "wide.pdf")
    seen = poppler.words(tmp_path / "wide.pdf")[0]
    cells = sorted((word for word in seen if word.text == "99.9%"), key=lambda word: (word.top, word.left))
    assert len(cells) == 36
    assert all(one.right < other.left for one, other in pairwise(cells[:12]))
    assert max(word.right for word in cells) <= 184


def test_numbers_are_aligned(pdfs: dict[str, Path]) -> None:
    page = next(page for page in poppler.words(pdfs["daily"]) if any("表1" in word.text for word in page))
    rights = {round(word.right, 1) for word in page if word.text.endswith("%") and word.right < 95}
    assert len(rights) == 1


def test_the_record_stands_at_the_foot_of_the_last_page(pdfs: dict[str, Path]) -> None:
    pages = poppler.words(pdfs["daily"])
    assert [sum("抄送" in word.text for word in page) for page in pages] == [0, 0, 0, 0, 0, 1]
    printed = next(word for word in pages[-1] if word.text == "2026年11月1日印发")
    assert 255 < printed.bottom < 262


def test_the_signature_stands_before_the_appendix(pdfs: dict[str, Path]) -> None:
    seen = poppler.text(pdfs["month"])
    signed = (
        seen.rindex("郑州市网格化治理指挥中心2026年11月1日附件1") if False else seen.find("2026年11月1日")
    )
    assert signed < seen.rindex("附件1")


def test_rare_characters_are_set_in_every_face(setter: Setter, tmp_path: Path) -> None:
    rare = samples.RARE
    chart = Chart(rare, "bars", (rare,), (Series(rare, (1,)), Series("乙", (2,))), rare)
    document = replace(
        samples.daily(),
        title=(rare,),
        organisation=rare,
        marks=(rare,),
        parts=(
            Heading(1, rare),
            Heading(2, rare),
            Paragraph(rare, lead=rare),
            Table(rare, (Column(rare),), ((rare,), (rare,)), strong=(1,)),
            chart,
        ),
        notes=(rare,),
        copies=rare,
    )
    setter.pdf(drawn(document, NO_SHAPES), tmp_path / "rare.pdf")
    assert poppler.text(tmp_path / "rare.pdf").count(rare) >= 17


@pytest.mark.parametrize("place", ["title", "heading", "text", "cell"])
def test_a_missing_glyph_is_an_error_and_leaves_what_was_there(
    place: str, setter: Setter, tmp_path: Path
) -> None:
    out = tmp_path / "bulletin.pdf"
    out.write_bytes(b"the edition before")
    bad = f"地名{ILL_SET}"
    document = text_alone("文")
    document = {
        "title": replace(document, title=(bad,)),
        "heading": replace(document, parts=(Heading(1, bad),)),
        "text": text_alone(bad),
        "cell": replace(document, parts=(Table("表", (Column("甲"),), ((bad,),)),)),
    }[place]
    with pytest.raises(TypesetError, match="no glyph in any font found") as caught:
        setter.pdf(document, out)
    assert ILL_SET in str(caught.value)
    assert out.read_bytes() == b"the edition before"
    assert list(tmp_path.iterdir()) == [out]


def test_the_same_document_gives_the_same_bytes_in_any_process(
    documents: dict[str, Document], pdfs: dict[str, Path], tmp_path: Path
) -> None:
    for name in ("daily", "english"):
        again = set_pdf(drawn(documents[name], NO_SHAPES), tmp_path / "again.pdf")
        pdf = (tmp_path / "again.pdf").read_bytes()
        assert pdf == pdfs[name].read_bytes()
        assert again == Typeset(hashlib.sha256(pdf).hexdigest(), PAGES[name])
    later = replace(documents["daily"], as_of=documents["daily"].as_of + MINUTE)
    assert set_pdf(later, tmp_path / "later.pdf").sha256 != again.sha256


def test_hostile_text_is_text(setter: Setter, tmp_path: Path) -> None:
    hostile = '#panic("x") $1/0$ *bold* @label <tag> \\ // [x] #{1/0} `raw` ~ = heading'
    document = replace(text_alone(hostile), title=(hostile,), parts=(Heading(1, hostile), Paragraph(hostile)))
    setter.pdf(document, tmp_path / "hostile.pdf")
    assert poppler.text(tmp_path / "hostile.pdf").count(squeezed(hostile)) >= 2


def test_plain_words_for_what_cannot_be_set(
    setter: Setter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = text_alone("文")
    with pytest.raises(TypesetError, match="does not exist, create it first"):
        setter.pdf(document, tmp_path / "nowhere" / "bulletin.pdf")
    with pytest.raises(TypesetError, match="the font folder"):
        set_pdf(document, tmp_path / "bulletin.pdf", font_dir=tmp_path / "fonts")
    with pytest.raises(TypesetError, match="'四项' is not drawn yet"):
        setter.pdf(
            replace(document, parts=(Chart("四项", "bars", ("甲",), (Series("乙", (1,)),), "图"),)),
            tmp_path / "bulletin.pdf",
        )
    monkeypatch.setattr(render, "TEMPLATES", tmp_path)
    (tmp_path / "month.typ").touch()
    with pytest.raises(
        TypesetError, match=r"no template 'daily' in .*: expected one of those there \(month\)"
    ):
        setter.pdf(document, tmp_path / "bulletin.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["month.typ"]


def test_a_machine_without_fonts_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process answers with what is missing instead of an empty page."""

    def none() -> FontSet:
        raise FontError("no font for the official document format")

    with pytest.raises(FontError):
        render._work({"document": {}, "words": {}}, none)


FULL_DISK = """
import json, resource, sys
from pathlib import Path
from reports.document import from_json
from reports.render import TypesetError, set_pdf
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    set_pdf(from_json(json.load(sys.stdin)), Path(sys.argv[1]))
except TypesetError as error:
    print(error)
"""


def test_a_full_disk_is_one_sentence_and_no_half_file(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the write fails in its middle."""
    root = str(render.TEMPLATES.parents[1])
    said = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "bulletin.pdf")],
        input=json.dumps(to_json(text_alone("文"))),
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert said.stdout.startswith(f"cannot write {tmp_path / 'bulletin.pdf'}: File too large")
    assert said.stdout.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_short_documents_share_a_process_until_it_is_worn(tmp_path: Path) -> None:
    document = text_alone("文")
    with Setter(keep_documents=2) as setter:
        ids = []
        for _ in range(3):
            setter.pdf(document, tmp_path / "bulletin.pdf")
            assert setter._kept is not None
            ids.append(setter._kept._process.pid)
        assert ids[0] == ids[1] != ids[2]
        setter.keep_mb = 1
        setter.pdf(document, tmp_path / "bulletin.pdf")
        assert setter._kept is not None
        last = setter._kept._process
        assert last.pid != ids[2]
    assert last.poll() is not None


def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    document = text_alone("文")
    with Setter() as setter:
        first = setter.pdf(document, tmp_path / "bulletin.pdf")
        assert setter._kept is not None
        setter._kept._process.kill()
        setter._kept._process.wait()
        assert setter.pdf(document, tmp_path / "bulletin.pdf") == first


def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with Setter(timeout=0.01) as setter:
        with pytest.raises(TypesetError, match=r"longer than 0\.01 seconds and was stopped"):
            setter.pdf(text_alone("文"), tmp_path / "bulletin.pdf")
        setter.timeout = 60
        setter.pdf(text_alone("文"), tmp_path / "bulletin.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["bulletin.pdf"]


def test_a_process_that_cannot_start_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_HOUSE", tmp_path)
    with Setter() as setter, pytest.raises(TypesetError, match=r"process died \(exit code 1\)"):
        setter.pdf(text_alone("文"), tmp_path / "bulletin.pdf")


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    assert before[1] == resource.RLIM_INFINITY or before[1] > 100_000_000
    child = subprocess.run(
        [sys.executable, "-c", "from reports import render; render.MEMORY_MB = 60; render._serve([])"],
        input=b'{"svg": "<svg/>", "width_mm": 9000, "height_mm": 9000, "dots_per_inch": 600}\n',
        capture_output=True,
        cwd=render.TEMPLATES.parents[1],
        check=False,
    )
    assert child.returncode != 0
    assert b"memory" in child.stderr.lower()
