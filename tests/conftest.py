"""Fixtures for every room: real databases and a real browser. What is missing is an error with the remedy."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from playwright.sync_api import Browser, Page

from data.accounts import passwords
from data.demo.pack import built_pack
from data.settings import PROJECT
from data.store import Store
from data.words import speak
from tests.support.browser import WITHOUT_GL, Watch, beside, chromium, watched_page
from tests.support.city import copied_city, open_city
from tests.support.commands import Commands, load_boston
from tests.support.postgres import Cluster

# Speed is measured in tests/benchmarks: a busy machine must not fail a test.
settings.register_profile("yiping", deadline=None)
settings.load_profile("yiping")

MEMORY: Final = Path("/dev/shm")
ROOM_BYTES: Final = 4 << 30

LONG: Final = (
    "tests/browser/",
    "tests/security/",
    "tests/api/test_demo.py",
    "tests/data/test_concurrency.py",
    "tests/data/importing/",
    "tests/data/demo/",
    "tests/data/queries/",
    "tests/test_app.py",
)
"""Where the files lie that take half a minute and more."""

TRUE_HASHER: Final = passwords._HASHER
_WATCH = pytest.StashKey[Watch]()


def pytest_configure() -> None:
    """Puts temporary files into memory where it has room for them and nobody named another place: most stores of tests
    wait for the disk at every commit, which takes longer than all that is tested on them."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@pytest.fixture(autouse=True)
def language() -> None:
    """Every test begins in Chinese, whatever the requests of the one before asked for."""
    speak(None)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """A password takes the program 64 MiB and a good part of a second by design: here it takes nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))
        yield


@pytest.fixture
def dear_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords as the program hashes them, for tests that look at the hash or at the time that it takes."""
    monkeypatch.setattr(passwords, "_HASHER", TRUE_HASHER)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process's own, started when first asked for."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def postgresql_url(postgres: Cluster) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of the test's own."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file of the test's own that is not there yet."""
    return f"sqlite:///{tmp_path / 'yiping.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database of the test's own: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def small_city(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store of the test's own with the small city in Shanghai, once on each database: copies of what is made once."""
    if request.param == "sqlite":
        with open_city(f"sqlite:///{tmp_path / 'yiping.db'}") as opened:
            yield opened
        return
    with copied_city(request.getfixturevalue("postgres")) as opened:
        yield opened


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def boston(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """The command line on a store with Boston in it, once on each database. For reading: the session shares it."""
    folder = tmp_path_factory.mktemp("boston")
    if request.param == "sqlite":
        yield load_boston(Commands(f"sqlite:///{folder / 'yiping.db'}", folder))
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    with cluster.database() as url:
        yield load_boston(Commands(url, folder))


@pytest.fixture(scope="session")
def zhengzhou(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of Zhengzhou's pack, built once for all test processes. For reading: they share it."""
    base = tmp_path_factory.getbasetemp()
    # A worker's own folder lies within that of the whole run.
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with (shared / "zhengzhou.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return built_pack(PROJECT / "data" / "cities" / "zhengzhou", shared / "zhengzhou")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium of this test process's own."""
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def plain_browser(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Another one without WebGL, where maps are drawn plainly: what the processor draws of WebGL costs as much as all
    the rest of a page."""
    with beside(browser, tmp_path_factory.mktemp("plain"), WITHOUT_GL) as running:
        yield running


@pytest.fixture
def page_browser(browser: Browser) -> Browser:
    """The browser of `page`; a file whose tests need another one says so."""
    return browser


@pytest.fixture
def page(page_browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page, 1280 x 900, zh-CN. The test fails when the page logs an error or asks another host."""
    with watched_page(page_browser) as (fresh, watch):
        request.node.stash[_WATCH] = watch
        yield fresh


@pytest.fixture
def watch(page: Page, request: pytest.FixtureRequest) -> Watch:
    """What listens to `page`: `watch.forgive(part)` for the errors that a test provokes."""
    found: Watch = request.node.stash[_WATCH]
    return found


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Holds the page to account inside the test's own call, so that it is the test that fails."""
    result = yield
    watch = pyfuncitem.stash.get(_WATCH, None)
    if watch is not None:
        watch.verify()
    return result


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what takes a page or a PostgreSQL database, so that `-m "not browser"` needs no care; and puts the files
    that take long before the others, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)
        if "postgres" in fixtures:
            item.add_marker(pytest.mark.postgresql)
