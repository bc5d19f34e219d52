"""Rows of a source file, streamed: CSV (also gzipped), Excel and Parquet, every cell as text.

`open_source` looks the whole file over before it hands out a row, so that a file that cannot be read to its
end is refused before anything of it is written. Memory stays constant, except that an Excel sheet is held
whole: that format cannot be read otherwise.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

from data.importing.mapping import Mapping

CHUNK_ROWS = 4096
LINE_LIMIT = 1_000_000
"""The longest line of a CSV file in bytes. A longer one is no line but damage, a missing quote or an
attack.
"""

EXCEL_LIMIT = 2_000_000_000
"""The most bytes that an Excel file may unpack to."""

_BLOCK = 1 << 20
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "an Excel or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
)
_WIDE_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_COMMON_SHARE = 0.9
"""GB18030 gives nearly every byte pair some meaning, so real Chinese text is told from other encodings by its
words: at least this share of its characters must be everyday ones, those of GB 2312.
"""


class SourceError(ValueError):
    """A file that cannot be imported at all: one plain sentence. Nothing of it has been written."""


@dataclass(frozen=True)
class Row:
    """One row. `number` counts as a spreadsheet does: the header is row 1. `fault` says why it is no proper
    row.
    """

    number: int
    cells: tuple[str, ...]
    fault: str | None = None


@dataclass(frozen=True)
class Source:
    """An opened file: its header, how many rows follow, and `chunks()`, which reads them in lists of
    `CHUNK_ROWS`.
    """

    path: Path
    kind: Literal["csv", "excel", "parquet"]
    header: tuple[str, ...]
    rows: int
    encoding: str | None
    chunks: Callable[[], Iterator[list[Row]]]


def open_source(path: Path, mapping: Mapping) -> Source:
    """The file, looked over from end to end. Raises SourceError when it cannot be read or lacks a column."""
    if path.is_dir():
        raise SourceError(f"{path} is a folder: name the file in it that holds the rows")
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from None
    if not head:
        raise SourceError(f"{path.name} is empty (0 bytes): export it again")
    name = path.name.lower()
    if name.endswith((".csv", ".txt", ".tsv", ".csv.gz", ".tsv.gz", ".txt.gz")):
        source = _open_csv(path, mapping, head)
    elif name.endswith((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")):
        source = _open_excel(path, mapping, head)
    elif name.endswith((".parquet", ".pq")):
        source = _open_parquet(path, head)
    else:
        raise SourceError(
            f"{path.name} has an ending that is not known: .csv, .csv.gz, .xlsx, .xls or .parquet is expected"
        )
    _check_header(path, source.header, mapping)
    if source.rows == 0:
        raise SourceError(f"{path.name} has a header but not one row: nothing to import")
    return source


def _check_header(path: Path, header: tuple[str, ...], mapping: Mapping) -> None:
    twice = sorted({name for name in header if name and header.count(name) > 1} & set(mapping.columns()))
    if twice:
        raise SourceError(f"{path.name} has the column {', '.join(twice)} more than once: keep one of them")
    missing = [name for name in mapping.columns() if name not in header]
    likely = next((mark for mark in ";\t|," if len(header) == 1 and mark in header[0]), None)
    if missing and likely is not None:
        raise SourceError(
            f"{path.name} is read as one column, {header[0][:60]!r}: its cells seem to be separated by {likely!r}; "
            f"say [file] delimiter = {likely!r} in the mapping {mapping.name}"
        )
    if missing:
        raise SourceError(
            f"{path.name} lacks the column {', '.join(missing)}, which the mapping {mapping.name} reads. "
            f"Columns found: {_listed(header)}. Mend the file's header or the mapping"
        )


def _listed(header: Sequence[str], most: int = 40) -> str:
    shown = ", ".join(name[:60] or "(no name)" for name in header[:most])
    return shown + (f" and {len(header) - most} more" if len(header) > most else "")


def _signature(head: bytes) -> str | None:
    return next((what for mark, what in _SIGNATURES if head.startswith(mark)), None)


def _open_csv(path: Path, mapping: Mapping, head: bytes) -> Source:
    zipped = path.name.lower().endswith(".gz")
    found = _signature(head)
    if zipped and found != "a gzip file":
        raise SourceError(f"{path.name} is no gzip file, whatever its name says: take the ending .gz away")
    if zipped:
        found = _signature(_first_bytes(path, 16))
    if found is not None:
        raise SourceError(f"{path.name} is {found}, whatever its name says: save the table as CSV")
    encoding = _scan_bytes(path, zipped, mapping)
    header: tuple[str, ...] = ()
    rows = 0
    for row in _csv_rows(path, zipped, encoding, mapping.delimiter):
        if row.number == 1:
            header = tuple(cell.strip().removeprefix("\ufeff") for cell in row.cells)
        else:
            rows += 1
    if not any(header):
        raise SourceError(f"{path.name} holds only blank lines: export it again")

    def chunks() -> Iterator[list[Row]]:
        chunk: list[Row] = []
        for row in _csv_rows(path, zipped, encoding, mapping.delimiter):
            if row.number == 1:
                continue
            if len(row.cells) != len(header):
                fault = (
                    f"the row has {len(row.cells)} cells where the header has {len(header)}: "
                    "look for a delimiter inside a text without quotes"
                )
                row = Row(row.number, row.cells, fault)
            chunk.append(row)
            if len(chunk) == CHUNK_ROWS:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    return Source(path, "csv", header, rows, encoding, chunks)


def _opened(path: Path, zipped: bool) -> BinaryIO:
    return io.BufferedReader(gzip.GzipFile(path, "rb")) if zipped else path.open("rb")


def _blocks(path: Path, zipped: bool) -> Iterator[bytes]:
    try:
        with _opened(path, zipped) as file:
            while block := file.read(_BLOCK):
                yield block
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(f"{path.name} is a damaged gzip file ({error}): copy or export it again") from None


def _first_bytes(path: Path, count: int) -> bytes:
    first = next(_blocks(path, True), b"")
    if not first:
        raise SourceError(f"{path.name} is empty (its gzip holds 0 bytes): export it again")
    return first[:count]


def _scan_bytes(path: Path, zipped: bool, mapping: Mapping) -> str:
    """The encoding of a whole file, which is also free of NUL bytes and overlong lines. Raises
    SourceError.
    """
    utf8: _Decoding | None = _Decoding("utf-8") if mapping.encoding != "gb18030" else None
    gb18030: _Decoding | None = _Decoding("gb18030") if mapping.encoding != "utf-8" else None
    tried = [one for one in (utf8, gb18030) if one is not None]
    position = line = 0
    pending = 0
    for block in _blocks(path, zipped):
        if position == 0:
            for mark, name in _WIDE_MARKS:
                if block.startswith(mark):
                    raise SourceError(
                        f"{path.name} is {name} text; UTF-8 or GB18030 is expected: save it as UTF-8"
                    )
        nul = block.find(b"\x00")
        if nul >= 0:
            raise SourceError(
                f"{path.name} has a NUL byte at byte {position + nul}: it is no text file, or UTF-16; save "
                "it as UTF-8"
            )
        pending = _check_lines(path, block, line, pending)
        line += block.count(b"\n")
        for one in tried:
            one.feed(block)
        if all(one.failed_at is not None for one in tried):
            break
        position += len(block)
    for one in tried:
        one.feed(b"", final=True)
    for one in tried:
        if one.failed_at is None and (one.plausible or mapping.encoding == one.name):
            return "utf-8-sig" if one.name == "utf-8" else one.name
    told = "; ".join(one.told for one in tried)
    raise SourceError(
        f"{path.name} is neither UTF-8 nor GB18030 text as the mapping allows: {told}. Save it as UTF-8"
    )


def _check_lines(path: Path, block: bytes, line: int, pending: int) -> int:
    """The bytes since the last line end, after `block`. Raises SourceError for a line over the limit."""
    start = 0
    while True:
        end = block.find(b"\n", start, start + LINE_LIMIT + 2)
        if end < 0:
            break
        if pending + end - start > LINE_LIMIT:
            raise _too_long(path, line + 1)
        line, start, pending = line + 1, end + 1, 0
    if pending + len(block) - start > LINE_LIMIT:
        raise _too_long(path, line + 1)
    return pending + len(block) - start


def _too_long(path: Path, line: int) -> SourceError:
    return SourceError(
        f"line {line} of {path.name} is longer than {LINE_LIMIT:,} bytes: no row is that long, so line ends "
        "are missing "
        "or the file is damaged"
    )


class _Decoding:
    """An attempt to read a stream of blocks in one encoding: where it failed, and whether its words are
    everyday ones.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.failed_at: int | None = None
        self._decoder = codecs.getincrementaldecoder(name)("strict")
        self._position = 0
        self._foreign = 0
        self._common = 0

    def feed(self, block: bytes, final: bool = False) -> None:
        if self.failed_at is not None:
            return
        held = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            self.failed_at = max(self._position - held + error.start, 0)
            return
        self._position += len(block)
        if self.name == "gb18030" and not text.isascii():
            ascii_count = len(text.encode("ascii", "ignore"))
            self._foreign += len(text) - ascii_count
            self._common += (len(text.encode("gb2312", "ignore")) - ascii_count) // 2

    @property
    def plausible(self) -> bool:
        return self.name == "utf-8" or self._common >= _COMMON_SHARE * self._foreign

    @property
    def told(self) -> str:
        label = self.name.upper()
        if self.failed_at is not None:
            return f"as {label} it fails at byte {self.failed_at}"
        share = 100 * self._common // max(self._foreign, 1)
        return (
            f"as {label} only {share} % of its characters would be everyday ones "
            f'(if it is {label} all the same, say [file] encoding = "{self.name}" in the mapping)'
        )


