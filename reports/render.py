"""Setting a document as PDF by typst, in processes of its own.

typst keeps 300-460 MB for each long document that it has set, and a little for each short one. So a long document is
set in a fresh process that ends with it, and short ones in a process that stays, with its fonts loaded, until it has
grown or has set many: `python -m reports.render` reads jobs from its input, a line of JSON each, and answers each with
a line of JSON on its output.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import resource
import secrets
import selectors
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

import typst

from data.clocks import SECOND
from data.words import speaking, word
from reports.document import Chart, Document, Drawing, GridMap, to_json
from reports.fonts import FontError, FontSet, find_fonts

TEMPLATES: Final = Path(__file__).with_name("templates")
STANDARDS: Final[Mapping[str, typst.PDFStandard]] = {"daily": "a-2a", "month": "a-2b"}
"""Each template's archival standard: any PDF/A makes typst raise on a character that no font has."""

MEMORY_MB: Final = 3_000
"""What one setting process may take at most; more ends it with an error."""

KEEP_MB: Final = 600
KEEP_DOCUMENTS: Final = 200
"""A process that has grown beyond this, or has set so many documents, makes room for a fresh one."""

_HOUSE: Final = Path(__file__).resolve().parents[1]
_PROBED: Final = 3
"""So many of a column's widest cells are measured to find its width."""


class TypesetError(RuntimeError):
    """A document that could not be set; the message says in one sentence what is wrong with it."""


@dataclass(frozen=True)
class Typeset:
    """A finished PDF: the sha256 of its bytes and its number of pages."""

    sha256: str
    pages: int


