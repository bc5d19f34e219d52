"""Figures for a made-up wall: names as they are and much too long, every panel filled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

OFFSET = 480
"""Minutes: the clock of the fake city is that of Shanghai, whatever its outlines."""

NAMES = (
    "金水区",
    "二七区",
    "中原区",
    "管城回族区",
    "惠济区",
    "上街区",
    "巩义市",
    "荥阳市",
    "新密市",
    "新郑市",
    "登封市",
    "中牟县",
    "郑东新区",
    "郑州高新技术产业开发区",
    "郑州经济技术开发区",
)
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
TITLE = "经三路与纬五路交叉口供水管道破裂，路面大面积积水影响通行"
FACTS = ("所在网格", "类别", "渠道", "承办单位", "上报时间", "处置时限", "当前责任人", "地址")

HOURS = [
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
VIEWS: list[Any] = [
    {"indicator": "handling_timeliness", "label": "处置及时率", "level": "", "level_name": "区县"},
    {"indicator": "received", "label": "受理数", "level": "", "level_name": "街道"},
]


def card(
    key: str, label: str, value: str, n: str, change: str, verdict: Any, target: str = "", met: Any = None
) -> Any:
    return {
        "key": key,
        "label": label,
        "value": value,
        "number": 1.0,
        "unit": "",
        "n": n,
        "change": change,
        "verdict": verdict,
        "before": "",
        "target": target,
        "met": met,
        "formula": label,
    }


def groups(title: str, names: tuple[str, ...], total: int, compared: str) -> Any:
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


def ranked(place: int, name: str) -> Any:
    band = "red" if place > 11 else "yellow" if place > 7 else "few" if place == 5 else "good"
    return {
        "code": f"{name}{place}",
        "rank": str(place + 1),
        "name": name,
        "value": f"{99.2 - 0.9 * place:.1f}%",
        "number": 0.9,
        "n": f"{420 - 17 * place} / {431 - 12 * place}",
        "share": 1 - 0.05 * place,
        "band": band,
    }


def league(names: tuple[str, ...]) -> Any:
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
                        "band": ranked(place, name)["band"],
                    }
                    for at in range(4)
                ],
            }
            for place, name in enumerate(names)
        ],
        "empty": "",
    }


def hot(number: int, long: bool) -> Any:
    title = (
        "金水区经三路与纬五路交叉口供水管道破裂，路面大面积积水影响通行"
        if long or number % 2
        else "小区门口暴露垃圾"
    )
    return {
        "id": number,
        "title": title,
        "category": "供水管道破裂",
        "grid": LONG[1] if long else "花园路街道",
        "unit": LONG[2] if long else "市自来水公司",
        "status": "处置中",
        "age": f"超期{40 - number}小时",
        "level": ("red", "yellow", "none")[number % 3],
    }


def tick(number: int, at: int, long: bool) -> Any:
    local = datetime.fromtimestamp(at / 1000, UTC) + timedelta(minutes=OFFSET)
    closed = number % 3 == 0
    title = f"{CATEGORIES[number % 8]} {number}"
    return {
        "key": f"t{number}",
        "id": number,
        "kind": "closed" if closed else "reported",
        "kind_label": ("上报", "办结")[closed],
        "at": at,
        "time": f"{local:%H:%M:%S}",
        "title": title + (LONG[0] if long else ""),
        "category": CATEGORIES[number % 8],
        "channel": CHANNELS[number % 8],
        "grid": LONG[1] if long else NAMES[number % 15],
    }


def trace(long: bool) -> Any:
    steps = ("上报", "接单", "派遣", "处置", "退回", "派遣", "处置", "核查")
    return {
        "id": 7,
        "key": "ZZ-20261121-000123",
        "title": "经三路与纬五路交叉口供水管道破裂，路面大面积积水影响通行"
        + ("，附近居民多次反映" * 6 if long else ""),
        "status": "处置中",
        "why": "值班员固定",
        "overdue": "超期 5 小时 12 分",
        "facts": [
            {"label": label, "value": LONG[at % 3] if long else "市自来水公司"}
            for at, label in enumerate(FACTS)
        ],
        "steps": [
            {
                "kind": str(at),
                "name": name,
                "time": f"11-21 {8 + at:02d}:1{at}",
                "actor": LONG[2] if long else "花园路街道办事处",
                "note": "已到场处置，正在关阀抢修，预计两小时恢复" * (3 if long else 1),
                "late": "逾期" if at == 3 else "",
            }
            for at, name in enumerate(steps)
        ],
        "missing": "",
    }


def emergency(at: int, long: bool) -> Any:
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
        "units": [
            {"name": LONG[2] if long else f"第{n + 1}抢险队", "open": str(12 - n), "closed": f"已结 {8 + n}"}
            for n in range(9)
        ],
        "units_more": "另有 6 个单位",
        "commands": [
            {
                "id": n,
                "title": ("封闭下穿隧道、设置警示标志并安排专人值守" if long else "排查地下车库")
                + f"（{n + 1}）",
                "done": f"{3 * n} / 12",
                "due": ("超期 2小时15分" if n == 0 else "限 11-27 18:00 前") if n < 4 else "全部完成",
                "level": "red" if n == 0 else "none" if n < 4 else "met",
            }
            for n in range(5)
        ],
        "commands_more": "另有 3 项指令",
        "tasks": [hot(n, long) for n in range(16)],
        "empty": "",
    }