def _csv_rows(path: Path, zipped: bool, encoding: str, delimiter: str) -> Iterator[Row]:
    """Every record that is not blank, the header first. A damaged quote raises SourceError with its line."""
    csv.field_size_limit(LINE_LIMIT)
    with io.TextIOWrapper(_opened(path, zipped), encoding=encoding, newline="") as text:
        reader = csv.reader(_bounded(text, path), delimiter=delimiter, strict=True)
        number = 0
        started = 1
        try:
            for cells in reader:
                if cells:
                    number += 1
                    yield Row(number, tuple(cells))
                started = reader.line_num + 1
        except csv.Error as error:
            raise SourceError(
                f"the row that begins in line {started} of {path.name} cannot be read ({error}): "
                "look for a quotation mark that is never closed or not doubled"
            ) from None


def _bounded(text: io.TextIOWrapper, path: Path) -> Iterator[str]:
    number = 0
    while line := text.readline(LINE_LIMIT + 2):
        number += 1
        if len(line) > LINE_LIMIT + 1:
            raise _too_long(path, number)
        yield line


def _open_excel(path: Path, mapping: Mapping, head: bytes) -> Source:
    if _signature(head) not in ("an Excel or zip file", "an old Excel or Word file"):
        found = _signature(head) or ("a web page" if head.lstrip().startswith(b"<") else "no Excel file")
        raise SourceError(f"{path.name} is {found}, whatever its name says: save it as .xlsx or CSV")
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                unpacked = sum(item.file_size for item in archive.infolist())
            if unpacked > EXCEL_LIMIT:
                raise SourceError(
                    f"{path.name} unpacks to {unpacked:,} bytes; {EXCEL_LIMIT:,} at most: save it as CSV"
                )
        workbook = CalamineWorkbook.from_path(path)
        names = workbook.sheet_names
        if not names:
            raise SourceError(f"{path.name} has no sheet")
        name = mapping.sheet or names[0]
        try:
            sheet = workbook.get_sheet_by_name(name)
        except WorksheetNotFound:
            raise SourceError(f"{path.name} has no sheet {name}; its sheets are {', '.join(names)}") from None
    except (CalamineError, OSError, zipfile.BadZipFile) as error:
        raise SourceError(
            f"{path.name} cannot be read as Excel ({error}): save it again as .xlsx or CSV"
        ) from None

    def texts() -> Iterator[tuple[int, tuple[str, ...]]]:
        for index, cells in enumerate(sheet.iter_rows()):
            row = tuple(_cell(cell) for cell in cells)
            if any(row):
                yield index + 1, row

    first = next(texts(), None)
    if first is None:
        raise SourceError(
            f"the sheet {name} of {path.name} is empty: choose another with [file] sheet in the mapping"
        )
    header_at, header_cells = first
    header = tuple(cell.strip() for cell in header_cells)

    def rows() -> Iterator[Row]:
        for number, cells in texts():
            if number > header_at:
                yield Row(number, cells)

    return Source(path, "excel", header, sum(1 for _ in rows()), None, lambda: _chunked(rows()))


