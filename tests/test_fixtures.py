"""The fixtures do what they promise: fresh databases, a server that comes back, a page that hides nothing."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from tests.support import postgres as postgres_module
from tests.support.browser import Watch
from tests.support.missing import MissingComponent
from tests.support.postgres import Cluster

ROOT = Path(__file__).resolve().parents[1]
CHINESE = "一屏统览"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a small site of one's own: whatever stands in tmp_path/site."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "favicon.ico").touch()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_an_empty_database(database_url: str, turn: int) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE seen (turn INTEGER)"))
        connection.execute(text("INSERT INTO seen VALUES (:turn)"), {"turn": turn})
    with engine.connect() as connection:
        assert connection.execute(text("SELECT turn FROM seen")).scalars().all() == [turn]
    engine.dispose()


def test_the_server_is_private_and_in_utf_8(postgres: Cluster, postgresql_url: str) -> None:
    engine = create_engine(postgresql_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW listen_addresses")).scalar_one() == "127.0.0.1"
        assert connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8"
        assert connection.execute(text("SELECT length(:word)"), {"word": CHINESE}).scalar_one() == len(
            CHINESE
        )
    engine.dispose()


def test_a_database_is_dropped_under_a_connection_that_was_left_open(postgres: Cluster) -> None:
    with postgres.database() as url:
        left_open = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    left_open.close()


def test_a_database_can_be_copied(postgres: Cluster) -> None:
    original = postgres.create_database()
    with psycopg.connect(postgres.url(original).replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE seen AS SELECT 7 AS turn")
    with (
        postgres.database(template=original) as url,
        psycopg.connect(url.replace("+psycopg", "")) as connection,
    ):
        assert connection.execute("SELECT turn FROM seen").fetchall() == [(7,)]
    postgres.drop_database(original)


@pytest.mark.postgresql
def test_a_cluster_comes_back_after_a_crash_and_leaves_nothing() -> None:
    with Cluster() as cluster:
        name = cluster.create_database()
        port = cluster.port
        cluster.stop(immediate=True)
        cluster.start()
        assert cluster.port == port
        with psycopg.connect(cluster.url(name).replace("+psycopg", "")) as connection:
            folder = Path(str(connection.execute("SHOW data_directory").fetchone()[0]))  # type: ignore[index]
            pid = int((folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    assert not folder.parent.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_missing_server_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres_module, "Path", lambda _: tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingComponent, match=r"tests/install\.sh"):
        Cluster()


def test_a_page_without_fault_passes(page: Page, watch: Watch, site: str, tmp_path: Path) -> None:
    (tmp_path / "site/index.html").write_text(
        f"<meta charset=utf-8><title>{CHINESE}</title><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
        encoding="utf-8",
    )
    page.goto(site)
    assert page.title() == CHINESE
    assert watch.problems == []


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("console.error('broken')", "console error: broken"),
        ("throw new Error('broken')", "uncaught exception: broken"),
        ("fetch('/nowhere').catch(() => 0)", "console error: Failed to load resource"),
        ("fetch('http://tiles.example/1.png').catch(() => 0)", "another host: http://tiles.example/1.png"),
        ("new Worker(URL.createObjectURL(new Blob([`fetch('http://far.example/')`])))", "//far.example/"),
    ],
)
def test_a_fault_of_a_page_is_seen(
    page: Page, watch: Watch, site: str, tmp_path: Path, script: str, problem: str
) -> None:
    (tmp_path / "site/index.html").write_text(f"<script>{script}</script>", encoding="utf-8")
    page.goto(site)
    for _ in range(100):
        if any(problem in found for found in watch.problems):
            break
        page.wait_for_timeout(50)
    assert any(problem in found for found in watch.problems)
    with pytest.raises(AssertionError, match="The page had problems"):
        watch.verify()
    watch.forgive("")


def test_chinese_is_drawn_and_not_boxed(page: Page, site: str, tmp_path: Path) -> None:
    (tmp_path / "site/index.html").write_text(
        "<meta charset=utf-8><p style='font-family: sans-serif'>屏</p>", encoding="utf-8"
    )
    page.goto(site)
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    document = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": document, "selector": "p"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert [font["glyphCount"] for font in fonts] == [1]
    assert any(family in fonts[0]["familyName"] for family in ("CJK", "SC", "Hei", "Song", "Kai", "Fang"))


@pytest.mark.browser
def test_a_faulty_page_fails_the_test_itself(tmp_path: Path) -> None:
    inner = tmp_path / "test_inner.py"
    inner.write_text(
        "def test_inner(page):\n    page.set_content('<script>console.error(\"broken\")</script>')\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "tests.conftest",
                "-p",
                "no:dash",
                "-p",
                "no:xdist",
            ),
            *("--rootdir", tmp_path, "-c", os.devnull, inner),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed" in done.stdout, done.stdout + done.stderr
    assert "console error: broken" in done.stdout
