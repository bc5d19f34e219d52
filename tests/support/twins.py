"""Two cities that are the same within a scope and different outside it, and a server on each: whatever is answered
within the scope must be the same to the last byte, or something of the outside has come in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import geopandas as gpd
import pandas as pd
from flask.testing import FlaskClient
from shapely.geometry import box
from sqlalchemy import insert, select, text
from werkzeug.test import TestResponse

import app as program
from api import cookies
from data.access import Role
from data.alerting.keeping import AlertKind, Draft, keep
from data.assessment.arithmetic import Cases, Given, score
from data.assessment.entries import Wanted, enter
from data.assessment.keeping import frozen_within, score_row
from data.assessment.kept import rules_json
from data.assessment.measuring import GridScore, city_rules
from data.assessment.tables import appeal, frozen_month, frozen_score
from data.city import load_city
from data.clocks import DAY, HOUR, Instant, parse_instant
from data.events import write
from data.grids import Node, Tree
from data.jobworkers import start
from data.lifecycle import Report
from data.periods import Period
from data.reference import reference
from data.schema import event
from data.settings import Settings
from data.store import Store
from data.tasks.duty import sign_in
from data.tasks.keeping import Order, done, issue
from data.tasks.states import TaskError
from tests.support.city import CITY, LEVELS, city_pack
from tests.support.issuing import issued
from tests.support.lives import Lives
from tests.support.signing import session_of, signed_up

NOW = parse_instant("2026-06-20T04:02:00Z")
"""When everybody looks."""

PAST = Period(NOW - 14 * DAY, NOW - 3 * HOUR)
"""When everything happens."""

MONTH = "2026-05"
"""The month whose scores are frozen."""

OUTSIDE = "outsider"
"""In the title of every event that lies beyond the scope."""

INSIDE = "insider"


def random_nodes(random: Random) -> list[Node]:
    """A city of two to four districts, each of its own shape, down to three levels below."""
    nodes = [Node(CITY, "City", None, LEVELS[0])]
    above = [CITY]
    for depth in range(1, random.randint(2, 4)):
        below = []
        for parent in above:
            for number in range(1, 1 + random.randint(2 if depth == 1 else 1, 3)):
                code = f"{parent}{number:02d}"
                nodes.append(Node(code, f"{LEVELS[depth]} {code}", parent, LEVELS[depth]))
                below.append(code)
        above = below
    return nodes


def outlines(nodes: Sequence[Node]) -> gpd.GeoDataFrame:
    """A box for each grid, within that of its parent."""
    boxes = {CITY: (113.0, 34.0, 114.0, 35.0)}
    for parent in nodes:
        children = [node.code for node in nodes if node.parent == parent.code]
        west, south, east, north = boxes[parent.code]
        for place, code in enumerate(children):
            step = (east - west) / len(children)
            boxes[code] = (west + place * step, south, west + (place + 1) * step, north)
    return gpd.GeoDataFrame(
        {"code": list(boxes)}, geometry=[box(*edges) for edges in boxes.values()], crs="EPSG:4326"
    )


def settings_at(folder: Path, name: str) -> Settings:
    """The settings of one of the twins; both share a folder, and so the secret key."""
    return Settings.load(
        {"YIPING_VAR_DIR": str(folder), "YIPING_DATABASE_URL": f"sqlite:///{folder / name}"}, env_file=None
    )


@dataclass
class Clock:
    """The time that both servers read."""

    at: Instant = NOW

    def __call__(self) -> Instant:
        return self.at


@dataclass
class Twin:
    """One of the two: its store, and a client for each of those who look."""

    store: Store
    leader: FlaskClient
    mayor: FlaskClient
    nobody: FlaskClient
    app: Any


@dataclass
class Twins:
    """Both, and the scope within which they are the same."""

    first: Twin
    second: Twin
    tree: Tree
    scope: str
    inside_ids: list[int]
    outside_ids: list[int]
    inside_bulletins: list[int]
    outside_bulletins: list[int]
    inside_warnings: list[int]
    outside_warnings: list[int]
    inside_tasks: list[int]
    outside_tasks: list[int]
    clock: Clock

    def both(self, who: str, method: str, path: str, **sent: Any) -> tuple[TestResponse, TestResponse]:
        """The answers of both to the same request of the same person ("leader", "mayor" or "nobody")."""
        first, second = (
            getattr(twin, who).open(path, method=method, **sent) for twin in (self.first, self.second)
        )
        return first, second


def parted(tree: Tree, scope: str) -> tuple[list[str], list[str]]:
    """The codes within a scope, and those beyond it."""
    top = tree.get(scope)
    within = [grid.code for grid in tree if top.id <= grid.id <= top.last_id]
    return within, [grid.code for grid in tree if not top.id <= grid.id <= top.last_id]


def told(store: Store, random: Random, codes: Sequence[str], count: int, mark: str) -> None:
    """Writes random lives of events on some grids."""
    lives = Lives(reference(store), random, PAST)
    lives.grids = tuple(codes)
    for number, history in enumerate(lives.histories(count, f"{mark}-{random.randrange(10**6)}-")):
        report = history[0]
        assert isinstance(report, Report)
        first = replace(
            report,
            title=f"{mark} {number}",
            description=f"{mark} 来电人：王国强 13800138000",
            lon=113.0 + random.random(),
            lat=34.0 + random.random(),
        )
        write(store, [first, *history[1:]], NOW)


def published(store: Store, folder: Path, codes: Sequence[str], days: int, mark: str) -> None:
    """Bulletins of some grids, on as many days: those of the morning issued and sent, those of the evening drafts."""
    start(store, [("morning", code) for code in codes], {"morning": NOW - 9 * DAY})
    for code in codes:
        for back in range(days):
            day = str(reference(store).clock.local(NOW - (back + 1) * DAY).date())
            issued(store, folder, "morning", code, day, title=f"{mark} {code}", text=f"{mark} in words")
            if back == 0:
                issued(store, folder, "evening", code, day, title=f"{mark} draft {code}")


def warned(store: Store, codes: Sequence[str], mark: str) -> None:
    """Warnings of every group about some grids: their holders are called after the mark."""
    drafts = []
    for number, code in enumerate(codes):
        with store.reading() as connection:
            grid = reference(store).tree.get(code)
            inside = event.c.grid_id.between(grid.id, grid.last_id)
            ids = list(connection.execute(select(event.c.id).where(inside).order_by(event.c.id)).scalars())
        body = {"events": ids, "days": 3, "until_at": NOW, "basis": "weeks", "grids": [code]}
        kinds: tuple[AlertKind, ...] = ("sudden", "concentrated", "due", "whistle", "recheck")
        for kind in kinds:
            held = kind in ("due", "whistle", "recheck")
            drafts.append(
                Draft(
                    f"{kind}:{code}",
                    kind,
                    code,
                    "" if kind in ("due", "recheck") else "road",
                    NOW - 3 * DAY,
                    9 + number,
                    None if held else 1.5,
                    holder=f"{mark} unit" if held else "",
                    step=number % 3,
                    body={**body, "reason": "again", "of": 30} if kind == "recheck" else body,
                )
            )
    keep(store, drafts, NOW - HOUR, ())


def asked_of(store: Store, codes: Sequence[str], mark: str) -> list[int]:
    """Tasks of some grids, each issued by the grid itself, and the first of them done; gives their numbers."""
    made = []
    for code in codes:
        order = Order("command", f"{mark} asks {code}", f"{mark} in detail", (code,), NOW + DAY)
        made.append(issue(store, code, order, f"{mark} centre", NOW - DAY))
    done(store, codes[0], made[0], codes[0], f"{mark} worker", NOW - HOUR, f"{mark} did it")
    return made


def assessed(store: Store, codes: Sequence[str], mark: int, said: str) -> None:
    """The frozen scores of MONTH of some grids, their marks of the month after, and an appeal about one of them.

    What a score is made from holds the cases of the peers, and a rank counts those who are better: both are facts about
    a grid that lie outside its scope. Here there are no peers' cases, and the grids outside have too few for a rank.
    """
    tree = reference(store).tree
    rules = city_rules(reference(store), MONTH)
    grids = [tree.get(code) for code in codes if tree.get(code).depth in rules.depths]
    with store.keeping() as connection:
        if frozen_within(connection, MONTH) is None:
            kept = {"month": MONTH, "as_of": NOW - 15 * DAY, "frozen_at": NOW - 15 * DAY}
            connection.execute(
                insert(frozen_month).values(**kept, version=rules.version, rules=rules_json(rules))
            )
        for grid in grids:
            given = {
                "centre": Given(mark=Fraction(40 + mark)),
                "handling": Given(Cases(9, 12) if said == INSIDE else Cases(mark % 3, 3)),
            }
            one = GridScore(grid.code, f"{said} {grid.name}", grid.depth, "", score(rules, given))
            row = score_row(MONTH, one, 1, NOW - 15 * DAY, "", None)
            connection.execute(insert(frozen_score).values(row))
    wanted = [Wanted("2026-06", grid.code, "centre", str(mark), said, said) for grid in grids]
    enter(store, wanted, said, NOW - HOUR)
    about = grids[0].code if grids else codes[0]
    with store.keeping() as connection:
        # As many in both: numbers are given in turn, whoever asks.
        connection.execute(
            insert(appeal).values(
                month=MONTH,
                grid=about,
                dimension="centre",
                events="[]",
                reason=said,
                evidence=said,
                author=said,
                at=NOW - HOUR,
            )
        )


def client_of(app: Any, session: str) -> FlaskClient:
    """A client that sends a session's cookie; "" for somebody who has none."""
    client: FlaskClient = app.server.test_client()
    if session:
        client.set_cookie(cookies.SESSION, session)
    return client


