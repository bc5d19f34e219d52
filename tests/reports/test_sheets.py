from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from reports import sheets
from reports.sheets import Cell, Cover, Head, Sheet, neutral, write_csv, write_xlsx

COVER = Cover("说明", "郑州市 · 事件清单", [("范围", "金水区"), ("口径", "=cmd|' /C calc'!A0")], "行数")
HEADS = [Head("标题", 30), Head("超期（小时）", 10, "0.0")]
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "\u3000=1", "|cmd", "%0A=1"]


def sheet(rows: Sequence[Sequence[Cell]], name: str = "事件清单") -> Sheet:
    return Sheet(name, HEADS, rows)


def read_csv(path: Path, name: str) -> list[list[str]]:
    with zipfile.ZipFile(path) as archive:
        raw = archive.read(name)
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel knows UTF-8 by its mark"
    text = raw.decode("utf-8-sig")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_an_excel_file_has_its_cover_first_and_every_row(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    assert write_xlsx(path, COVER, [sheet([["占道经营", 3.5], ["井盖破损", None]])]) == 2
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["说明", "事件清单"]
    cover = book.get_sheet_by_name("说明").to_python()
    assert cover[0][0] == "郑州市 · 事件清单"
    assert ["行数", "2"] in [row[:2] for row in cover]
    rows = book.get_sheet_by_name("事件清单").to_python()
    assert rows == [["标题", "超期（小时）"], ["占道经营", 3.5], ["井盖破损", ""]]


def test_a_csv_holds_the_table_alone_and_its_cover_lies_beside(tmp_path: Path) -> None:
    path = tmp_path / "list.zip"
    assert write_csv(path, COVER, [sheet([['他说"好"', 1.0], ["两\n行", 2]])]) == 2
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["事件清单.csv", "说明.csv"]
    assert read_csv(path, "事件清单.csv") == [["标题", "超期（小时）"], ['他说"好"', "1.0"], ["两\n行", "2"]]
    assert read_csv(path, "说明.csv")[-1] == ["行数", "2"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_never_a_formula(tmp_path: Path, text: str) -> None:
    assert neutral(text).startswith("'")
    write_csv(tmp_path / "list.zip", COVER, [sheet([[text, 1]])])
    assert read_csv(tmp_path / "list.zip", "事件清单.csv")[1][0].startswith("'")
    write_xlsx(tmp_path / "list.xlsx", COVER, [sheet([[text, 1]])])
    with zipfile.ZipFile(tmp_path / "list.xlsx") as archive:
        inside = "".join(archive.read(name).decode() for name in archive.namelist() if "sheet" in name)
    assert "<f>" not in inside
    cells = CalamineWorkbook.from_path(str(tmp_path / "list.xlsx")).get_sheet_by_name("事件清单").to_python()
    assert str(cells[1][0]).startswith("'")


@given(st.text(max_size=40))
def test_every_text_stays_a_text(text: str) -> None:
    told = neutral(text)
    assert told[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")
    assert "\x00" not in told
    assert neutral(told) in (told, f"'{told}") or told.startswith("'")


def test_more_rows_than_a_sheet_takes_go_to_a_further_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    path = tmp_path / "list.xlsx"
    assert write_xlsx(path, COVER, [sheet([[f"第{number}", number] for number in range(7)])]) == 7
    book = CalamineWorkbook.from_path(str(path))
    told = [book.get_sheet_by_name(name).to_python()[1:] for name in book.sheet_names[1:]]
    assert [len(rows) for rows in told] == [3, 3, 1]
    assert [row[1] for rows in told for row in rows] == [float(number) for number in range(7)]


def test_rows_are_written_as_they_come(tmp_path: Path) -> None:
    alive = 0

    def rows() -> Iterator[list[Cell]]:
        nonlocal alive
        for number in range(2_000):
            alive = number
            yield [f"第{number}", number]

    heard: list[tuple[int, int]] = []
    write_xlsx(
        tmp_path / "list.xlsx",
        COVER,
        [Sheet("行", HEADS, rows())],
        lambda written: heard.append((written, alive)),
    )
    assert [written for written, _ in heard] == [500, 1000, 1500, 2000, 2000]
    assert all(written == made + 1 for written, made in heard)


def test_an_empty_table_has_its_heads(tmp_path: Path) -> None:
    assert write_xlsx(tmp_path / "list.xlsx", COVER, [sheet([])]) == 0
    book = CalamineWorkbook.from_path(str(tmp_path / "list.xlsx"))
    assert book.get_sheet_by_name("事件清单").to_python()[0] == ["标题", "超期（小时）"]


@pytest.mark.parametrize("name", ["a/b:c*d?[e]\\", "", "很长" * 40, "it's"])
def test_any_name_makes_a_sheet(tmp_path: Path, name: str) -> None:
    write_xlsx(tmp_path / "list.xlsx", COVER, [sheet([["一", 1]], name), sheet([["二", 2]], name)])
    names = CalamineWorkbook.from_path(str(tmp_path / "list.xlsx")).sheet_names
    assert len(set(names)) == 3
