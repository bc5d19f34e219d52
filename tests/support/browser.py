"""A real Chromium for the tests, which reaches nothing but this machine and overlooks no error of a page."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pylopdf_fonts_zh_cn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    sync_playwright,
)

from tests.support.missing import MissingComponent

HOST = "127.0.0.1"
VIEWPORT_WIDTH, VIEWPORT_HEIGHT = 1280, 900
PATIENCE_MS = 15_000

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that asks for another host gets no answer, and the test hears of the question.
    f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {HOST}",
)

SOFTWARE_GL = (
    *(argument for argument in ARGUMENTS if argument != "--disable-gpu"),
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)
"""The same with WebGL, which the processor draws."""

WITHOUT_GL = (*ARGUMENTS, "--disable-3d-apis")
"""The same without any WebGL, which Chromium would otherwise draw in software by itself."""

LEFT_WHILE_DRAWN = "Cannot read properties of undefined (reading 'typesetMath')"
"""Plotly goes on drawing for a moment on a chart that was taken away (plotly.js, issue 5159): whoever leaves a page
early on a busy machine has this in the console, and sees nothing of it."""

_LOCAL_SCHEMES = ("about", "data", "blob")


class Watch:
    """Listens to a browser context: its console errors, uncaught exceptions and requests to other hosts."""

    def __init__(self, context: BrowserContext) -> None:
        self._problems: list[str] = []
        self._forgiven: list[str] = []
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)

    @property
    def problems(self) -> list[str]:
        """What went wrong so far and is not forgiven, in the order of its coming."""
        return [problem for problem in self._problems if not any(part in problem for part in self._forgiven)]

    def forgive(self, part: str) -> None:
        """Lets problems pass that contain `part`, whenever they come: for tests that provoke errors."""
        self._forgiven.append(part)

    def verify(self) -> None:
        """Raises AssertionError that lists the problems, if there are any."""
        assert not self.problems, "The page had problems:\n" + "\n".join(self.problems)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "assert"):
            self._problems.append(f"console error: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, error: WebError) -> None:
        if LEFT_WHILE_DRAWN not in str(error.error):
            self._problems.append(f"uncaught exception: {error.error}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in _LOCAL_SCHEMES and address.hostname != HOST:
            self._problems.append(f"request to another host: {request.url}")


@contextlib.contextmanager
def chromium(folder: Path, arguments: Sequence[str] = ARGUMENTS) -> Iterator[Browser]:
    """A running browser; `folder` takes its files."""
    with sync_playwright() as playwright, _launched(playwright.chromium, folder, arguments) as browser:
        yield browser


@contextlib.contextmanager
def beside(browser: Browser, folder: Path, arguments: Sequence[str]) -> Iterator[Browser]:
    """Another browser with other arguments while the first one runs: Playwright is started once in a process."""
    with _launched(browser.browser_type, folder, arguments) as other:
        yield other


@contextlib.contextmanager
def _launched(kind: BrowserType, folder: Path, arguments: Sequence[str]) -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        raise MissingComponent("Chromium", "the PATH")
    browser = kind.launch(
        executable_path=program,
        args=list(arguments),
        env={**os.environ, "FONTCONFIG_FILE": str(_font_configuration(folder))},
    )
    try:
        yield browser
    finally:
        browser.close()


def fits(page: Page, width: int) -> None:
    """Raises playwright's TimeoutError when something on the page stays beyond its edge: charts follow a window that
    was made narrower after a while."""
    page.wait_for_function("(width) => document.documentElement.scrollWidth <= width", arg=width)


@contextlib.contextmanager
def watched_page(browser: Browser) -> Iterator[tuple[Page, Watch]]:
    """A page in a context of its own, with nothing remembered, and what listens to it."""
    context = browser.new_context(
        viewport={"width": VIEWPORT_WIDTH, "height": VIEWPORT_HEIGHT},
        locale="zh-CN",
        # Deliberately neither UTC nor a city's: a page must show the city's time wherever it is read.
        timezone_id="Pacific/Auckland",
    )
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(context)
    try:
        yield context.new_page(), watch
    finally:
        context.close()


def _font_configuration(folder: Path) -> Path:
    """A fontconfig file that adds the Chinese faces of the wheel: bare machines have none and show boxes."""
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>\n'
        '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        f"  <dir>{pylopdf_fonts_zh_cn.sans_path().parent}</dir>\n"
        f"  <cachedir>{folder / 'fontconfig'}</cachedir>\n</fontconfig>\n",
        encoding="utf-8",
    )
    return path
