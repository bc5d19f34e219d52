"""An issued edition as its recipients get it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data.city import load_city
from data.clocks import DAY, parse_instant
from data.editions import edition_of
from data.store import Store
from reports.delivery.packing import NotAsIssued, packing, parcel, summary
from reports.document import Heading, Paragraph
from tests.support.city import CITY, city_pack
from tests.support.issuing import document_of, issued

AT = parse_instant("2026-06-20T00:00:00Z")


def test_an_edition_is_made_up_the_same_way_each_time(sqlite_url: str, tmp_path: Path) -> None:
    with Store.open(sqlite_url) as store:
        load_city(store, city_pack(), AT - 30 * DAY)
        one = issued(
            store, tmp_path, "morning", CITY, "2026-06-20", title="早间通报", text="受理 <b>120</b> 件。"
        )
        make = packing(store, tmp_path, "https://yiping.example")
        made = make(one.id)
        assert made == make(one.id)
        assert made.pdf == (tmp_path / one.path).read_bytes()
        assert made.link == f"https://yiping.example/bulletins?edition={one.id}"
        assert one.number in made.summary
        assert "受理 <b>120</b> 件。" in made.summary
        assert "受理 &lt;b&gt;120&lt;/b&gt; 件。" in made.page
        assert (made.title, made.file_name, made.issued_at) == ("早间通报", "早间通报.pdf", one.issued_at)
        (tmp_path / one.path).write_bytes(b"another")
        with pytest.raises(NotAsIssued, match="not the one that was issued"):
            make(one.id)
        (tmp_path / one.path).unlink()
        with pytest.raises(NotAsIssued, match="cannot be read"):
            make(one.id)
        later = replace(edition_of(store, one.id), revision=2)
        again = parcel(later, document_of("早间通报", AT), b"", "")
        assert again.title == "早间通报 (第2次修订)"
        assert again.link == ""
        assert again.edition != made.edition


def test_the_summary_ends_before_what_does_not_fit_and_with_no_heading() -> None:
    long = replace(
        document_of("", AT),
        parts=(Heading(1, "一"), Paragraph("甲" * 50, "要点："), Heading(1, "二"), Paragraph("乙" * 900)),
    )
    assert summary(long) == ["一", "要点：" + "甲" * 50]
