"""A wall's server whose clock, state and figures a test turns: made-up panels of the true shape, Boston's outlines."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, json, request
from werkzeug.serving import make_server

from api import mapdata
from callbacks import routes
from callbacks.mapviews import MapViews
from callbacks.outlines import OutlineBook
from callbacks.wall import page as wallpage
from callbacks.wall.panels import Answer, Panels, SceneKind
from data.words import speak
from tests.support.fakes import FakeCity
from tests.support.serving import ASSETS
from tests.support.wallfigures import (
    CATEGORIES,
    CHANNELS,
    HOURS,
    LONG,
    NAMES,
    OFFSET,
    VIEWS,
    card,
    emergency,
    groups,
    hot,
    league,
    ranked,
    tick,
    trace,
)

START = int(datetime(2026, 11, 22, 3, 20, 15, tzinfo=UTC).timestamp() * 1000)
SCENES: dict[SceneKind, str] = {
    "overview": "全市总览",
    "grid": "金水区",
    "ranking": "区县排名",
    "hot": "重点事件",
    "trace": "事件追踪",
    "emergency": "应急响应",
}


@dataclass
class FakeWall:
    """What the addresses answer. Change a field to see the wall follow; `tick()` is a commit."""

    kind: SceneKind = "overview"
    at: int = START
    boot: str = "boot-1"
    build: str = "build-1"
    document_build: str = ""
    version: int = 1
    status: int = 200
    slow: float = 0.0
    long: bool = False
    stale: int = 0
    old: str = ""
    notice: str = ""
    bound: int = 400 * 1024 * 1024
    asked: list[str] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    born: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> int:
        """The server's clock, in milliseconds: it runs on from `at`."""
        return self.at + int((time.monotonic() - self.born) * 1000)

    def set(self, moment: datetime) -> None:
        """Sets the server's clock."""
        self.at, self.born = int(moment.timestamp() * 1000), time.monotonic()

    def tick(self) -> None:
        """Something was committed."""
        self.version += 1

    def v(self) -> str:
        """The token: it moves with every commit, with the scene and at midnight."""
        day = (self.now() + OFFSET * 60_000) // 86_400_000
        return f"{self.boot}.{self.version}.{self.kind}.{day}.{self.stale}.{bool(self.old)}.{self.build}"

    def answer(self) -> Answer:
        """All panels."""
        at = self.now()
        panels = {} if self.notice else self.panels(at)
        return {
            "v": self.v(),
            "boot": self.boot,
            "build": self.build,
            "at": at,
            "as_of": at - (90_000 if self.old else 0),
            "old": {"as_of": at - 90_000, "age": 90, "why": self.old} if self.old else None,
            "notice": self.notice,
            "mode": "emergency" if self.kind == "emergency" else "normal",
            "scene": {
                "key": self.kind,
                "kind": self.kind,
                "title": SCENES[self.kind] if not self.long else LONG[0],
                "scope": "boston",
                "scope_name": "郑州市",
                "index": 1,
                "count": 17,
                "since": at - 5000,
                "until": at + 25_000 if self.kind in ("overview", "grid", "ranking", "hot") else None,
                "frozen": False,
                "pinned": self.kind == "trace",
                "held": "已由值班员固定" if self.kind == "trace" else "",
            },
            "panels": panels,
        }

    def panels(self, at: int) -> Panels:
        """Every panel, filled."""
        local = datetime.fromtimestamp(at / 1000, UTC) + timedelta(minutes=OFFSET)
        days = {
            f"{local + timedelta(days=n):%Y-%m-%d}": f"{local + timedelta(days=n):%Y年%m月%d日}"
            for n in range(8)
        }
        names = (*LONG, *NAMES) if self.long else NAMES
        received = 4_860 + 13 * self.version
        return {
            "head": {
                "city": "郑州市",
                "title": "郑州市运行监测" if not self.long else f"{LONG[0]}运行监测",
                "scope": "boston",
                "scope_name": "郑州市",
                "language": "zh",
                "zone": "Asia/Shanghai",
                "offset_minutes": OFFSET,
                "dates": days,
                "mode": "emergency" if self.kind == "emergency" else "normal",
                "mode_label": "战时" if self.kind == "emergency" else "平时",
                "marks": ["演示数据，非真实事件"],
                "credit": "",
            },
            "cards": {
                "title": "今日运行",
                "compared": "较昨日 11:20",
                "counts": [
                    card("received", "今日受理", f"{received:,}", "", "+3.2%", "neutral"),
                    card("accepted", "今日接单", f"{received - 120:,}", "", "+2.9%", "neutral"),
                    card("closed", "今日办结", "4,377", "", "\u22121.4%", "worse"),
                    card("overdue_open", "超期未办", "132,328" if self.long else "1,204", "", "+41", "worse"),
                ],
                "rates": [
                    card(
                        "acceptance_timeliness",
                        "接单及时率",
                        "98.7%",
                        "4,512 / 4,571",
                        "+0.2",
                        "better",
                        "目标 98.0%",
                        True,
                    ),
                    card(
                        "handling_timeliness",
                        "处置及时率",
                        "93.4%",
                        "3,820 / 4,090",
                        "\u22120.6",
                        "worse",
                        "目标 95.0%",
                        False,
                    ),
                    card("completion", "办结率", "90.1%", "4,377 / 4,860", "0.0", "level"),
                    card(
                        "satisfaction",
                        "满意率",
                        "95.8%",
                        "1,204 / 1,257",
                        "+0.4",
                        "better",
                        "目标 95.0%",
                        True,
                    ),
                ],
            },
            "map": {
                "title": "网格运行态势",
                "search": "?scope=boston&period=today",
                "points": "?scope=boston&period=today",
                "stamp": f"{self.version // 8}",
                "focus": "boston",
                "view": VIEWS[0],
                "index": 0,
                "views": VIEWS,
                "until": None,
                "layers": ["overdue", "newest"] if self.kind != "trace" else [],
                "notes": ["网格边界为示意"],
                "mark": {"id": 7, "lon": -71.08, "lat": 42.33, "label": "本事件"}
                if self.kind == "trace"
                else None,
                "formula": "处置时限在期内且已到期的事件中，按期处置的比例",
            },
            "curve": {
                "title": "今日受理走势",
                "labels": [f"{hour:02d}" for hour in range(24)],
                "lines": [
                    {
                        "key": "today",
                        "name": "今日",
                        "values": [*HOURS[:11], 130, *[None] * 12],
                        "total": f"{received:,}",
                    },
                    {
                        "key": "yesterday",
                        "name": "昨日",
                        "values": [int(0.93 * one) for one in HOURS],
                        "total": "4,709",
                    },
                    {
                        "key": "week",
                        "name": "上周日",
                        "values": [int(0.8 * one) + 15 for one in HOURS],
                        "total": "4,402",
                    },
                ],
                "now": 11,
                "most": max(HOURS),
            },
            "channels": groups("今日渠道", CHANNELS, received, ""),
            "categories": groups(
                "今日高发类别",
                (*LONG[:2], *CATEGORIES) if self.long else CATEGORIES,
                received,
                "较昨日 11:20",
            ),
            "ranking": {
                "title": "区县排名 · 处置及时率",
                "indicator": "handling_timeliness",
                "label": "处置及时率",
                "period": "今日",
                "target": "目标 95.0%",
                "rules": "红牌：低于目标3个百分点以上；黄牌：低于目标；不足10件不排名",
                "rows": [ranked(place, name) for place, name in enumerate(names)],
                "red": [ranked(place, names[place]) for place in range(len(names) - 1, len(names) - 4, -1)],
                "yellow": [
                    ranked(place, names[place]) for place in range(len(names) - 4, len(names) - 8, -1)
                ],
                "few": ["上街区"],
                "few_text": "1个网格不足10件",
                "more": "",
                "empty": "",
            },
            "league": league(names) if self.kind == "ranking" else None,
            "hot": {
                "title": "重点事件",
                "note": "热点上次检查 14:05",
                "late": False,
                "lists": [
                    {
                        "key": "overdue",
                        "title": "超期最久",
                        "total": "1,204",
                        "number": 1204,
                        "rows": [hot(n, self.long) for n in range(9)],
                        "empty": "",
                        "late": False,
                    },
                    {
                        "key": "whistles",
                        "title": "吹哨待报到",
                        "total": "12",
                        "number": 12,
                        "rows": [hot(20 + n, self.long) for n in range(5)],
                        "empty": "",
                        "late": False,
                    },
                    {
                        "key": "warnings",
                        "title": "预警",
                        "total": "0",
                        "number": 0,
                        "rows": [],
                        "empty": "当前无预警",
                        "late": False,
                    },
                ],
            },
            "ticker": {
                "title": "事件动态",
                "rows": [tick(self.version + 40 - n, at - 9000 * n, self.long) for n in range(24)],
                "empty": "",
            },
            "structure": {
                "title": "网格与队伍",
                "levels": [
                    {"key": "level1", "label": "一级网格", "count": "215", "number": 215},
                    {"key": "level2", "label": "二级网格", "count": "3,530", "number": 3530},
                    {"key": "level3", "label": "三级网格", "count": "19,582", "number": 19582},
                    {"key": "dedicated", "label": "专属网格", "count": "4,835", "number": 4835},
                ],
                "staff": [{"key": "workers", "label": "专职网格员", "count": "28,000", "number": 28000}],
                "organisations": [{"key": "streets", "label": "街道办", "count": "215", "number": 215}],
                "people": "221,000",
                "people_label": "网格工作人员",
            },
            "bulletins": {
                "title": "今日通报",
                "rows": [
                    {
                        "kind": "morning",
                        "name": "早通报",
                        "due": "08:00",
                        "state": "issued",
                        "state_label": "08:01 已编发",
                    },
                    {
                        "kind": "evening",
                        "name": "晚通报",
                        "due": "20:00",
                        "state": "waiting",
                        "state_label": "未到编发时间",
                    },
                    {
                        "kind": "month",
                        "name": "网格履职月度通报",
                        "due": "30日 18:00",
                        "state": "due",
                        "state_label": "待编发",
                    },
                ],
                "note": "",
            },
            "sources": {
                "title": "数据源",
                "rows": [
                    {
                        "name": name,
                        "newest": "11:18:02",
                        "age": f"{2 + 41 * n}分钟前",
                        "at": at - 60_000,
                        "stale": n < self.stale,
                    }
                    for n, name in enumerate(CHANNELS)
                ],
                "silent": "",
                "empty": "",
            },
            "trace": trace(self.long) if self.kind == "trace" else None,
            "emergency": emergency(at, self.long) if self.kind == "emergency" else None,
        }


