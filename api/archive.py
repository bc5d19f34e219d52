"""The addresses of bulletins: /bulletin/<id> shows what an edition says, with .pdf and .docx it is a file, and
/bulletin/on-demand puts one in line that nobody owes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Final
from urllib.parse import quote, urlencode

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from api import doors
from api.exporter import Exporter
from data import exportjobs
from data.access import may
from data.clocks import Instant
from data.editions import Edition
from data.exportjobs import Job, TooManyJobs
from data.store import Store
from data.words import language, word

_log = logging.getLogger(__name__)

DEMAND: Final = "bulletin"
"""The kind under which a bulletin on demand stands among the exports."""

TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

_VIEW_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""What an edition's text may do in a browser: be looked at, in a page of ours or by itself. No script."""


@dataclass(frozen=True)
class Files:
    """What the addresses answer with. edition(id) is None for one that is not there or not for the viewer; page and
    docx make what an edition says into a page and a Word file; `folder` keeps the PDFs."""

    edition: Callable[[int], Edition | None]
    page: Callable[[Edition], str]
    docx: Callable[[Edition], bytes]
    folder: Path


@dataclass(frozen=True)
class Demand:
    """What makes a bulletin on demand. stem(search) names the file that a query string asks for, and raises
    ValueError, or a LookupError, for what cannot be asked."""

    store: Store
    exporter: Exporter
    stem: Callable[[str], str]
    now: Callable[[], Instant]


def register(server: Flask, files: Files, demand: Demand) -> None:
    """Adds the addresses to the server."""

    def view(number: int) -> BaseResponse:
        found = files.edition(number)
        if found is None or not found.path:
            return _gone()
        try:
            page = files.page(found)
        except RuntimeError as error:
            _log.warning("The bulletin %d could not be made into a page: %s", number, error)
            return doors.answer_json({"error": word("archive.not_made")}, 503)
        return Response(
            page,
            mimetype="text/html",
            headers={"Content-Security-Policy": _VIEW_POLICY, "Cache-Control": "no-store"},
        )

    def file(number: int, form: str) -> BaseResponse:
        subject = f"bulletin {number}.{form[:8]}"
        found = files.edition(number)
        if found is None or not found.path or form not in TYPES:
            doors.audited("download", subject, "refused")
            return _gone()
        what = {"kind": found.kind, "of": found.scope, "period": found.period, "revision": found.revision}
        if form == "docx":
            try:
                body = files.docx(found)
            except (RuntimeError, TimeoutError) as error:
                doors.audited("download", subject, "failed", **what, error=type(error).__name__)
                _log.warning("The bulletin %d could not be made into a Word file: %s", number, error)
                return doors.answer_json({"error": word("archive.not_made")}, 503)
        else:
            try:
                body = (files.folder / found.path).read_bytes()
            except OSError as error:
                doors.audited("download", subject, "failed", **what, error=type(error).__name__)
                return doors.answer_json({"error": word("archive.file_missing")}, 410)
            if sha256(body).hexdigest() != found.sha256:
                doors.audited("download", subject, "failed", **what, error="checksum")
                return doors.answer_json({"error": word("archive.file_changed")}, 409)
        doors.audited("download", subject, "ok", **what)
        short, name = f"{found.downloaded_as}.{form}", quote(f"{file_name(found)}.{form}")
        return Response(
            body,
            mimetype=TYPES[form],
            headers={
                "Content-Disposition": f"attachment; filename=\"{short}\"; filename*=UTF-8''{name}",
                "Cache-Control": "no-store",
            },
        )

    def on_demand() -> BaseResponse:
        viewer = doors.viewer()
        given = {name: request.args.get(name, "")[:64] for name in ("scope", "kind", "period")}
        scope, search = given["scope"], urlencode(given)
        if not may(viewer, "export"):
            doors.audited("export", "bulletin.pdf", "refused", search=search)
            return doors.answer_json({"error": word("export.refused")}, 403)
        try:
            stem = demand.stem(search)
        except (ValueError, LookupError):
            doors.audited("export", "bulletin.pdf", "refused", search=search)
            return redirect("/bulletins?" + urlencode({"scope": scope, "demand": "refused"}), 303)
        told = {
            "role": viewer.role,
            "display_name": viewer.display_name,
            "demo": viewer.demo,
            "language": language(),
            "stem": stem,
        }
        now = demand.now()
        job = Job(
            id=token_hex(16),
            viewer=viewer.name,
            scope=viewer.scope,
            kind=DEMAND,
            form="pdf",
            search=search,
            state="waiting",
            rows_done=0,
            rows_total=None,
            asked_at=now,
            ended_at=None,
            expires_at=now + exportjobs.KEPT,
            size=None,
            fault=None,
            request=told,
        )
        try:
            exportjobs.ask(demand.store, job)
        except TooManyJobs:
            doors.audited("export", "bulletin.pdf", "refused", search=search, reason="too many")
            return doors.answer_json(
                {"error": word("export.too_many").format(n=exportjobs.MOST_WAITING)}, 429
            )
        doors.audited("export", "bulletin.pdf", "ok", search=search)
        demand.exporter.kick()
        return redirect("/exports?" + urlencode({"scope": scope}), 303)

    server.add_url_rule("/bulletin/<int:number>", "yiping_bulletin", view)
    server.add_url_rule("/bulletin/<int:number>.<form>", "yiping_bulletin_file", file)
    server.add_url_rule("/bulletin/on-demand", "yiping_bulletin_on_demand", on_demand)


def file_name(one: Edition) -> str:
    """What an edition's file is called, without its ending: its title, its period, and which revision it is."""
    later = f"_{word('archive.revision').format(n=one.revision)}" if one.revision > 1 else ""
    return plain(f"{one.title}_{one.period}{later}")


def plain(stem: str) -> str:
    """A name that any file system takes."""
    return "".join(one if one.isalnum() or one in "-_." else "_" for one in stem)[:120]


def _gone() -> Response:
    return doors.answer_json({"error": word("archive.gone")}, 404)
