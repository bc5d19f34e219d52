"""The addresses of exports: /export/<kind>.<form> gives a short list at once and puts a long one in line, and
/export/file/<id> gives a file that was made, to whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from api import doors
from api.exporter import ENDINGS as JOB_ENDINGS
from api.exporter import TYPES as JOB_TYPES
from api.exporter import Exporter
from data import exportjobs
from data.access import Viewer, may
from data.clocks import Instant
from data.exportjobs import Job, TooManyJobs
from data.queries.hits import SearchNotReady
from data.store import Store
from data.words import language, word
from reports.sheets import ENDINGS, TYPES, Report

AT_ONCE: Final = 5_000
"""Up to so many rows a file is made while its reader waits."""


@dataclass(frozen=True)
class ExportSource:
    """What the addresses answer with. `report` says what a file of the viewer holds, from a kind and a query string; it
    raises ValueError for what is none."""

    store: Store
    report: Callable[[str, str], Report]
    exporter: Exporter
    now: Callable[[], Instant]


def register(server: Flask, source: ExportSource) -> None:
    """Adds the addresses to the server."""

    def export(kind: str, form: str) -> BaseResponse:
        viewer = doors.viewer()
        search = request.query_string.decode("utf-8", "replace")
        subject = f"{kind[:20]}.{form[:8]}"
        if not may(viewer, "export"):
            doors.audited("export", subject, "refused", search=search[:500])
            return doors.answer_json({"error": word("export.refused")}, 403)
        if form not in ENDINGS:
            return doors.answer_json({"error": word("export.unknown").format(kind=subject)}, 404)
        try:
            report = source.report(kind, search)
        except ValueError as error:
            return doors.answer_json({"error": str(error)}, 404)
        except SearchNotReady:
            return doors.answer_json({"error": word("explore.not_ready")}, 503)
        if report.rows is not None and report.rows <= AT_ONCE:
            doors.audited("export", subject, "ok", search=search[:500], rows=report.rows)
            return _at_once(source, report, form)
        try:
            exportjobs.ask(source.store, _job(viewer, kind, form, search, report, source.now()))
        except TooManyJobs:
            doors.audited("export", subject, "refused", search=search[:500], reason="too many")
            return doors.answer_json(
                {"error": word("export.too_many").format(n=exportjobs.MOST_WAITING)}, 429
            )
        doors.audited("export", subject, "ok", search=search[:500], rows="in the background")
        source.exporter.kick()
        return redirect("/exports" + (f"?{search}" if search else ""), 303)

    def file(number: str) -> BaseResponse:
        viewer = doors.viewer()
        job = exportjobs.job_of(source.store, viewer.name, viewer.scope, number)
        path = None if job is None else source.exporter.path(job.id, job.form)
        if (
            job is None
            or path is None
            or job.state != "done"
            or job.expires_at <= source.now()
            or not may(viewer, "export")
            or not path.is_file()
        ):
            doors.audited("download", f"export {number[:32]}", "refused")
            return doors.answer_json({"error": word("export.gone")}, 404)
        doors.audited("download", f"export {job.id}", "ok", kind=job.kind, rows=job.rows_done)

        def parts() -> Any:
            with path.open("rb") as opened:
                while part := opened.read(1 << 20):
                    yield part

        return Response(
            parts(),
            mimetype=JOB_TYPES[job.form],
            headers={
                **_named(str(job.request["stem"]), job.form),
                "Content-Length": str(path.stat().st_size),
            },
        )

    server.add_url_rule("/export/<kind>.<form>", "yiping_export", export)
    server.add_url_rule("/export/file/<number>", "yiping_export_file", file)


def _at_once(source: ExportSource, report: Report, form: str) -> Response:
    part = source.exporter.part(f"now-{token_hex(8)}")
    try:
        report.write(part, form)
        body = part.read_bytes()
    finally:
        part.unlink(missing_ok=True)
    return Response(body, mimetype=TYPES[form], headers=_named(report.stem, form))


def _named(stem: str, form: str) -> dict[str, str]:
    name = f"{stem}.{JOB_ENDINGS[form]}"
    return {
        "Content-Disposition": f"attachment; filename=\"export.{JOB_ENDINGS[form]}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }


def _job(viewer: Viewer, kind: str, form: str, search: str, report: Report, now: Instant) -> Job:
    told = {
        "role": viewer.role,
        "display_name": viewer.display_name,
        "demo": viewer.demo,
        "language": language(),
        "stem": report.stem,
    }
    return Job(
        id=token_hex(16),
        viewer=viewer.name,
        scope=viewer.scope,
        kind=kind,
        form=form,
        search=search,
        state="waiting",
        rows_done=0,
        rows_total=report.rows,
        asked_at=now,
        ended_at=None,
        expires_at=now + exportjobs.KEPT,
        size=None,
        fault=None,
        request=told,
    )
