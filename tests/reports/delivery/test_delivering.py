"""What is owed is sent at most once, to a real mail server and a real robot."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from data.city import load_city
from data.clocks import DAY, HOUR, MINUTE, Instant, parse_instant
from data.deliveries import LEASE, MOST_ATTEMPTS, Delivery, claim_delivery, deliveries, owed_deliveries, retry
from data.senders import mail_server, robots
from data.settings import Settings
from data.store import Store
from reports.delivery.delivering import Ways, deliver, post
from reports.delivery.mail import Mailer
from reports.delivery.parcel import Parcel
from reports.delivery.robots import Caller
from tests.reports.delivery.parcels import PARCEL
from tests.support.city import CITY, city_pack
from tests.support.issuing import issued
from tests.support.postoffice import PostOffice, RobotHouse, post_office, robot_house

BEGAN = parse_instant("2026-06-20T00:05:00Z")
DAY_OF = "2026-06-20"
PLAN = {
    "recipients": [
        {"name": "值班室", "by": "mail", "to": "duty@city.example", "scopes": [CITY]},
        {"name": "督查科", "by": "mail", "to": "check@city.example", "scopes": [CITY]},
        {"name": "值班群", "by": "wecom", "to": "duty", "scopes": [CITY]},
    ]
}


@dataclass
class Scene:
    """A store with one bulletin issued to three recipients, and what takes it."""

    store: Store
    office: PostOffice
    house: RobotHouse
    ways: Ways
    now: Instant = BEGAN
    parcels: list[int] = field(default_factory=list)

    def deliver(self, ways: Ways | None = None) -> Mapping[str, int]:
        """One round."""
        came = deliver(self.store, ways or self.ways, self.parcel, lambda: self.now)
        return {str(result): count for result, count in came.items()}

    def parcel(self, edition: int) -> Parcel:
        self.parcels.append(edition)
        return replace(PARCEL, edition=str(edition))

    def those(self, state: str) -> list[Delivery]:
        """The deliveries of a state."""
        return [one for one in deliveries(self.store) if one.state == state]

    @property
    def states(self) -> dict[str, str]:
        """What became of each recipient's."""
        return {one.name: one.state for one in deliveries(self.store)}


@pytest.fixture
def scene(sqlite_url: str, tmp_path: Path) -> Iterator[Scene]:
    with scene_on(sqlite_url, tmp_path) as made:
        yield made


@contextmanager
def scene_on(url: str, folder: Path) -> Iterator[Scene]:
    context = ssl.create_default_context()
    with (
        Store.open(url) as store,
        post_office() as office,
        robot_house() as house,
    ):
        load_city(store, replace(city_pack(), bulletins=PLAN), BEGAN - 30 * DAY)
        issued(store, folder, "morning", CITY, DAY_OF)
        mailer = Mailer(mail_server(f"smtp://127.0.0.1:{office.port}"), "yiping@city.example", context, 5)
        known = robots(f"duty=wecom:{house.address}/send?key=k")
        yield Scene(store, office, house, Ways(mailer, known, Caller(context, 2)))


def test_everybody_gets_it_once_however_often_it_is_tried(database_url: str, tmp_path: Path) -> None:
    with scene_on(database_url, tmp_path) as scene:
        assert scene.deliver() == {"sent": 3}
        assert sorted(to for to, _ in scene.office.taken) == ["check@city.example", "duty@city.example"]
        assert len(scene.house.asked) == 1
        scene.now += 30 * DAY
        assert scene.deliver() == {}
        assert len(scene.office.taken) == 2
        assert set(scene.states.values()) == {"sent"}
        assert len(set(scene.parcels)) == 1


def test_a_busy_server_is_tried_again_after_a_while(scene: Scene) -> None:
    scene.office.answers = ["451 later", "250 OK", "451 later", "250 OK"]
    assert scene.deliver() == {"sent": 2, "later": 1}
    assert scene.deliver() == {}
    scene.now += MINUTE
    assert scene.deliver() == {"later": 1}
    scene.now += MINUTE
    assert scene.deliver() == {}
    scene.now += MINUTE
    assert scene.deliver() == {"sent": 1}
    assert len(scene.office.taken) == 2


