from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest

from data.clocks import MINUTE
from data.words import word
from reports import typeset as room
from reports.evening import PAGES, TEMPLATE, EveningFacts, evening_document
from reports.typeset import Typeset, TypesetError, typeset
from tests.reports import poppler
from tests.reports.facts import NEIGHBOURHOODS, facts, ranked, too_few

CASES = {
    "plain": facts(is_demo=True),
    "leaf": facts(scope="South Boston / South Boston Waterfront", ranking=()),
    "empty": facts({}, {}, ranking=too_few(*NEIGHBOURHOODS, denominator=0), sources=(), number=""),
    "two grids": facts(ranking=ranked("Allston", "Brighton")),
    "one grid": facts(ranking=ranked("Allston")),
    "long": facts(
        organisation="City of Boston Office of Neighborhood Services and Constituent Relations",
        scope="Fenway / Kenmore / Audubon Circle / Longwood",
        ranking=ranked(*(f"{name} Community Grid" for name in NEIGHBOURHOODS)) + too_few(*NEIGHBOURHOODS),
        is_demo=True,
        is_illustrative=True,
    ),
}
ILL_SET = "\u1234"
"""A letter of a script that no accepted family has."""


def evening(given: EveningFacts, out: Path) -> Typeset:
    return typeset(TEMPLATE, evening_document(given), out, pages=PAGES)


@pytest.fixture(scope="module", params=CASES)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    """A case's document and its PDF."""
    out = tmp_path_factory.mktemp("bulletins") / "evening.pdf"
    evening(CASES[request.param], out)
    return evening_document(CASES[request.param]), out


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plain") / "evening.pdf"
    evening(CASES["plain"], out)
    return out


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_one_page_of_a4(case: tuple[dict[str, Any], Path]) -> None:
    info = poppler.info(case[1])
    assert info["Pages"] == "1"
    assert info["Page size"].endswith("(A4)")


def test_every_font_is_embedded_and_none_is_type_3(case: tuple[dict[str, Any], Path]) -> None:
    fonts = poppler.fonts(case[1])
    assert fonts
    for font in fonts:
        assert "Type 3" not in font["type"]
        assert (font["emb"], font["sub"], font["uni"]) == ("yes", "yes", "yes")


def test_the_page_says_what_the_document_says(case: tuple[dict[str, Any], Path]) -> None:
    document, pdf = case
    rates = document["rates"]
    said = [
        document["organisation"],
        document["number"],
        *document["title"],
        document["date"],
        *document["marks"],
    ]
    said += [document["headline"], *document["notes"], *rates["columns"]]
    said += [
        row[name] for row in rates["rows"] for name in ("label", "value", "n", "before", "before_n", "change")
    ]
    said += [cell[name] for cell in document["counts"] for name in ("label", "value", "change")]
    for seen in (
        poppler.text(pdf),
        squeezed("".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)),
    ):
        assert [text for text in said if squeezed(text) not in seen] == []


def test_each_row_of_rates_reads_across(case: tuple[dict[str, Any], Path]) -> None:
    document, pdf = case
    seen = poppler.text(pdf)
    for row in document["rates"]["rows"]:
        assert squeezed("".join(row.values())) in seen


def test_nothing_stands_outside_the_type_area(case: tuple[dict[str, Any], Path]) -> None:
    rows, columns = np.nonzero(poppler.image(case[1]).min(axis=2) < 128)
    left, right, top = (poppler.millimetres(int(edge)) for edge in (columns.min(), columns.max(), rows.min()))
    assert left == pytest.approx(28, abs=0.6)
    assert right == pytest.approx(210 - 26, abs=0.6)
    assert top >= 36.8
    page_number = 297 - 35 + 7
    body = poppler.millimetres(int(rows[rows * 25.4 / poppler.DPI < page_number - 1].max()))
    assert body <= 297 - 35 + 0.3
    assert page_number < poppler.millimetres(int(rows.max())) < page_number + 6


def test_the_red_head_stands_where_the_format_puts_it(plain: Path) -> None:
    image = poppler.image(plain).astype(np.int16)
    red = (image[:, :, 0] > 150) & (image[:, :, 1] < 90) & (image[:, :, 2] < 90)
    rows = np.nonzero(red.any(axis=1))[0]
    assert poppler.millimetres(int(rows.min())) == pytest.approx(37 + 35, abs=1.5)

    rule = int(np.argmax(red.sum(axis=1)))
    assert poppler.millimetres(int(red[rule].sum())) == pytest.approx(156, abs=0.6)
    black_above = np.nonzero((image[:rule].max(axis=2) < 100).any(axis=1))[0]
    assert poppler.millimetres(rule - int(black_above.max())) == pytest.approx(4, abs=1.2)


