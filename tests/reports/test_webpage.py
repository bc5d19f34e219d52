from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Page

from reports import webpage as room
from reports.document import Chart, Heading, Paragraph, Series, Table
from reports.drawings import drawn
from reports.render import TypesetError
from reports.webpage import webpage
from tests.reports import samples
from tests.support import axe

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>' & </style>"


class Tags(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


@pytest.fixture(scope="module")
def daily() -> str:
    return webpage(drawn(samples.daily(), samples.NO_SHAPES))


def test_the_page_says_what_the_document_says(daily: str) -> None:
    document, seen = samples.daily(), Tags(daily)
    said = [document.organisation, document.number, *document.title, document.addressee, document.date]
    said += [*document.marks, *document.notes, document.copies]
    for part in document.parts:
        if isinstance(part, Heading | Paragraph):
            said.append(part.text)
        elif isinstance(part, Table):
            said += [part.title, part.note, *(cell for row in part.rows for cell in row)]
    assert [text for text in said if text not in seen.text] == []


def test_it_is_built_for_readers(daily: str) -> None:
    seen = Tags(daily)
    assert seen.of("html") == [{"lang": "zh-CN"}]
    assert len(seen.of("h1")) == 1
    assert all(head.get("scope") in ("col", "row") for head in seen.of("th"))
    assert [image["alt"] for image in seen.of("img")] == ["各渠道受理量的条形图：12345热线最多，物联感知最少"]
    assert Tags(webpage(drawn(samples.english(), samples.NO_SHAPES))).of("html") == [{"lang": "en"}]


def test_nothing_is_fetched_and_nothing_runs(daily: str) -> None:
    seen = Tags(daily)
    assert {tag for tag, _ in seen.found}.isdisjoint({"script", "link", "iframe", "object", "form"})
    assert all(not name.startswith("on") for _, attributes in seen.found for name in attributes)
    addresses = [value for _, attributes in seen.found for name, value in attributes.items() if name == "src"]
    assert all(
        address is not None and address.startswith("data:image/svg+xml;base64,") for address in addresses
    )
    assert re.findall(r"url\([^)]*\)|@import|https?:", daily) == ['url("/fonts/yiping-sans.otf")']


def test_hostile_text_is_text() -> None:
    document = replace(
        samples.daily(),
        organisation=HOSTILE,
        number=HOSTILE,
        marks=(HOSTILE,),
        title=(HOSTILE,),
        subject=HOSTILE,
        addressee=HOSTILE,
        date=HOSTILE,
        notes=(HOSTILE,),
        copies=HOSTILE,
        contents=True,
        parts=(
            Heading(1, HOSTILE),
            Paragraph(HOSTILE, HOSTILE),
            replace(samples.overdue_table(1), title=HOSTILE, rows=((HOSTILE,) * 6,), note=HOSTILE),
            Chart(HOSTILE, "bars", (HOSTILE,), (Series(HOSTILE, (1,)),), HOSTILE, note=HOSTILE),
        ),
    )
    seen = Tags(webpage(drawn(document, samples.NO_SHAPES)))
    assert {tag for tag, _ in seen.found}.isdisjoint({"script"})
    assert [image["alt"] for image in seen.of("img")] == [HOSTILE]
    assert seen.text.count(HOSTILE) >= 18


def test_the_contents_lead_to_headings() -> None:
    seen = Tags(webpage(drawn(samples.month(rows=3), samples.NO_SHAPES)))
    marks = {head["id"] for name in ("h2", "h3") for head in seen.of(name) if "id" in head}
    links = [str(link["href"]).removeprefix("#") for link in seen.of("a")]
    assert links
    assert set(links) == marks


def test_a_picture_must_be_drawn_first() -> None:
    with pytest.raises(TypesetError, match="is not drawn yet"):
        webpage(samples.daily())


def test_a_missing_template_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "TEMPLATES", tmp_path)
    with pytest.raises(TypesetError, match=r"no template webpage\.css in .*: expected it there"):
        webpage(samples.text_alone("文"))


@pytest.mark.browser
def test_it_fits_a_telephone_and_has_no_barriers(page: Page, daily: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_content(daily)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    tables = page.evaluate(
        "[...document.querySelectorAll('.box')].map(box => box.scrollWidth > box.clientWidth)"
    )
    assert any(tables)
    assert axe.grave(page) == []