@dataclass
class Setter:
    """Sets documents one after the other; leave it, or call `close`, when the last one is set.

    Short documents share one process, long ones have one each. A process that dies or takes longer than `timeout`
    seconds is ended, and the next document gets a fresh one. Not for several threads at once.
    """

    font_dir: Path | None = None
    timeout: float = 300
    keep_documents: int = KEEP_DOCUMENTS
    keep_mb: float = KEEP_MB
    _kept: _Child | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Setter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process that stays."""
        if self._kept is not None:
            self._kept.end()
            self._kept = None

    def pdf(self, document: Document, out: Path) -> Typeset:
        """Set a document and leave the PDF at `out`; its hash and page count.

        Every chart and map of it is drawn already (`reports.drawings`). The as-of time dates the file: the same
        document on the same fonts gives the same bytes. `out` is replaced in one step, and only by a finished PDF.
        Raises TypesetError: missing template, font or glyph, no room or folder to write to, time or memory up.
        """
        check(document)
        if not out.parent.is_dir():
            raise TypesetError(f"cannot write {out}: the folder {out.parent} does not exist, create it first")
        part = out.with_name(f".{out.name}.{secrets.token_hex(8)}.part")
        job = {
            "document": to_json(document),
            "words": labels(document),
            "out": str(part.resolve()),
            "shown": str(out),
        }
        try:
            answer = self._answer(job, alone=document.template == "month")
            part.replace(out)
        except OSError as error:
            raise TypesetError(_no_room(out, error)) from None
        finally:
            part.unlink(missing_ok=True)
        return Typeset(answer["sha256"], answer["pages"])

    def picture(self, drawing: Drawing, dots_per_inch: int = 200) -> bytes:
        """A drawing as PNG, in the same type as in the PDF. Raises TypesetError as `pdf` does."""
        job = {
            "svg": drawing.svg,
            "width_mm": drawing.width_mm,
            "height_mm": drawing.height_mm,
            "dots_per_inch": dots_per_inch,
        }
        return base64.b64decode(self._answer(job, alone=False)["png"])

    def _answer(self, job: Mapping[str, Any], *, alone: bool) -> dict[str, Any]:
        if alone:
            child = _Child(self.font_dir)
            try:
                return child.ask(job, self.timeout)
            finally:
                child.end()
        if self._kept is not None and self._kept.worn(self.keep_documents, self.keep_mb):
            self.close()
        try:
            return self._ask_kept(job)
        except _Died as death:
            # Whatever ended an old process may have come from the documents before this one.
            if death.answered == 0:
                raise
        return self._ask_kept(job)

    def _ask_kept(self, job: Mapping[str, Any]) -> dict[str, Any]:
        if self._kept is None:
            self._kept = _Child(self.font_dir)
        try:
            return self._kept.ask(job, self.timeout)
        except (_Died, _Late):
            self.close()
            raise


def set_pdf(document: Document, out: Path, *, font_dir: Path | None = None, timeout: float = 300) -> Typeset:
    """One document in a process of its own, as `Setter.pdf` sets it."""
    with Setter(font_dir, timeout) as setter:
        return setter.pdf(document, out)


def check(document: Document) -> None:
    """Raises TypesetError for a template that is not there and for charts and maps that are not drawn yet."""
    if document.template not in STANDARDS or not (TEMPLATES / f"{document.template}.typ").is_file():
        there = ", ".join(name for name in STANDARDS if (TEMPLATES / f"{name}.typ").is_file()) or "none"
        raise TypesetError(
            f"there is no template {document.template!r} in {TEMPLATES}: expected one of those there ({there}), "
            "or install Yiping anew"
        )
    undrawn = next((one for one in document.parts if isinstance(one, Chart | GridMap)), None)
    if undrawn is not None:
        raise TypesetError(
            f"the picture {undrawn.title!r} is not drawn yet: give the document to reports.drawings.drawn first"
        )


def write_whole(out: Path, content: bytes) -> None:
    """A file in one step: `out` holds all of it, or what it held before. Raises TypesetError in one sentence."""
    part = out.with_name(f".{out.name}.{secrets.token_hex(8)}.part")
    try:
        _write(part, content)
        part.replace(out)
    except OSError as error:
        raise TypesetError(_no_room(out, error)) from None
    finally:
        part.unlink(missing_ok=True)


def labels(document: Document) -> dict[str, str]:
    """The words that every form adds to what the document says, in its language."""
    with speaking(document.language):
        return {
            "copies": word("print.copies"),
            "contents": word("print.contents"),
            "issued": word("print.issued").format(date=document.date),
            "notes": word("print.label").format(label=document.notes_label),
        }


class _Died(TypesetError):
    def __init__(self, message: str, answered: int) -> None:
        super().__init__(message)
        self.answered = answered


class _Late(TypesetError):
    pass


class _Child:
    """A setting process, spoken to in lines of JSON."""

    def __init__(self, font_dir: Path | None) -> None:
        given = [] if font_dir is None else [str(font_dir.resolve())]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "reports.render", *given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_HOUSE,
        )
        self._answered = 0
        self._megabytes = 0.0

    def worn(self, documents: int, megabytes: float) -> bool:
        return self._answered >= documents or self._megabytes > megabytes

    def ask(self, job: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        asked, heard = self._process.stdin, self._process.stdout
        assert asked is not None
        assert heard is not None
        try:
            asked.write(json.dumps(job, ensure_ascii=False).encode() + b"\n")
            asked.flush()
        except BrokenPipeError:
            raise self._death() from None
        line = _line(heard, timeout)
        if line is None:
            raise _Late(f"setting took longer than {timeout:g} seconds and was stopped")
        if not line.endswith(b"\n"):
            raise self._death()
        answer: dict[str, Any] = json.loads(line)
        self._answered += 1
        self._megabytes = answer["megabytes"]
        if "error" in answer:
            raise TypesetError(answer["error"])
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                _close(pipe)

    def _death(self) -> _Died:
        code = self._process.wait()
        heard = self._process.stderr
        said = heard.read().decode(errors="replace").strip().splitlines() if heard else []
        why = said[-1] if said else "no message"
        return _Died(f"the typesetting process died (exit code {code}): {why}", self._answered)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        # What it did not read any more goes with it.
        return


def _line(pipe: IO[bytes], timeout: float) -> bytes | None:
    """The next line, what came of it before the end, or None when the time is up."""
    until = time.monotonic() + timeout
    got = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while not got.endswith(b"\n"):
            if not selector.select(max(until - time.monotonic(), 0)):
                return None
            block = os.read(pipe.fileno(), 1 << 20)
            if not block:
                break
            got += block
    return bytes(got)


def _write(part: Path, content: bytes) -> None:
    with part.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _no_room(out: Path, error: OSError) -> str:
    return (
        f"cannot write {out}: {error.strerror or error}: nothing was left there, make room or mend the folder "
        "and set it again"
    )


def compiled(document: Mapping[str, Any], words: Mapping[str, str], found: FontSet) -> tuple[bytes, int]:
    """The PDF's bytes and page count of a document as JSON, set in this very process."""
    template = str(document["template"])
    inputs = {
        "document": json.dumps(_probed(document), ensure_ascii=False, sort_keys=True),
        "faces": json.dumps(found.as_input(), ensure_ascii=False),
        "words": json.dumps(words, ensure_ascii=False),
    }
    try:
        compiler = typst.Compiler(
            TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=found.fonts, sys_inputs=inputs
        )
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf",
            pdf_standards=STANDARDS[template],
            pdf_tags=STANDARDS[template].endswith("a"),
            timestamp=int(document["as_of"]) // SECOND,
        )
        if warnings:
            raise TypesetError(f"{template}: " + "; ".join(warning.message for warning in warnings))
        pages = int(compiler.query("<pages>", field="value", one=True))
    except typst.TypstError as error:
        raise TypesetError(_plain(template, error)) from error
    if not isinstance(pdf, bytes):
        raise TypesetError(f"{template}: typst gave no PDF")
    return pdf, pages


