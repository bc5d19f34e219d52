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
from callbacks import routes, wallpage
from callbacks.mapviews import MapViews
from callbacks.outlines import OutlineBook
from callbacks.wallpanels import Answer, Panels, SceneKind
from data.words import speak
from tests.support.fakes import FakeCity
from tests.support.serving import ASSETS

OFFSET = 480
"""Minutes: the clock of the fake city is that of Shanghai, whatever its outlines."""

START = int(datetime(2026, 11, 22, 3, 20, 15, tzinfo=UTC).timestamp() * 1000)
NAMES = ("金水区", "二七区", "中原区", "管城回族区", "惠济区", "上街区", "巩义市", "荥阳市", "新密市", "新郑市", "登封市", "中牟县",
         "郑东新区", "郑州高新技术产业开发区", "郑州经济技术开发区")  # fmt: skip
LONG = (
    "郑州航空港经济综合实验区（郑州新郑综合保税区）管理委员会",
    "二七区嵩山路街道绿云小区社区第三网格党群服务中心",
    "管城回族区紫荆山南路街道陇海中路社区居民委员会",
)
CHANNELS = ("12345热线", "郑好拍", "郑好办", "网格巡查", "110非警务", "数字城管", "视频智能识别", "物联感知")
CATEGORIES = (
    "暴露垃圾",
    "机动车乱停放",
    "道路破损",
    "占道经营",
    "违法建设",
    "噪声扰民",
    "路灯不亮",
    "供水管道破裂",
)
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
                    _card("received", "今日受理", f"{received:,}", "", "+3.2%", "neutral"),
                    _card("accepted", "今日接单", f"{received - 120:,}", "", "+2.9%", "neutral"),
                    _card("closed", "今日办结", "4,377", "", "\u22121.4%", "worse"),
                    _card(
                        "overdue_open", "超期未办", "132,328" if self.long else "1,204", "", "+41", "worse"
                    ),
                ],
                "rates": [
                    _card(
                        "acceptance_timeliness",
                        "接单及时率",
                        "98.7%",
                        "4,512 / 4,571",
                        "+0.2",
                        "better",
                        "目标 98.0%",
                        True,
                    ),
                    _card(
                        "handling_timeliness",
                        "处置及时率",
                        "93.4%",
                        "3,820 / 4,090",
                        "\u22120.6",
                        "worse",
                        "目标 95.0%",
                        False,
                    ),
                    _card("completion", "办结率", "90.1%", "4,377 / 4,860", "0.0", "level"),
                    _card(
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
                "view": _VIEWS[0],
                "index": 0,
                "views": _VIEWS,
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
                        "values": [*_HOURS[:11], 130, *[None] * 12],
                        "total": f"{received:,}",
                    },
                    {
                        "key": "yesterday",
                        "name": "昨日",
                        "values": [int(0.93 * one) for one in _HOURS],
                        "total": "4,709",
                    },
                    {
                        "key": "week",
                        "name": "上周日",
                        "values": [int(0.8 * one) + 15 for one in _HOURS],
                        "total": "4,402",
                    },
                ],
                "now": 11,
                "most": max(_HOURS),
            },
            "channels": _groups("今日渠道", CHANNELS, received, ""),
            "categories": _groups(
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
                "rows": [_ranked(place, name) for place, name in enumerate(names)],
                "red": [_ranked(place, names[place]) for place in range(len(names) - 1, len(names) - 4, -1)],
                "yellow": [
                    _ranked(place, names[place]) for place in range(len(names) - 4, len(names) - 8, -1)
                ],
                "few": ["上街区"],
                "few_text": "1个网格不足10件",
                "more": "",
                "empty": "",
            },
            "league": _league(names) if self.kind == "ranking" else None,
            "hot": {
                "title": "重点事件",
                "lists": [
                    {
                        "key": "overdue",
                        "title": "超期最久",
                        "total": "1,204",
                        "number": 1204,
                        "rows": [_hot(n, self.long) for n in range(9)],
                        "empty": "",
                    },
                    {
                        "key": "whistles",
                        "title": "吹哨待报到",
                        "total": "12",
                        "number": 12,
                        "rows": [_hot(20 + n, self.long) for n in range(5)],
                        "empty": "",
                    },
                    {
                        "key": "warnings",
                        "title": "预警",
                        "total": "0",
                        "number": 0,
                        "rows": [],
                        "empty": "当前无预警",
                    },
                ],
            },
            "ticker": {
                "title": "事件动态",
                "rows": [_tick(self.version + 40 - n, at - 9000 * n, self.long) for n in range(24)],
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
                        "state": "made",
                        "state_label": "已印发",
                        "note": "",
                    },
                    {
                        "kind": "evening",
                        "name": "晚通报",
                        "due": "20:00",
                        "state": "waiting",
                        "state_label": "待印发",
                        "note": "",
                    },
                    {
                        "kind": "monthly",
                        "name": "网格履职月度通报",
                        "due": "30日 18:00",
                        "state": "due",
                        "state_label": "应发未发",
                        "note": "",
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
            "trace": _trace(self.long) if self.kind == "trace" else None,
            "emergency": _emergency(at, self.long) if self.kind == "emergency" else None,
        }


_HOURS = [
    31,
    22,
    18,
    14,
    19,
    42,
    118,
    264,
    431,
    512,
    498,
    455,
    402,
    377,
    441,
    489,
    470,
    436,
    348,
    260,
    191,
    133,
    84,
    52,
]
_VIEWS: list[Any] = [
    {"indicator": "handling_timeliness", "label": "处置及时率", "level": "", "level_name": "区县"},
    {"indicator": "received", "label": "受理数", "level": "", "level_name": "街道"},
]