def test_what_may_have_got_through_is_left_to_a_person(scene: Scene) -> None:
    scene.office.cuts = ["after"]
    assert scene.deliver() == {"unknown": 1, "sent": 2}
    [unknown] = scene.those("unknown")
    assert "not known" in unknown.fault
    scene.now += 10 * DAY
    assert scene.deliver() == {}
    assert retry(scene.store, unknown.id, scene.now)
    assert scene.deliver() == {"sent": 1}
    assert set(scene.states.values()) == {"sent"}


def test_whoever_dies_over_one_leaves_it_unknown(scene: Scene) -> None:
    first = owed_deliveries(scene.store, scene.now)[0]
    assert claim_delivery(scene.store, first.id, scene.now)
    assert scene.deliver() == {"sent": 2}
    assert scene.states[first.name] == "sending"
    scene.now += LEASE
    assert scene.deliver() == {}
    assert scene.states[first.name] == "unknown"
    assert not owed_deliveries(scene.store, scene.now + DAY)


def test_a_refusal_is_final_until_a_person_says_otherwise(scene: Scene) -> None:
    scene.office.refuses["duty@city.example"] = "550 no such user"
    assert scene.deliver() == {"refused": 1, "sent": 2}
    [failed] = scene.those("failed")
    assert "550" in failed.fault
    assert "duty@" not in failed.fault
    scene.office.refuses.clear()
    scene.now += DAY
    assert scene.deliver() == {}
    assert retry(scene.store, failed.id, scene.now)
    assert scene.deliver() == {"sent": 1}


def test_a_server_that_is_away_is_asked_once_a_round_and_holds_up_nobody_else(scene: Scene) -> None:
    with post_office() as gone:
        port = gone.port
    assert scene.ways.mailer is not None
    away = replace(
        scene.ways, mailer=replace(scene.ways.mailer, server=mail_server(f"smtp://127.0.0.1:{port}"))
    )
    assert scene.deliver(away) == {"later": 1, "sent": 1}
    assert sorted(scene.states.values()) == ["owed", "owed", "sent"]
    for _ in range(3 * MOST_ATTEMPTS):
        scene.now += 7 * HOUR
        scene.deliver(away)
    assert sorted(scene.states.values()) == ["failed", "failed", "sent"]
    assert scene.office.taken == []


def test_a_bulletin_that_cannot_be_read_is_sent_to_nobody(scene: Scene) -> None:
    def broken(_edition: int) -> Parcel:
        raise FileNotFoundError("/secret/place")

    came = dict(deliver(scene.store, scene.ways, broken, lambda: scene.now))
    assert came == {"later": 3}
    assert {one.state for one in deliveries(scene.store)} == {"owed"}
    assert all(
        "/secret" not in one.fault and "FileNotFoundError" in one.fault for one in deliveries(scene.store)
    )
    scene.now += MINUTE
    assert scene.deliver() == {"sent": 3}


@pytest.mark.parametrize(
    ("webhooks", "result", "told"),
    [
        ("", "later", "YIPING_WEBHOOKS"),
        ("duty=dingtalk:https://robot.example/?access_token=hush", "refused", "dingtalk"),
    ],
)
def test_a_robot_that_the_settings_do_not_have(
    scene: Scene, sqlite_url: str, webhooks: str, result: str, told: str
) -> None:
    ways = Ways.of(Settings.load({"YIPING_WEBHOOKS": webhooks}, None), ssl.create_default_context())
    came = scene.deliver(replace(scene.ways, robots=ways.robots))
    assert came == {"sent": 2, result: 1}
    [robot] = [one for one in deliveries(scene.store) if one.way == "wecom"]
    assert told in robot.fault
    assert "hush" not in robot.fault


def test_without_a_mail_server_it_is_said_which_setting_is_missing(scene: Scene) -> None:
    assert scene.deliver(replace(scene.ways, mailer=None)) == {"later": 1, "sent": 1}
    [first] = [one for one in deliveries(scene.store) if one.fault]
    assert "YIPING_SMTP_URL" in first.fault


def test_the_post_goes_on_until_it_is_told_to_stop(scene: Scene) -> None:
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(len(scene.office.taken) + len(scene.house.asked))
        return asked[-1] >= 2

    send = post(scene.store, scene.ways, scene.parcel, lambda: scene.now)
    send(stopped)
    assert asked[-1] == 2
    send(lambda: False)
    assert set(scene.states.values()) == {"sent"}
