"""Drafts: stamps, places and values out of text, and every fault of a row."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.clocks import ZoneClock, instant, iso, parse_instant
from data.grids import Node, plant
from data.importing.drafts import Book, Draft, Drafter, Rejection, by_code_and_name, parse_stamp
from data.importing.locate import Places
from data.importing.readers import Row
from data.lifecycle import UNSET
from tests.data.importing.small import COLUMNS, NOW, PLAIN, plain, row

SHANGHAI = ZoneClock.of("Asia/Shanghai")
BOOK = Book(
    Places(
        plant(
            [
                Node("990100", "市", None, "city"),
                Node("990102", "东区", "990100", "district"),
                Node("990102001", "一街道", "990102", "street"),
            ]
        ),
        [("990102001", shapely.box(113.5, 34.5, 113.6, 34.7).wkb)],
    ),
    by_code_and_name([("0101", "路灯损坏"), ("9900", "其他")]),
    by_code_and_name([("12345", "12345热线")]),
)


def _draft(cells: dict[str, str], **changes: object) -> Draft | Rejection:
    drafter = Drafter(plain(**changes), COLUMNS, BOOK, NOW)
    return drafter.drafts([Row(2, tuple(cells[name] for name in COLUMNS))])[0]


def _good(cells: dict[str, str], **changes: object) -> Draft:
    draft = _draft(cells, **changes)
    assert isinstance(draft, Draft), draft
    return draft


def _reason(cells: dict[str, str], **changes: object) -> tuple[str, str]:
    rejection = _draft(cells, **changes)
    assert isinstance(rejection, Rejection), rejection
    assert len(rejection.faults) == 1, rejection.faults
    return rejection.faults[0].field, rejection.faults[0].reason


def test_a_sound_row() -> None:
    draft = _good(
        row("A1", kind="路灯损坏", lon="113.55", lat="34.6", closed="2026-03-03T09:00:00.123456+08:00")
    )
    assert (draft.key, draft.category, draft.channel, draft.grid) == ("A1", "0101", "12345", "990102001")
    assert {fact: iso(at) for fact, at in draft.at.items()} == {
        "reported": "2026-03-02T01:00:00Z",
        "closed": "2026-03-03T01:00:00.123456Z",
    }
    assert (draft.lon, draft.lat) == (113.55, 34.6)
    assert draft.accept_due_at is None
    assert draft.handle_due_at is None


@pytest.mark.parametrize(
    ("cells", "field", "said"),
    [
        ({"id": ""}, "key", "id is empty"),
        ({"id": "x" * 129}, "key", "129 characters; 128 at most"),
        ({"kind": "噪声"}, "category", 'there is no category "噪声"'),
        ({"kind": ""}, "category", "no category is stated"),
        ({"from": "fax"}, "channel", 'there is no channel "fax"'),
        ({"grid": "990199"}, "grid", "there is no grid with the code '990199'"),
        ({"grid": ""}, "grid", "the row states no place"),
        ({"opened": ""}, "reported", "opened is empty"),
        ({"opened": "2026-02-30T09:00:00+08:00"}, "reported", "is no date and time that exists"),
        ({"opened": "2026-03-02T25:00:00+08:00"}, "reported", "is no date and time that exists"),
        ({"opened": "yesterday"}, "reported", 'opened: "yesterday" is no date and time as ISO 8601'),
        ({"opened": "2026-03-02 09:00"}, "reported", "has no offset from UTC, and the mapping names no zone"),
        ({"opened": "2026-03-02"}, "reported", "is a date without a time of day"),
        ({"opened": "1900-01-01T00:00:00Z"}, "reported", "lies before 2000-01-01"),
        (
            {"opened": "2026-04-01T00:00:00.000001Z"},
            "reported",
            "lies in the future (it is 2026-04-01T00:00:00Z now)",
        ),
        ({"closed": "2027-01-01T00:00:00Z"}, "closed", "lies in the future"),
        (
            {"closed": "2026-03-01T09:00:00+08:00"},
            "closed",
            "it was closed at 2026-03-01T01:00:00Z, before it was reported at 2026-03-02T01:00:00Z",
        ),
        (
            {"handled": "2026-03-05T09:00:00+08:00", "closed": "2026-03-04T09:00:00+08:00"},
            "closed",
            "before it was handled",
        ),
        ({"due": "2026-03-01T09:00:00+08:00"}, "handle_due", "lies before the report"),
        ({"due": "9999-12-31T00:00:00Z"}, "handle_due", "lies after 2100-01-01"),
        ({"lon": "0", "lat": "0.0"}, "point", "0, 0 is no place in the city"),
        ({"lon": "181", "lat": "34.6"}, "point", "are no degrees of longitude and latitude"),
        ({"lon": "34.6", "lat": "113.55"}, "point", "(are they swapped?)"),
        ({"lon": "113.55"}, "point", "only one of the two coordinates is there"),
        ({"lon": "nan", "lat": "34.6"}, "point", '"nan" is no number of degrees'),
        ({"lon": "1_1", "lat": "34.6"}, "point", '"1_1" is no number of degrees'),
        ({"lon": "116.4", "lat": "39.9"}, "point", "116.400000, 39.900000 lies in no grid of the city"),
        ({"kind": "0101\x00"}, "title", "NUL"),
    ],
)
def test_a_fault_is_told_with_its_field(cells: dict[str, str], field: str, said: str) -> None:
    changes: dict[str, object] = {}
    if "\x00" in cells.get("kind", ""):
        changes["fields"] = {
            "key": "id",
            "category": {"constant": "0101"},
            "channel": "from",
            "title": "kind",
        }
    found_field, reason = _reason(row(**{"key": cells.get("id", "A1"), **cells}), **changes)
    assert found_field == field
    assert said in reason
    assert "\n" not in reason


def test_every_fault_of_a_row_is_told() -> None:
    rejection = _draft(row("", kind="x", opened="soon", lon="0", lat="0"))
    assert isinstance(rejection, Rejection)
    assert {fault.field for fault in rejection.faults} == {"key", "category", "reported", "point"}


def test_a_closing_before_the_report_is_told_beside_the_handling() -> None:
    early = "2026-03-01T09:00:00+08:00"
    rejection = _draft(row(handled=early, closed=early))
    assert isinstance(rejection, Rejection)
    assert [fault.field for fault in rejection.faults] == ["handled", "closed"]
    assert all("before it was reported" in fault.reason for fault in rejection.faults)


def test_a_point_outside_may_be_dropped() -> None:
    point = {"lon": "lon", "lat": "lat", "outside": "drop"}
    draft = _good(row(lon="0", lat="0"), point=point)
    assert (draft.lon, draft.lat, draft.grid) == (None, None, "990102001")


def test_the_ways_to_find_a_grid_are_tried_in_their_order() -> None:
    by_all = {"by": ["code", "point"], "code": "grid", "unlocated": "city"}
    assert _good(row(grid="990102", lon="113.55", lat="34.6"), grid=by_all).grid == "990102"
    assert _good(row(grid="990199", lon="113.55", lat="34.6"), grid=by_all).grid == "990102001"
    unstated = _good(row(grid=""), grid=by_all)
    assert (unstated.grid, unstated.grid_stated) == ("990100", False)
    assert "990199" in _reason(row(grid="990199"), grid=by_all)[1]


def test_a_deadline_that_is_not_stated_is_none_or_computed() -> None:
    assert _good(row(), due={"handle": {"column": "due", "empty": "limits"}}).handle_due_at is UNSET
    assert _good(row(), due={"handle": {"column": "due"}}).handle_due_at is None
    assert _good(row(), due={}).accept_due_at is UNSET
    at = "2026-03-09T09:00:00+08:00"
    assert _good(row(due=at)).handle_due_at == parse_instant(at)


def _rated(**cells: str) -> tuple[dict[str, str], dict[str, object]]:
    fields = {**PLAIN["fields"], "rating": "due", "solved": "from"}
    times = {"reported": "opened", "closed": "closed", "rated": "handled"}
    fields["channel"] = {"constant": "12345"}
    stamp = "2026-03-03T09:00:00+08:00"
    cells = {"closed": stamp, "handled": stamp, "from": "否", **cells}
    return row(**cells), {"fields": fields, "times": times, "due": {}}


def test_a_rating_needs_its_instant_and_a_closed_event() -> None:
    cells, changes = _rated(due="2.0")
    draft = _good(cells, **changes)
    assert (draft.rating, draft.solved) == (2, False)
    for wrong, said in (
        ("6", "must be 1 to 5"),
        ("很好", "must be 1 to 5"),
        ("", "the rating itself is missing"),
    ):
        cells, changes = _rated(due=wrong)
        assert said in _reason(cells, **changes)[1]
    cells, changes = _rated(due="5", handled="")
    assert "its instant is missing" in _reason(cells, **changes)[1]
    cells, changes = _rated(due="5", closed="")
    assert "but it is not closed" in _reason(cells, **changes)[1]


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("2025-08-01 06:35:06.539+00", ("iso",), "2025-08-01T06:35:06.539Z"),
        ("2025-09-29 12:51:10.41996+00", ("iso",), "2025-09-29T12:51:10.419960Z"),
        ("2026-03-02T09:00:00", ("iso",), "2026-03-02T01:00:00Z"),
        ("2026年3月2日 09:00", ("%Y年%m月%d日 %H:%M",), "2026-03-02T01:00:00Z"),
        ("2026/3/2", ("iso", "%Y/%m/%d"), "2026-03-01T16:00:00Z"),
        ("1772413200", ("epoch",), "2026-03-02T01:00:00Z"),
        ("1772413200123", ("epoch_ms",), "2026-03-02T01:00:00.123Z"),
    ],
)
def test_a_stamp_is_read_in_the_first_format_that_fits(
    text: str, formats: tuple[str, ...], expected: str
) -> None:
    assert iso(parse_stamp(text, formats, SHANGHAI)) == expected


@settings(deadline=None)
@given(
    moment=st.datetimes(datetime.fromisoformat("2000-01-02"), datetime.fromisoformat("2099-12-30")),
    hours=st.integers(-12, 14),
)
def test_any_stamp_with_an_offset_is_read_to_the_microsecond(moment: datetime, hours: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert parse_stamp(aware.isoformat(sep=" "), ("iso",), None) == instant(aware)
    assert parse_stamp(moment.isoformat(), ("iso",), ZoneClock.of("UTC")) == instant(
        moment.replace(tzinfo=UTC)
    )


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_text_raises_anything_but_a_sentence(text: str) -> None:
    for formats in (("iso",), ("%Y-%m-%d %H:%M",), ("epoch",), ("epoch_ms",)):
        with suppress(ValueError):
            parse_stamp(text, formats, SHANGHAI)
