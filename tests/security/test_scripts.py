"""What hostile people write into events and names is shown as it stands and runs on no page, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Dialog, Page
from werkzeug.serving import make_server

import app as program
from api import cookies
from data.access import Role
from data.accounts import people
from data.audit import Entry, record
from data.city import load_city
from data.clocks import DAY, HOUR, MINUTE, now
from data.events import write
from data.lifecycle import Kind, Report, Step
from data.settings import Settings
from data.store import Store
from tests.support.browser import Watch
from tests.support.city import CITY, STREET, city_pack, small_nodes
from tests.support.signing import session_of, signed_up
from tests.support.twins import outlines

HOSTILE = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "javascript:window.hacked=1",
    "[press](javascript:window.hacked=1)",
    "{{constructor.constructor('window.hacked=1')()}}",
    '=HYPERLINK("http://evil","press")',
    "</script></textarea><svg/onload=window.hacked=1>",
    "\u202etxt.exe \ufeff",
)


@dataclass(frozen=True)
class Town:
    """A served city whose every text is hostile."""

    store: Store
    address: str


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("scripts")
    settings = Settings.load(
        {"YIPING_VAR_DIR": str(folder), "YIPING_DATABASE_URL": f"sqlite:///{folder / 'y.db'}"}, env_file=None
    )
    nodes = [replace(node, name=f"{node.name} {HOSTILE[1]}") for node in small_nodes()]
    at = now()
    with Store.open(settings.database_url, synchronous="OFF") as store:
        pack = city_pack(nodes=nodes)
        categories = tuple(replace(one, name=f"{one.name}{HOSTILE[0]}") for one in pack.categories)
        load_city(store, replace(pack, shapes=outlines(nodes), categories=categories), at)
        for number, text in enumerate(HOSTILE):
            first = Report(
                source="hotline",
                key=f"k{number}{text[:40]}",
                at=at - DAY - number * MINUTE,
                channel="hotline",
                category="road",
                grid=STREET,
                title=text,
                description=text,
                address=text,
                lon=113.1,
                lat=34.5,
                unit=text[:60],
                handle_due_at=at - HOUR,
            )
            note = Step(
                source=first.source,
                key=first.key,
                step_key="1",
                kind=Kind.ACCEPT,
                at=at - HOUR,
                actor=text[:60],
                note=text,
            )
            assert all(one.status != "refused" for one in write(store, [first, note], at))
            record(store, Entry(at, text, text, "refused", who=text, address=text, detail={text: text}))
    app = program.build_app(settings)
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made: Store = app.server.extensions["store"]
    try:
        yield Town(made, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        made.close()


PAGES = (
    ("/", "auditor"),
    ("/?event=1", "auditor"),
    ("/map?level=street", "auditor"),
    ("/rank", "auditor"),
    ("/events?list=newest", "auditor"),
    ("/event/2", "operator"),
    (f"/grid/{STREET}", "auditor"),
    (f"/compare?other={CITY}", "auditor"),
    ("/audit", "auditor"),
    ("/admin", "administrator"),
    ("/remote", "operator"),
    ("/wall", "operator"),
    ("/account", "auditor"),
)


def enter(page: Page, town: Town, role: Role) -> None:
    """Lets the browser in as somebody of a role, whose account is made once."""
    name = f"{role}-scripts"
    known = people.found(town.store, name) or signed_up(town.store, name, role)
    session = session_of(town.store, known)
    page.context.add_cookies([{"name": cookies.SESSION, "value": session, "url": town.address}])


@pytest.mark.slow
# A page that is left while it still fetches the face of Chinese characters leaves the server's file to the collector.
@pytest.mark.filterwarnings("ignore:.*NotoSans:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("path", "role"), PAGES)
def test_nothing_hostile_runs_on_a_page(town: Town, page: Page, watch: Watch, path: str, role: Role) -> None:
    watch.forgive("WebGL")
    enter(page, town, role)
    said: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    page.goto(town.address + path)
    page.wait_for_timeout(2500)
    assert page.evaluate("window.hacked") is None
    assert said == []
    strays = page.evaluate(
        """() => [...document.querySelectorAll('a[href], area[href], form[action], iframe, object, embed')]
            .map(one => (one.href || one.action || one.src || '').toString())
            .filter(one => /^\\s*(javascript|data|vbscript):/i.test(one) || one.startsWith('http://evil'))"""
    )
    assert strays == []
    assert page.evaluate("document.querySelectorAll('img[onerror], svg[onload], [onclick]').length") == 0
    if path in ("/?event=1", "/audit"):
        assert HOSTILE[0] in (page.text_content("body", timeout=60_000) or "")