def _picture(job: Mapping[str, Any], found: FontSet) -> bytes:
    source = (
        f"#set page(width: {job['width_mm']}mm, height: {job['height_mm']}mm, margin: 0pt)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 100%)'
    )
    try:
        compiler = typst.Compiler(source.encode(), font_paths=found.fonts, sys_inputs={"svg": job["svg"]})
        png = compiler.compile(format="png", ppi=job["dots_per_inch"])
    except typst.TypstError as error:
        raise TypesetError(_plain("picture", error)) from error
    if not isinstance(png, bytes):
        raise TypesetError("typst gave no picture")
    return png


def _probed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with, for each table, what the template measures to find the widths of its columns."""
    parts = [
        {**part, "widest": _widest(part), "head": [_head(column["label"]) for column in part["columns"]]}
        if part["part"] == "Table"
        else part
        for part in document["parts"]
    ]
    return {**document, "parts": parts}


def _widest(table: Mapping[str, Any]) -> list[list[str]]:
    columns = [sorted({row[place] for row in table["rows"]}) for place in range(len(table["columns"]))]
    return [sorted(cells, key=text_width, reverse=True)[:_PROBED] for cells in columns]


def _head(label: str) -> list[str]:
    """What must stand on one line of a column's head, which takes two lines in Latin text."""
    if label.isascii():
        words = label.split()
        splits = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
        return list(min(splits, key=lambda lines: max(map(len, lines)), default=(label,)))
    lines = math.ceil(text_width(label) / 10)
    half = math.ceil(len(label) / lines) if lines else 0
    return [label[start : start + half] for start in range(0, len(label), half)] if half else []


def text_width(text: str) -> int:
    """About the width of a text in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


def _plain(template: str, error: typst.TypstError) -> str:
    if "could not be displayed with font" in error.message:
        return (
            f"{template}: a character has no glyph in any font found: {error.message}. "
            f"Install a font that has it and name its family in reports/fonts.toml, or mend the text"
        )
    hints = f" ({'; '.join(error.hints)})" if error.hints else ""
    return f"{template}: {error.message.removeprefix('assertion failed: ')}{hints}"


def _work(job: Mapping[str, Any], fonts: Callable[[], FontSet]) -> dict[str, Any]:
    if "svg" in job:
        return {"png": base64.b64encode(_picture(job, fonts())).decode()}
    pdf, pages = compiled(job["document"], job["words"], fonts())
    try:
        _write(Path(job["out"]), pdf)
    except OSError as error:
        return {"error": _no_room(Path(job["shown"]), error)}
    return {"sha256": hashlib.sha256(pdf).hexdigest(), "pages": pages}


def _megabytes() -> float:
    held = Path("/proc/self/statm").read_text().split()[1]
    return int(held) * resource.getpagesize() / 1e6


def _serve(arguments: Sequence[str]) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MB * 1_000_000, MEMORY_MB * 1_000_000))
    loaded: list[FontSet] = []

    def fonts() -> FontSet:
        if not loaded:
            loaded.append(find_fonts(Path(arguments[0]) if arguments else None))
        return loaded[0]

    for line in sys.stdin.buffer:
        try:
            answer = _work(json.loads(line), fonts)
        except (TypesetError, FontError) as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps({**answer, "megabytes": _megabytes()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve(sys.argv[1:])
