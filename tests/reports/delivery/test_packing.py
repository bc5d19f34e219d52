"""What recipients get is the file that was recorded, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.clocks import MINUTE
from data.editions import Edition, Owed, UnknownEdition, claim, edition_of
from data.store import Store
from reports.delivery.packing import Damaged, packer, summary
from reports.document import Document, Heading, Paragraph, to_json
from reports.making import Office, Sheet, make
from tests.support.bulletins import EVENING, simple
from tests.support.city import DISTRICT, open_city

PAGE = Document(
    template="daily",
    language="en",
    organisation="The office",
    number="City 2026/1",
    marks=(),
    title=("A day", "evening bulletin"),
    subject="A day, evening bulletin",
    addressee="All:",
    parts=(Heading(1, "I"), *(Paragraph(f"text {number}", "Lead: ") for number in range(5))),
    date="27 November 2026",
    as_of=EVENING,
    notes_label="Notes",
    notes=(),
)


def printed(held: Edition, out: Path) -> Sheet:
    return replace(simple(held, out), title=PAGE.subject, document=to_json(PAGE))


@pytest.fixture
def issued(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[Store, Path, Edition]]:
    with open_city(sqlite_url) as store:
        office = Office(store, tmp_path / "bulletins", printed, lambda: EVENING + MINUTE, "a 1")
        held = claim(store, Owed("evening", DISTRICT, "2026-11-27", EVENING, EVENING), "a 1", EVENING)
        assert held is not None
        assert make(office, held)
        yield store, office.folder, edition_of(store, held.id)


def test_the_parcel_of_an_edition(issued: tuple[Store, Path, Edition]) -> None:
    store, folder, one = issued
    parcel = packer(store, folder, "https://yiping.example.org/")(one.id)
    assert parcel.edition == "evening/1101/2026-11-27/1"
    assert (parcel.title, parcel.file_name) == ("A day, evening bulletin", "evening-2026-11-27-1101.pdf")
    assert parcel.pdf == (folder / one.path).read_bytes()
    assert parcel.link == f"https://yiping.example.org/bulletins?edition={one.id}"
    assert (parcel.issued_at, parcel.language) == (EVENING + MINUTE, "en")
    assert parcel.summary.splitlines() == ["City 2026/1", "Lead: text 0", "Lead: text 1", "Lead: text 2"]
    assert "<html" in parcel.page
    assert packer(store, folder, "")(one.id).link == ""


def test_what_is_not_the_issued_file_goes_to_nobody(issued: tuple[Store, Path, Edition]) -> None:
    store, folder, one = issued
    with pytest.raises(UnknownEdition):
        packer(store, folder, "")(one.id + 1)
    (folder / one.path).write_bytes(b"another")
    with pytest.raises(Damaged, match="as it was recorded, found another"):
        packer(store, folder, "")(one.id)
    (folder / one.path).unlink()
    with pytest.raises(FileNotFoundError):
        packer(store, folder, "")(one.id)


def test_a_document_without_a_number_has_no_line_for_it() -> None:
    assert summary(replace(PAGE, number="", parts=())) == ""