def _chunked(rows: Iterator[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _cell(value: object) -> str:
    """A cell of Excel or Parquet as the text that a CSV export would hold; whole numbers without a decimal
    point.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _open_parquet(path: Path, head: bytes) -> Source:
    if _signature(head) != "a Parquet file":
        found = _signature(head) or "no Parquet file"
        raise SourceError(f"{path.name} is {found}, whatever its name says: export it again")
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{path.name} cannot be read as Parquet ({error}): export it again") from None
    header = tuple(str(name) for name in file.schema_arrow.names)
    rows = int(file.metadata.num_rows)
    file.close()

    def chunks() -> Iterator[list[Row]]:
        number = 1
        try:
            with pq.ParquetFile(path) as opened:
                for batch in opened.iter_batches(batch_size=CHUNK_ROWS):
                    columns = [_column(column) for column in batch.columns]
                    chunk = [Row(number + 1 + i, cells) for i, cells in enumerate(zip(*columns, strict=True))]
                    number += len(chunk)
                    yield chunk
        except (pa.ArrowException, OSError) as error:
            raise SourceError(
                f"{path.name} is damaged after row {number} ({error}): export it again"
            ) from None

    return Source(path, "parquet", header, rows, None, chunks)


def _column(column: pa.Array) -> list[str]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
    elif pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
    return [_cell(value) for value in column.to_pylist()]
