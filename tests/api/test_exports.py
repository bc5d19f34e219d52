from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask, g
from sqlalchemy.exc import OperationalError

from api.exporter import Exporter
from api.exports import AT_ONCE, ExportSource, register
from app import bind_desk
from data import exportjobs
from data.access import Viewer
from data.clocks import DAY, MINUTE, Instant
from data.exportjobs import Job
from data.store import Store
from reports.sheets import Cover, Head, Report, Sheet

NOW: Instant = 1_772_672_400_000_000
LEADER = Viewer("li", "leader", "1101")
OTHER = Viewer("wang", "leader", "1101")
MOVED = Viewer("li", "leader", "1102")
AUDITOR = Viewer("zhao", "auditor", "11")


class Desk:
    """A server with the addresses of exports, whose viewer and clock a test sets."""

    def __init__(self, store: Store, folder: Path, url: str) -> None:
        self.viewer = LEADER
        self.now = NOW
        self.rows: int | None = 3
        self.broken: Exception | None = None
        self.audit: list[tuple[str, str, str]] = []
        self.store = store
        self.folder = folder
        self.exporter = Exporter(
            folder, lambda: Store.open(url), lambda _store, _job: self.report(), self.clock
        )
        self.server = Flask("exports")
        self.server.extensions["audit"] = lambda action, subject, result, **_: self.audit.append(
            (action, subject, result)
        )
        self.server.before_request(self.enter)
        register(
            self.server,
            ExportSource(store, lambda kind, _search: self.asked(kind), self.exporter, self.clock),
        )

    def clock(self) -> Instant:
        return self.now

    def enter(self) -> None:
        g.viewer = self.viewer

    def asked(self, kind: str) -> Report:
        if kind != "events":
            raise ValueError("there is no such export")
        return self.report()

    def report(self) -> Report:
        def rows() -> Iterator[list[str]]:
            for number in range(3):
                if self.broken is not None:
                    raise self.broken
                yield [f"=第{number}件"]

        cover = Cover("about", "events", [("area", "1101")], "rows")
        return Report("events", cover, lambda: [Sheet("events", [Head("title")], rows())], self.rows)

    def ask(self, address: str = "/export/events.csv") -> tuple[int, bytes]:
        answer = self.server.test_client().get(address)
        return answer.status_code, answer.data

    def jobs(self) -> list[Job]:
        return exportjobs.jobs_of(self.store, self.viewer.name, self.viewer.scope)

    def made(self) -> Job:
        """A long export, asked for and made."""
        self.rows = None
        assert self.ask()[0] == 303
        self.exporter.wait(30)
        return self.jobs()[0]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as store:
        made = Desk(store, tmp_path / "exports", url)
        yield made
        made.exporter.wait(30)


def lines(body: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(body)) as archive:
        return archive.read("events.csv").decode("utf-8-sig").splitlines()


def test_a_short_list_comes_at_once_and_leaves_nothing_behind(desk: Desk) -> None:
    status, body = desk.ask()
    assert status == 200
    assert lines(body) == ["title", "'=第0件", "'=第1件", "'=第2件"]
    assert list(desk.folder.iterdir()) == []
    assert desk.jobs() == []
    assert desk.audit == [("export", "events.csv", "ok")]


@pytest.mark.parametrize("rows", [None, AT_ONCE + 1])
def test_a_long_list_is_made_in_the_background_and_fetched(desk: Desk, rows: int | None) -> None:
    desk.rows = rows
    assert desk.ask()[0] == 303
    desk.exporter.wait(30)
    (job,) = desk.jobs()
    assert (job.state, job.rows_done, job.rows_total) == ("done", 3, 3)
    status, body = desk.ask(f"/export/file/{job.id}")
    assert status == 200
    assert len(lines(body)) == 4
    assert desk.audit[-1] == ("download", f"export {job.id}", "ok")


@pytest.mark.parametrize("viewer", [OTHER, MOVED, AUDITOR])
def test_a_file_is_for_whoever_asked_for_it_in_their_scope(desk: Desk, viewer: Viewer) -> None:
    job = desk.made()
    desk.viewer = viewer
    assert desk.ask(f"/export/file/{job.id}")[0] == 404
    assert desk.audit[-1] == ("download", f"export {job.id}", "refused")
    assert not exportjobs.cancel(desk.store, "wang", job.id, NOW)


