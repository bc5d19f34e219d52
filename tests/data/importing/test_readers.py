"""Readers: the same rows out of every kind of file, and a sentence for everything that is none."""

from __future__ import annotations

import gzip
import tracemalloc
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.importing.readers import LINE_LIMIT, Row, SourceError, open_source
from tests.data.importing.small import COLUMNS, plain, row, text_of

PLAIN_MAPPING = plain()
ROWS = [row("A1", kind="路灯损坏"), row("A2", kind="暴露垃圾, 成堆"), row("A3", kind='"其他"\n两行')]


def _read(path: Path, **changes: object) -> list[Row]:
    source = open_source(path, plain(**changes))
    rows = [one for chunk in source.chunks() for one in chunk]
    assert source.rows == len(rows)
    return rows


def _refused(path: Path, **changes: object) -> str:
    with pytest.raises(SourceError) as caught:
        open_source(path, plain(**changes))
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence
    return sentence


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("zipped", [False, True])
def test_a_csv_reads_in_both_encodings(tmp_path: Path, encoding: str, zipped: bool) -> None:
    content = text_of(ROWS).encode(encoding)
    path = _bytes(
        tmp_path / ("a.csv.gz" if zipped else "a.csv"), gzip.compress(content) if zipped else content
    )
    rows = _read(path)
    assert [one.number for one in rows] == [2, 3, 4]
    assert [one.cells[1] for one in rows] == ["路灯损坏", "暴露垃圾, 成堆", '"其他"\n两行']


def test_rare_characters_of_gb18030_are_kept_when_the_mapping_names_it(tmp_path: Path) -> None:
    path = _bytes(tmp_path / "a.csv", text_of([row("A1", kind="㐂𠮷")]).encode("gb18030"))
    assert "everyday" in _refused(path)
    assert _read(path, file={"encoding": "gb18030"})[0].cells[1] == "㐂𠮷"