@contextmanager
def twins(folder: Path, random: Random, monkeypatch: Any, role: Role = "leader") -> Iterator[Twins]:
    """Two servers whose stores are equal within a random scope."""
    nodes = random_nodes(random)
    clock = Clock()
    monkeypatch.setattr(program, "now", clock)
    staff = pd.DataFrame({"grid": [node.code for node in nodes], "role": "worker", "headcount": 3})
    kinds = pd.DataFrame({"grid": [node.code for node in nodes], "kind": "party", "number": 1})
    plan = {
        "evening": {"approval": True},
        "recipients": [
            {"name": f"reader of {node.code}", "by": "mail", "to": "a@b.example", "scopes": [node.code]}
            for node in nodes
        ],
    }
    pack = replace(
        city_pack(nodes=nodes),
        shapes=outlines(nodes),
        staff=staff,
        organisations=kinds,
        bulletins=plan,
        duty=({"since": "2026-06-01", "depth": 1},),
    )
    scope = random.choice([node.code for node in nodes if node.parent is not None])
    with Store.open(settings_at(folder, "first.db").database_url, synchronous="OFF") as store:
        load_city(store, pack, NOW - 30 * DAY)
        tree = reference(store).tree
        within, beyond = parted(tree, scope)
        told(store, random, within, 12, INSIDE)
        # Some begin within the scope and end beyond it, or the other way about: the same in both.
        told(store, random, [*within, *beyond], 6, "crosser")
        published(store, folder / "bulletins", random.sample(within, min(2, len(within))), 2, INSIDE)
        warned(store, random.sample(within, min(3, len(within))), INSIDE)
        inside_tasks = asked_of(store, random.sample(within, min(2, len(within))), INSIDE)
        assessed(store, within, 1, INSIDE)
        leader = session_of(store, signed_up(store, "leader", role, scope, at=NOW), NOW)
        mayor = session_of(store, signed_up(store, "mayor", "operator", CITY, at=NOW), NOW)
        store.checkpoint()
    shutil.copy(folder / "first.db", folder / "second.db")
    for name, count in (("first.db", 9), ("second.db", 21)):
        with Store.open(settings_at(folder, name).database_url, synchronous="OFF") as store:
            told(store, random, beyond, count, OUTSIDE)
            published(
                store, folder / "bulletins", random.sample(beyond, 1), 1 + (name == "second.db"), OUTSIDE
            )
            warned(store, random.sample(beyond, 1 + (name == "second.db" and len(beyond) > 1)), OUTSIDE)
            # As many in both: numbers are given in turn, whoever asks.
            outside_tasks = asked_of(store, beyond[count % 2 : count % 2 + 1] * 2, f"{OUTSIDE} {count}")
            assessed(store, beyond, count, f"{OUTSIDE} {count}")
            for code in beyond[: count % 4]:
                with suppress(TaskError):
                    sign_in(store, CITY, code, f"{OUTSIDE} keeper", NOW - HOUR)
            with store.keeping() as connection:
                # What is said of the feeds and of the store itself is the same for everybody, and no figure.
                for sentence in (
                    "UPDATE store_state SET version = 5000, latest_at = :now",
                    "UPDATE source SET last_reported_at = :now - 60000000, last_recorded_at = :now",
                ):
                    connection.execute(text(sentence), {"now": NOW - 2 * HOUR} if ":now" in sentence else {})
    made: list[Twin] = []
    try:
        for name in ("first.db", "second.db"):
            app = program.build_app(settings_at(folder, name))
            made.append(
                Twin(
                    app.server.extensions["store"],
                    client_of(app, leader),
                    client_of(app, mayor),
                    client_of(app, ""),
                    app,
                )
            )
        top = tree.get(scope)
        with made[0].store.reading() as connection:
            rows = connection.execute(text("SELECT id, grid_id FROM event ORDER BY id")).all()
            editions = connection.execute(
                text(
                    "SELECT edition.id, grid.id AS grid_id FROM edition JOIN grid ON grid.code = edition.scope"
                )
            ).all()
            warnings = connection.execute(
                text("SELECT alert.id, grid.id AS grid_id FROM alert JOIN grid ON grid.code = alert.grid")
            ).all()
        inside = [row.id for row in rows if top.id <= row.grid_id <= top.last_id]
        outside = [row.id for row in rows if not top.id <= row.grid_id <= top.last_id]
        ours = [row.id for row in editions if top.id <= row.grid_id <= top.last_id]
        theirs = [row.id for row in editions if not top.id <= row.grid_id <= top.last_id]
        warnings_here = [row.id for row in warnings if top.id <= row.grid_id <= top.last_id]
        warnings_there = [row.id for row in warnings if not top.id <= row.grid_id <= top.last_id]
        yield Twins(
            *(made[0], made[1], tree, scope, inside, outside, ours, theirs),
            *(warnings_here, warnings_there, inside_tasks, outside_tasks, clock),
        )
    finally:
        for twin in made:
            twin.app.server.extensions["store"].close()
