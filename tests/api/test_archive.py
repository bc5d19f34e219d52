"""The addresses of bulletins, and what each role may do with them, in the whole program."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from pypdf import PdfReader

from api import cookies
from api.archiving import Archiving
from app import build_app
from data import audit
from data.access import Role, Viewer
from data.accounts import walls
from data.audit import Wanted
from data.bulletinstates import SEEN_BY_ALL, Refused
from data.bulletinstates import Wanted as Editions
from data.city import load_city
from data.clocks import HOUR, SECOND, now, parse_instant
from data.deliveries import claim_delivery, deliveries, owed_deliveries, record_failed
from data.editions import Edition, count_editions, edition_of, failed
from data.exportjobs import MOST_WAITING, Job, ask, jobs_of
from data.settings import Settings
from data.store import Store
from tests.support.city import CITY, DISTRICT, OTHER_DISTRICT, city_pack
from tests.support.issuing import issued
from tests.support.signing import session_of, signed_up

PLAN = {
    "evening": {"approval": True},
    "recipients": [{"name": "值班室", "by": "mail", "to": "duty@city.example", "scopes": [CITY, DISTRICT]}],
}
HOSTILE = 'a"</title><script>alert(1)</script>\r\nX-Evil: 1'


@dataclass
class Scene:
    """The program with an issued bulletin of the city, one and a draft of a district, and one of another."""

    server: Flask
    store: Store
    folder: Path
    city: Edition
    district: Edition
    other: Edition
    draft: Edition

    def client(self, role: Role = "leader", scope: str = DISTRICT) -> FlaskClient:
        """Somebody who is signed in."""
        known = signed_up(self.store, f"{role}-{scope}", role, scope)
        client = self.server.test_client()
        client.set_cookie(cookies.SESSION, session_of(self.store, known))
        return client

    def noted(self, action: str) -> list[tuple[str, str]]:
        """What the audit says of an action, the newest first."""
        found = audit.entries(self.store, Wanted(action=action), 50, None)
        return [(one.subject, one.result) for one in found]

    def archiving(self, role: Role, scope: str = DISTRICT) -> Archiving:
        """The archive behind a request of somebody."""
        g.viewer = Viewer(f"{role}-x", role, scope)
        return Archiving(self.store, now)


@pytest.fixture
def scene(sqlite_url: str, tmp_path: Path) -> Iterator[Scene]:
    folder = tmp_path / "var"
    bulletins = folder / "bulletins"
    with Store.open(sqlite_url, synchronous="OFF") as store:
        load_city(store, replace(city_pack(), bulletins=PLAN), parse_instant("2026-01-01T00:00:00Z"))
        editions = (
            issued(store, bulletins, "morning", CITY, "2026-06-20", title="全市早间通报"),
            issued(store, bulletins, "morning", DISTRICT, "2026-06-20", title="一区早间通报", text=HOSTILE),
            issued(store, bulletins, "morning", OTHER_DISTRICT, "2026-06-20", title="二区早间通报"),
            issued(store, bulletins, "evening", DISTRICT, "2026-06-20", title="一区晚间通报"),
        )
    app = build_app(Settings.load({"YIPING_DATABASE_URL": sqlite_url, "YIPING_VAR_DIR": str(folder)}, None))
    store = app.server.extensions["store"]
    try:
        yield Scene(app.server, store, bulletins, *editions)
    finally:
        store.close()


def test_a_file_is_given_as_it_was_issued_under_its_own_name(scene: Scene) -> None:
    answer = scene.client().get(f"/bulletin/{scene.district.id}.pdf")
    assert answer.status_code == 200
    assert hashlib.sha256(answer.data).hexdigest() == scene.district.sha256
    assert answer.mimetype == "application/pdf"
    named = answer.headers["Content-Disposition"]
    assert named.startswith("attachment;")
    assert unquote(named.rpartition("''")[2]) == "一区早间通报_2026-06-20.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert scene.noted("download")[0] == (f"bulletin {scene.district.id}.pdf", "ok")


def test_a_word_file_says_the_same(scene: Scene) -> None:
    answer = scene.client().get(f"/bulletin/{scene.district.id}.docx")
    assert answer.status_code == 200
    assert unquote(answer.headers["Content-Disposition"]).endswith("一区早间通报_2026-06-20.docx")
    text = zipfile.ZipFile(io.BytesIO(answer.data)).read("word/document.xml").decode()
    assert "一、总体情况" in text
    assert scene.noted("download")[0] == (f"bulletin {scene.district.id}.docx", "ok")


def test_the_text_is_a_page_without_scripts_that_only_our_pages_may_frame(scene: Scene) -> None:
    answer = scene.client().get(f"/bulletin/{scene.district.id}")
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize("form", ["", ".pdf"])
def test_beyond_the_scope_there_is_nothing_and_the_audit_knows(scene: Scene, form: str) -> None:
    client = scene.client()
    beyond = [client.get(f"/bulletin/{one.id}{form}") for one in (scene.other, scene.city)]
    unknown = client.get(f"/bulletin/99999{form}")
    assert {one.status_code for one in (*beyond, unknown)} == {404}
    assert {one.data for one in beyond} == {unknown.data}
    assert scene.noted("read")[0] == ("bulletin 99999", "refused")
    assert (f"bulletin {scene.other.id}", "refused") in scene.noted("read")


@pytest.mark.parametrize(
    ("role", "sees"), [("leader", 404), ("auditor", 404), ("operator", 200), ("administrator", 200)]
)
def test_a_draft_is_for_whoever_sees_to_it(scene: Scene, role: Role, sees: int) -> None:
    client = scene.client(role)
    assert client.get(f"/bulletin/{scene.draft.id}.pdf").status_code == sees
    assert client.get(f"/bulletin/{scene.draft.id}").status_code == sees
    assert client.get(f"/bulletin/{scene.district.id}.pdf").status_code == 200


def test_a_wall_reaches_none_of_it_and_neither_does_nobody(scene: Scene) -> None:
    client = scene.server.test_client()
    paths = [f"/bulletin/{scene.city.id}", f"/bulletin/{scene.city.id}.pdf", "/bulletins"]
    assert {client.get(path).status_code for path in paths} == {401}
    client.set_cookie(cookies.WALL, walls.add(scene.store, "hall", CITY, "somebody", now()))
    assert {client.get(path).status_code for path in paths} == {403}


def test_a_file_that_is_not_the_one_that_was_issued_is_not_given_out(scene: Scene) -> None:
    client = scene.client()
    place = scene.folder / scene.district.path
    place.write_bytes(place.read_bytes() + b" ")
    assert client.get(f"/bulletin/{scene.district.id}.pdf").status_code == 409
    place.unlink()
    assert client.get(f"/bulletin/{scene.district.id}.pdf").status_code == 410
    assert [result for _, result in scene.noted("download")] == ["failed", "failed"]


def test_an_operator_approves_within_their_scope_and_nobody_else(scene: Scene) -> None:
    with scene.server.test_request_context("/"):
        for role in ("leader", "auditor", "administrator"):
            with pytest.raises(Refused, match=r"archive\.refused"):
                scene.archiving(role).approve(scene.draft.id)
        with pytest.raises(Refused, match=r"archive\.gone"):
            scene.archiving("operator", OTHER_DISTRICT).approve(scene.draft.id)
        assert edition_of(scene.store, scene.draft.id).state == "draft"
        approved = scene.archiving("operator").approve(scene.draft.id)
        assert (approved.state, approved.approved_by) == ("approved", "operator-x")
        assert approved.number
        with pytest.raises(Refused, match=r"archive\.not_draft"):
            scene.archiving("operator").approve(scene.draft.id)
    results = [result for _, result in scene.noted("approve")]
    assert results == ["ok", "refused", "refused", "refused", "refused"]


def test_a_delivery_is_sent_again_by_whoever_sees_to_it(scene: Scene) -> None:
    first = next(one for one in owed_deliveries(scene.store, now()) if one.edition_id == scene.district.id)
    held = claim_delivery(scene.store, first.id, now())
    assert held is not None
    record_failed(scene.store, held, "550 no such user", now(), again=False)
    with scene.server.test_request_context("/"):
        assert scene.archiving("leader").deliveries(scene.district.id) == ()
        with pytest.raises(Refused, match=r"archive\.refused"):
            scene.archiving("leader").retry(first.id)
        with pytest.raises(Refused, match=r"archive\.gone"):
            scene.archiving("operator", OTHER_DISTRICT).retry(first.id)
        assert scene.archiving("administrator").retry(first.id).name == "值班室"
        with pytest.raises(Refused, match=r"archive\.not_retried"):
            scene.archiving("operator").retry(first.id)
    assert [one.state for one in deliveries(scene.store, edition_id=scene.district.id)] == ["owed"]


def test_the_archive_knows_no_grid_beyond(scene: Scene) -> None:
    with scene.server.test_request_context("/"):
        found = scene.archiving("leader").editions(Editions(DISTRICT, below=True), SEEN_BY_ALL, 50, 0)
        assert [one.id for one in found] == [scene.district.id]
        with pytest.raises(LookupError):
            scene.archiving("leader").editions(Editions(CITY, below=True), SEEN_BY_ALL, 50, 0)


def test_what_failed_is_tried_again_at_once(scene: Scene) -> None:
    with scene.server.test_request_context("/"):
        with pytest.raises(Refused, match=r"archive\.not_retried"):
            scene.archiving("operator").try_now(scene.district.id)
        approved = scene.archiving("operator").approve(scene.draft.id)
        failed(scene.store, approved, "no room left", now())
        assert scene.archiving("administrator").try_now(scene.draft.id).id == scene.draft.id
        assert (edition_of(scene.store, scene.draft.id).again_at or 0) <= now() + SECOND


def test_a_bulletin_on_demand_is_made_like_an_export(scene: Scene) -> None:
    client = scene.client()
    answer = client.get(f"/bulletin/on-demand?scope={DISTRICT}&kind=day&period=2026-06-19")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/exports?scope={DISTRICT}")
    assert scene.noted("export")[0] == ("bulletin.pdf", "ok")
    exporter = scene.server.extensions["exports"]
    exporter.wait(60)
    [job] = jobs_of(scene.store, f"leader-{DISTRICT}", DISTRICT)
    assert (job.state, job.fault) == ("done", None)
    file = client.get(f"/export/file/{job.id}")
    assert file.mimetype == "application/pdf"
    assert file.data.startswith(b"%PDF")
    assert "按需生成" in unquote(file.headers["Content-Disposition"])
    text = pages_text(file.data)
    assert "按需生成" in text
    assert "6月19日" in text.replace(" ", "")
    # It is in no archive, and has taken no number.
    assert count_editions(scene.store) == 4
    assert scene.client("leader", OTHER_DISTRICT).get(f"/export/file/{job.id}").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        f"scope={OTHER_DISTRICT}&kind=day&period=2026-06-19",
        f"scope={DISTRICT}&kind=week&period=2026-06-19",
        f"scope={DISTRICT}&kind=day&period=2999-01-01",
        f"scope={DISTRICT}&kind=month&period=2026-06-19",
        "",
    ],
)
def test_what_cannot_be_asked_on_demand_leads_back_with_a_sentence(scene: Scene, asked: str) -> None:
    answer = scene.client().get(f"/bulletin/on-demand?{asked}")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/bulletins?")
    assert scene.noted("export")[0] == ("bulletin.pdf", "refused")


def test_on_demand_is_for_whoever_may_export_and_bounded(scene: Scene) -> None:
    path = f"/bulletin/on-demand?scope={DISTRICT}&kind=day&period=2026-06-19"
    assert scene.client("auditor").get(path).status_code == 403
    for number in range(MOST_WAITING):
        ask(scene.store, waiting(number))
    assert scene.client().get(path).status_code == 429


def waiting(number: int) -> Job:
    """An export of the leader's that somebody is at work on."""
    plain: dict[str, Any] = dict.fromkeys(("rows_total", "ended_at", "size", "fault"))
    plain |= {"kind": "events", "form": "csv", "search": "", "rows_done": 0, "request": {}}
    plain |= {"viewer": f"leader-{DISTRICT}", "scope": DISTRICT, "state": "running"}
    return Job(id=f"{number:032x}", asked_at=now(), expires_at=now() + HOUR, **plain)


def pages_text(pdf: bytes) -> str:
    """The text of a PDF."""
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