def test_whoever_may_not_export_is_refused_and_it_is_audited(desk: Desk) -> None:
    desk.viewer = AUDITOR
    assert desk.ask()[0] == 403
    assert desk.audit == [("export", "events.csv", "refused")]
    assert desk.jobs() == []


@pytest.mark.parametrize(
    "address",
    [
        "/export/nothing.csv",
        "/export/events.exe",
        "/export/file/..%2F..%2Fstore.db",
        "/export/file/../../store.db",
        "/export/file/nobody",
        "/export/../store.db.csv",
    ],
)
def test_there_is_no_way_to_another_file(desk: Desk, address: str) -> None:
    assert desk.ask(address)[0] == 404


def test_a_file_is_gone_after_its_time(desk: Desk) -> None:
    job = desk.made()
    desk.now = NOW + exportjobs.KEPT + MINUTE
    assert desk.ask(f"/export/file/{job.id}")[0] == 404
    desk.exporter.sweep(desk.store)
    assert list(desk.folder.iterdir()) == []
    assert desk.jobs() == []


def test_what_failed_says_so_and_leaves_no_file(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.broken = RuntimeError("the disk is full")
    job = desk.made()
    assert (job.state, job.fault) == ("failed", "RuntimeError")
    assert list(desk.folder.iterdir()) == []
    assert "could not be made" in caplog.text


def test_an_export_outlives_a_database_that_goes_away(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.broken = OperationalError("SELECT", None, sqlite3.OperationalError("the server is gone"))
    job = desk.made()
    assert job.state == "running"
    assert list(desk.folder.iterdir()) == []
    assert "the database did not answer" in caplog.text
    assert "Traceback" not in caplog.text
    desk.broken = None
    desk.exporter.kick()
    desk.exporter.wait(30)
    assert desk.jobs()[0].state == "running", "it may still be at work"
    desk.now = NOW + exportjobs.SILENT + MINUTE
    desk.exporter.kick()
    desk.exporter.wait(30)
    assert desk.jobs()[0].state == "done"
    assert desk.ask(f"/export/file/{job.id}")[0] == 200


def test_whoever_looks_for_an_unfinished_export_has_it_gone_on_with(desk: Desk) -> None:
    exportjobs.ask(desk.store, _job("b" * 32))
    with desk.server.test_request_context():
        g.viewer = LEADER
        shown = bind_desk(desk.store, desk.exporter).exports()
        assert [job.state for job in shown] == ["waiting"]
        desk.exporter.wait(30)
        assert [job.state for job in bind_desk(desk.store, desk.exporter).exports()] == ["done"]


def test_what_was_ended_has_no_file(desk: Desk) -> None:
    job = desk.made()
    assert exportjobs.cancel(desk.store, "li", job.id, NOW)
    assert desk.ask(f"/export/file/{job.id}")[0] == 404
    desk.exporter.sweep(desk.store)
    assert list(desk.folder.iterdir()) == []


def test_a_job_whose_maker_fell_silent_is_taken_up_again(desk: Desk) -> None:
    desk.rows = None
    exportjobs.ask(desk.store, _job("a" * 32))
    assert exportjobs.claim(desk.store, NOW) is not None
    assert exportjobs.claim(desk.store, NOW + MINUTE) is None
    again = exportjobs.claim(desk.store, NOW + exportjobs.SILENT + MINUTE)
    assert again is not None
    assert again.id == "a" * 32


def test_a_viewer_waits_for_a_few_exports_alone(desk: Desk) -> None:
    for number in range(exportjobs.MOST_WAITING):
        exportjobs.ask(desk.store, _job(f"{number:032d}"))
    desk.rows = None
    assert desk.ask()[0] == 429
    desk.viewer = OTHER
    assert desk.ask()[0] == 303


def _job(number: str) -> Job:
    return Job(
        number,
        "li",
        "1101",
        "events",
        "csv",
        "",
        "waiting",
        0,
        None,
        NOW,
        None,
        NOW + DAY,
        None,
        None,
        {"stem": "x"},
    )