def test_as_many_grids_as_fit_are_listed_from_both_ends(plain: Path) -> None:
    seen = poppler.text(plain)
    rows = [row["n"] for row in evening_document(CASES["plain"])["ranking"]["rows"]]
    listed = [n for n in rows if n in seen]
    half = len(listed) // 2
    assert half >= 3
    assert listed == [*rows[:half], *rows[-half:]]
    part = word("evening.ranking_part").format(total=len(rows), shown=half)
    assert part in seen


def test_few_grids_are_all_listed(tmp_path: Path) -> None:
    evening(facts(ranking=ranked("Allston", "Brighton", "Roxbury")), tmp_path / "three.pdf")
    seen = poppler.text(tmp_path / "three.pdf")
    assert all(name in seen for name in ("Allston", "Brighton", "Roxbury"))


def test_the_same_document_gives_the_same_bytes(plain: Path, tmp_path: Path) -> None:
    again = evening(CASES["plain"], tmp_path / "again.pdf")
    pdf = (tmp_path / "again.pdf").read_bytes()
    assert pdf == plain.read_bytes()
    assert again == Typeset(hashlib.sha256(pdf).hexdigest(), 1)


def test_the_file_is_dated_by_the_as_of_time(plain: Path) -> None:
    created = pypdf.PdfReader(plain).metadata
    assert created is not None
    assert created.creation_date is not None
    assert created.creation_date.isoformat() == "2026-02-10T23:00:00+00:00"


def test_it_is_archival_and_tagged(plain: Path) -> None:
    reader = pypdf.PdfReader(plain)
    assert reader.xmp_metadata is not None
    assert (reader.xmp_metadata.pdfaid_part, reader.xmp_metadata.pdfaid_conformance) == ("2", "A")
    assert poppler.info(plain)["Tagged"] == "yes"


def test_a_missing_glyph_is_an_error_and_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "evening.pdf"
    out.write_bytes(b"the edition before")
    with pytest.raises(TypesetError, match="no glyph in any font found") as caught:
        evening(facts(scope=f"Boston {ILL_SET}"), out)
    assert ILL_SET in str(caught.value)
    assert out.read_bytes() == b"the edition before"
    assert list(tmp_path.iterdir()) == [out]


def test_a_wrong_page_count_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TypesetError, match="expected 2 pages, found 1"):
        typeset(TEMPLATE, evening_document(facts()), tmp_path / "evening.pdf", pages=2)
    assert list(tmp_path.iterdir()) == []


def test_text_beyond_one_page_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TypesetError, match="does not fit on one page"):
        evening(facts(scope="Boston " + "very long " * 25), tmp_path / "evening.pdf")
    with pytest.raises(TypesetError, match="expected 1 pages, found 2"):
        evening(facts(scope="Boston " + "very long " * 80), tmp_path / "evening.pdf")


def test_plain_words_for_what_cannot_be_set(tmp_path: Path) -> None:
    document = evening_document(facts())
    with pytest.raises(TypesetError, match="no template 'nightly': expected one of daily, evening"):
        typeset("nightly", document, tmp_path / "evening.pdf")
    with pytest.raises(TypesetError, match="the document has no as_of"):
        typeset(TEMPLATE, {}, tmp_path / "evening.pdf")
    with pytest.raises(TypesetError, match="does not exist, create it first"):
        typeset(TEMPLATE, document, tmp_path / "nowhere" / "evening.pdf")
    with pytest.raises(TypesetError, match="the font folder"):
        typeset(TEMPLATE, document, tmp_path / "evening.pdf", font_dir=tmp_path / "fonts")
    with pytest.raises(TypesetError, match=r"longer than 0\.01 seconds"):
        typeset(TEMPLATE, document, tmp_path / "evening.pdf", timeout=0.01)
    with pytest.raises(TypesetError, match="dictionary does not contain key"):
        typeset(TEMPLATE, {"as_of": 0}, tmp_path / "evening.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_dies_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_HOUSE", tmp_path)
    with pytest.raises(TypesetError, match=r"process died \(exit code 1\)"):
        evening(facts(), tmp_path / "evening.pdf")


def test_another_as_of_gives_other_bytes(plain: Path, tmp_path: Path) -> None:
    later = facts(is_demo=True, as_of=CASES["plain"].as_of + MINUTE)
    assert evening(later, tmp_path / "later.pdf").sha256 != hashlib.sha256(plain.read_bytes()).hexdigest()


def test_the_process_speaks_json(tmp_path: Path) -> None:
    job = {
        "template": TEMPLATE,
        "document": evening_document(facts()),
        "out": str(tmp_path / "evening.pdf"),
        "font_dir": None,
    }
    child = subprocess.run(
        [sys.executable, "-m", "reports.typeset"],
        input=json.dumps(job).encode(),
        capture_output=True,
        check=True,
        cwd=room.TEMPLATES.parents[1],
    )
    assert json.loads(child.stdout)["pages"] == 1