def _card(
    key: str, label: str, value: str, n: str, change: str, verdict: Any, target: str = "", met: Any = None
) -> Any:
    return {
        "key": key, "label": label, "value": value, "number": 1.0, "unit": "", "n": n, "change": change,
        "verdict": verdict, "before": "", "target": target, "met": met, "formula": label,
    }  # fmt: skip


def _groups(title: str, names: tuple[str, ...], total: int, compared: str) -> Any:
    rows = [
        {
            "code": name,
            "name": name,
            "count": f"{int(total * 0.31 / (place + 1)):,}",
            "number": int(total * 0.31 / (place + 1)),
            "share": 1 / (place + 1),
            "share_text": f"{31 / (place + 1):.1f}%",
            "change": "+12.4%" if place % 3 == 0 else "\u22124.1%",
            "verdict": "worse" if place % 3 == 0 else "better",
        }
        for place, name in enumerate(names)
    ]
    return {"title": title, "compared": compared, "rows": rows, "more": "", "empty": ""}


def _ranked(place: int, name: str) -> Any:
    band = "red" if place > 11 else "yellow" if place > 7 else "few" if place == 5 else "good"
    return {
        "code": f"{name}{place}", "rank": str(place + 1), "name": name, "value": f"{99.2 - 0.9 * place:.1f}%",
        "number": 0.9, "n": f"{420 - 17 * place} / {431 - 12 * place}", "share": 1 - 0.05 * place, "band": band,
    }  # fmt: skip


def _league(names: tuple[str, ...]) -> Any:
    labels = ("接单及时率", "处置及时率", "办结率", "满意率")
    return {
        "title": "区县运行指标",
        "period": "今日",
        "columns": [{"key": label, "label": label, "target": "目标 95.0%"} for label in labels],
        "rows": [
            {
                "code": f"{name}{place}",
                "rank": str(place + 1),
                "name": name,
                "cells": [
                    {
                        "value": f"{99.3 - place * 0.7 - 0.4 * at:.1f}%",
                        "n": f"{380 - place} / {402 - place}",
                        "band": _ranked(place, name)["band"],
                    }
                    for at in range(4)
                ],
            }
            for place, name in enumerate(names)
        ],
        "empty": "",
    }


def _hot(number: int, long: bool) -> Any:
    title = (
        "金水区经三路与纬五路交叉口供水管道破裂，路面大面积积水影响通行"
        if long or number % 2
        else "小区门口暴露垃圾"
    )
    return {
        "id": number, "title": title, "category": "供水管道破裂", "grid": LONG[1] if long else "花园路街道",
        "unit": LONG[2] if long else "市自来水公司", "status": "处置中", "age": f"超期{40 - number}小时",
        "level": ("red", "yellow", "none")[number % 3],
    }  # fmt: skip


def _tick(number: int, at: int, long: bool) -> Any:
    local = datetime.fromtimestamp(at / 1000, UTC) + timedelta(minutes=OFFSET)
    closed = number % 3 == 0
    return {
        "key": f"t{number}", "id": number, "kind": "closed" if closed else "reported", "kind_label": "办结" if closed else "上报",
        "at": at, "time": f"{local:%H:%M:%S}", "title": f"{CATEGORIES[number % 8]} {number}" + (LONG[0] if long else ""),
        "category": CATEGORIES[number % 8], "channel": CHANNELS[number % 8], "grid": LONG[1] if long else NAMES[number % 15],
    }  # fmt: skip


def _trace(long: bool) -> Any:
    steps = ("上报", "接单", "派遣", "处置", "退回", "派遣", "处置", "核查")
    return {
        "id": 7,
        "key": "ZZ-20261121-000123",
        "title": "经三路与纬五路交叉口供水管道破裂，路面大面积积水影响通行" + ("，附近居民多次反映" * 6 if long else ""),
        "status": "处置中",
        "why": "值班员固定",
        "overdue": "超期 5 小时 12 分",
        "facts": [{"label": label, "value": LONG[at % 3] if long else "市自来水公司"} for at, label in enumerate(("所在网格", "类别", "渠道", "承办单位", "上报时间", "处置时限", "当前责任人", "地址"))],
        "steps": [
            {"kind": str(at), "name": name, "time": f"11-21 {8 + at:02d}:1{at}", "actor": LONG[2] if long else "花园路街道办事处", "note": "已到场处置，正在关阀抢修，预计两小时恢复" * (3 if long else 1), "late": "逾期" if at == 3 else ""}
            for at, name in enumerate(steps)
        ],
        "missing": "",
    }  # fmt: skip


def _emergency(at: int, long: bool) -> Any:
    counts = (
        ("received", "响应事件", "318"),
        ("open", "未办结", "127"),
        ("closed", "已办结", "191"),
        ("overdue", "超期", "14"),
    )
    return {
        "title": "暴雨内涝应急响应" if not long else "郑州航空港经济综合实验区暴雨内涝及次生灾害应急响应",
        "reason": "市气象台发布暴雨红色预警信号" + ("，请各单位立即到岗到位" * 4 if long else ""),
        "scope": "boston",
        "scope_name": "郑州市",
        "category": "flood",
        "category_name": "道路积水",
        "started": at - 4_530_000,
        "started_text": "10:04 启动",
        "by": "值班长",
        "counts": [{"key": key, "label": label, "count": count, "number": 1} for key, label, count in counts],
        "completion": "60.1%",
        "completion_n": "191 / 318",
        "units": [{"name": LONG[2] if long else f"第{n + 1}抢险队", "open": str(12 - n), "closed": f"已结 {8 + n}"} for n in range(9)],
        "units_more": "另有 6 个单位",
        "tasks": [_hot(n, long) for n in range(16)],
        "empty": "",
    }  # fmt: skip


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