@contextlib.contextmanager
def served_wall(wall: FakeWall, port: int = 0, city: FakeCity | None = None) -> Iterator[str]:
    """Serves the wall's page and addresses in threads of this process; gives the address of the wall."""
    reads = (city or FakeCity()).reads()
    views = MapViews(reads)
    server = Flask("yiping-wall-tests", static_folder=str(ASSETS), static_url_path="/assets")
    mapdata.register(
        server,
        mapdata.MapSource(
            token=views.token,
            asker=views.asker,
            manifest=views.manifest,
            answer=views.answer,
            geometry=views.geometry,
            areas=views.areas,
            basemap=lambda: None,
        ),
    )
    routes.register(server, reads, OutlineBook(reads))
    wallpage.register(server, Path(ASSETS), lambda: wall.document_build or wall.build, lambda: wall.bound)

    def guarded(kind: str, make: Any) -> Response:
        with wall.lock:
            wall.asked.append(kind)
            wall.under_way += 1
            wall.most_under_way = max(wall.most_under_way, wall.under_way)
        try:
            speak("zh")
            time.sleep(wall.slow)
            if wall.status != 200:
                away = {"error": "away", "at": wall.now(), "good": None, "age": None}
                return Response(json.dumps(away), wall.status, mimetype="application/json")
            return Response(json.dumps(make(), ensure_ascii=False), mimetype="application/json")
        finally:
            with wall.lock:
                wall.under_way -= 1

    def panels() -> Answer:
        found = wall.answer()
        if request.args.get("known") == found["v"]:
            found["panels"] = {}
        return found

    server.add_url_rule(
        "/wall/pulse", "pulse", lambda: guarded("pulse", lambda: {"v": wall.v(), "at": wall.now()})
    )
    server.add_url_rule("/wall/panels", "panels", lambda: guarded("panels", panels))
    made = make_server("127.0.0.1", port, server, threaded=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}/wall"
    finally:
        made.shutdown()
        made.server_close()
        thread.join()
