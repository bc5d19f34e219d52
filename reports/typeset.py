"""Setting a document by typst, in a process of its own.

typst keeps 300-460 MB for each long document it has set, so each one is set in a fresh process that ends with
it: `python -m reports.typeset` reads one job as JSON from its input and answers in JSON on its output.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from data.clocks import SECOND
from reports.fonts import FontError, find_fonts

TEMPLATES = Path(__file__).with_name("templates")
STANDARD: typst.PDFStandard = "a-2a"
"""Archival and tagged. Any PDF/A makes typst raise on a character that no font has; plain PDF is silent."""

_HOUSE = Path(__file__).resolve().parents[1]


class TypesetError(RuntimeError):
    """A document that could not be set; the message says what is wrong with it in plain words."""


@dataclass(frozen=True)
class Typeset:
    """A finished PDF: the sha256 of its bytes and its number of pages."""

    sha256: str
    pages: int


def typeset(
    template: str,
    document: Mapping[str, Any],
    out: Path,
    *,
    pages: int | None = None,
    font_dir: Path | None = None,
    timeout: float = 300,
) -> Typeset:
    """Set `document` with the template of that name and leave the PDF at `out`; its hash and page count.

    `document` is JSON and holds "as_of" (microseconds since 1970), which dates the file: the same document on
    the same fonts gives the same bytes. With `pages` the PDF must have exactly so many. `out` is replaced in
    one step, and only by a finished PDF. Raises TypesetError: unknown template, missing font, missing glyph,
    wrong page count, no folder to write to, time up.
    """
    known = sorted(path.stem for path in TEMPLATES.glob("*.typ"))
    if template not in known:
        raise TypesetError(f"there is no template {template!r}: expected one of {', '.join(known)}")
    if not isinstance(document.get("as_of"), int):
        raise TypesetError("the document has no as_of: expected microseconds since 1970 as an integer")
    if not out.parent.is_dir():
        raise TypesetError(f"cannot write {out}: the folder {out.parent} does not exist, create it first")

    part = out.with_name(f".{out.name}.{secrets.token_hex(8)}.part")
    try:
        job = {
            "template": template,
            "document": dict(document),
            "out": str(part.resolve()),
            "font_dir": None if font_dir is None else str(font_dir.resolve()),
        }
        made = _in_child(job, timeout)
        if pages is not None and made.pages != pages:
            raise TypesetError(
                f"{template}: expected {pages} pages, found {made.pages}: shorten or lengthen the text"
            )
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return made


def set_pdf(template: str, document: Mapping[str, Any], font_dir: Path | None = None) -> tuple[bytes, int]:
    """The PDF's bytes and page count, set in this very process; `typeset` is for processes that live on."""
    found = find_fonts(font_dir)
    inputs = {
        "document": json.dumps(document, ensure_ascii=False, sort_keys=True),
        "faces": json.dumps(found.as_input(), ensure_ascii=False),
    }
    compiler = typst.Compiler(
        TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=found.fonts, sys_inputs=inputs
    )
    try:
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=STANDARD, timestamp=int(document["as_of"]) // SECOND
        )
        if warnings:
            raise TypesetError("; ".join(warning.message for warning in warnings))
        pages = int(compiler.query("<pages>", field="value", one=True))
    except typst.TypstError as error:
        raise TypesetError(_plain(template, error)) from error
    if not isinstance(pdf, bytes):
        raise TypesetError(f"{template}: typst gave no PDF")
    return pdf, pages


def _in_child(job: Mapping[str, Any], timeout: float) -> Typeset:
    try:
        child = subprocess.run(
            [sys.executable, "-m", "reports.typeset"],
            input=json.dumps(job).encode(),
            capture_output=True,
            cwd=_HOUSE,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TypesetError(
            f"{job['template']}: setting took longer than {timeout:g} seconds and was stopped"
        ) from None
    if child.returncode != 0:
        said = child.stderr.decode(errors="replace").strip()
        raise TypesetError(
            f"{job['template']}: the typesetting process died (exit code {child.returncode}): "
            f"{said or 'no message'}"
        )
    answer = json.loads(child.stdout)
    if "error" in answer:
        raise TypesetError(answer["error"])
    return Typeset(answer["sha256"], answer["pages"])


def _plain(template: str, error: typst.TypstError) -> str:
    hints = f" ({'; '.join(error.hints)})" if error.hints else ""
    if "could not be displayed with font" in error.message:
        return (
            f"{template}: a character has no glyph in any font found: {error.message}. "
            f"Install a font that has it and name its family in reports/fonts.toml, or mend the text"
        )
    return f"{template}: {error.message}{hints}"


def _serve(job: Mapping[str, Any]) -> dict[str, Any]:
    font_dir = None if job["font_dir"] is None else Path(job["font_dir"])
    try:
        pdf, pages = set_pdf(job["template"], job["document"], font_dir)
    except (TypesetError, FontError) as error:
        return {"error": str(error)}
    with Path(job["out"]).open("xb") as file:
        file.write(pdf)
        file.flush()
        os.fsync(file.fileno())
    return {"sha256": hashlib.sha256(pdf).hexdigest(), "pages": pages}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_serve(json.load(sys.stdin.buffer))))