def test_excel_and_parquet_give_the_text_that_a_csv_would(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([None])
    sheet.append(list(COLUMNS))
    sheet.append(
        [
            7,
            "=1+1",
            "12345",
            990102001,
            113.55,
            34.6,
            datetime.fromisoformat("2026-03-02T09:00"),
            None,
            None,
            date(2026, 3, 3),
        ]
    )
    sheet.append([])
    sheet.append(["A2", "其他", True, "990102002", None, None, "2026-03-02T09:00:00+08:00"])
    book.save(tmp_path / "a.xlsx")
    rows = _read(tmp_path / "a.xlsx")
    assert [one.number for one in rows] == [3, 5]
    assert rows[0].cells[0] == "7"
    assert rows[0].cells[3:7] == ("990102001", "113.55", "34.6", "2026-03-02 09:00:00")
    assert rows[1].cells[:4] == ("A2", "其他", "true", "990102002")

    columns: dict[str, list[object]] = {name: [None, "x"] for name in COLUMNS}
    columns["lon"] = [113.55, None]
    columns["opened"] = [datetime(2026, 3, 2, 1, tzinfo=UTC), None]
    columns["id"] = [7, 8]
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    rows = _read(tmp_path / "a.parquet")
    assert [one.number for one in rows] == [2, 3]
    assert rows[0].cells == ("7", "", "", "", "113.55", "", "2026-03-02 01:00:00+00:00", "", "", "")


def test_a_named_sheet_is_read_and_a_missing_one_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("二月")
    sheet.append(list(COLUMNS))
    sheet.append(["A1"])
    book.save(tmp_path / "a.xlsx")
    assert _read(tmp_path / "a.xlsx", file={"sheet": "二月"})[0].cells[0] == "A1"
    assert "has no sheet 三月; its sheets are Sheet, 二月" in _refused(
        tmp_path / "a.xlsx", file={"sheet": "三月"}
    )
    assert "is empty: choose another" in _refused(tmp_path / "a.xlsx")


HEADER = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty (0 bytes)"),
        ("a.csv", b"\n \n\n", "holds only blank lines"),
        ("a.csv", b"\n\n\n", "holds only blank lines"),
        ("a.csv", f"{HEADER}\n".encode(), "not one row"),
        ("a.csv", b"%PDF-1.7\n\x00\x01", "is a PDF, whatever its name says"),
        ("a.csv", b"PK\x03\x04rest", "is an Excel or zip file, whatever its name says"),
        ("a.csv", gzip.compress(b"x", mtime=0), "is a gzip file"),
        ("a.csv.gz", b"id,kind\n", "is no gzip file"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "its gzip holds 0 bytes"),
        ("a.csv.gz", gzip.compress(b"%PDF-1.7", mtime=0), "is a PDF"),
        ("a.csv.gz", gzip.compress(text_of(ROWS).encode(), mtime=0)[:-12], "is a damaged gzip file"),
        ("a.csv", b"id\x00kind\n", "has a NUL byte at byte 2"),
        ("a.csv", text_of(ROWS).encode("utf-16"), "is UTF-16 text"),
        ("a.csv", f"{HEADER}\ncaf\xe9 \n".encode("latin-1"), "as UTF-8 it fails at byte 55"),
        ("a.csv", f"{HEADER}\ncaf\xe9 \n".encode("latin-1"), "as GB18030 it fails at byte 55"),
        (
            "a.csv",
            text_of([row(kind="こんにちは、世界の皆さん")]).encode("shift_jis"),
            "neither UTF-8 nor GB18030",
        ),
        ("a.csv", text_of([row(kind="臺灣電燈壞掉請派員處理")]).encode("big5"), "neither UTF-8 nor GB18030"),
        ("a.csv", b"id,kind\nA1,x\n", "lacks the column from, opened, handled, closed, due, grid, lon, lat"),
        ("a.csv", b"id,kind\nA1,x\n", "Columns found: id, kind"),
        ("a.csv", b"id;kind\nA1;x\n", "its cells seem to be separated by ';'"),
        ("a.csv", f"{HEADER},id\nA1\n".encode(), "has the column id more than once"),
        ("a.csv", f'{HEADER}\nA1,"never closed\nA2\n'.encode(), "row that begins in line 2"),
        ("a.csv", f'{HEADER}\nA1,x\nA2,"a"b\n'.encode(), "row that begins in line 3"),
        ("a.csv", b"x" * (LINE_LIMIT + 2), "line 1 of a.csv is longer than 1,000,000 bytes"),
        ("a.csv", f"{HEADER}\nA1\n".encode() + b"x" * (3 * LINE_LIMIT) + b"\n", "line 3 of a.csv is longer"),
        ("a.xlsx", b"id,kind\n", "is no Excel file"),
        ("a.xls", b"<html><table>", "is a web page"),
        ("a.xlsx", b"PK\x03\x04rest", "cannot be read as Excel"),
        ("a.parquet", b"id,kind\n", "is no Parquet file"),
        ("a.parquet", b"PAR1rubbish-PAR1", "cannot be read as Parquet"),
        ("a.docx", b"PK\x03\x04", "has an ending that is not known"),
    ],
)
def test_a_file_that_is_none_is_told_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    assert said in _refused(_bytes(tmp_path / name, content))


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    assert "cannot be read" in _refused(tmp_path / "none.csv")
    assert "is a folder" in _refused(tmp_path)


def test_a_row_of_another_length_is_told_with_its_number(tmp_path: Path) -> None:
    rows = _read(_bytes(tmp_path / "a.csv", f"{HEADER}\nA1,x\n\n{'x,' * 9}x\n".encode()))
    assert [(one.number, one.fault is None) for one in rows] == [(2, False), (3, True)]
    assert "the row has 2 cells where the header has 10" in (rows[0].fault or "")


def test_a_line_of_a_hundred_megabytes_does_not_eat_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(f"{HEADER}\n".encode())
        for _ in range(100):
            file.write(b"x" * 1_000_000)
    tracemalloc.start()
    try:
        assert "line 2 of a.csv.gz is longer" in _refused(path)
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()


def test_a_long_file_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEADER}\n")
        file.writelines(f"A{i},路灯损坏,12345,990102001,,,,,,\n" for i in range(60_000))
    source = open_source(path, PLAIN_MAPPING)
    tracemalloc.start()
    try:
        assert sum(len(chunk) for chunk in source.chunks()) == source.rows == 60_000
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_no_bytes_at_all_raise_anything_but_a_sentence(tmp_path: Path, content: bytes) -> None:
    for name in ("a.csv", "a.csv.gz", "a.xlsx", "a.parquet"):
        for head in (b"", f"{HEADER}\n".encode(), b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08"):
            with suppress(SourceError):
                source = open_source(_bytes(tmp_path / name, head + content), PLAIN_MAPPING)
                assert source.rows == sum(len(chunk) for chunk in source.chunks())
