"""A bulletin to be sent."""

from __future__ import annotations

from data.clocks import SECOND
from reports.delivery.parcel import Parcel

TITLE = "郑州市网格事件办理情况早间通报"
FILE = "郑州市早间通报-2026-11-26.pdf"

PARCEL = Parcel(
    edition="morning/410100/2026-11-26/1",
    title=TITLE,
    summary="全市受理事件10,482件。\n.超期未办215件。",
    page="<!doctype html><html lang='zh-CN'><body><p>全市受理事件10,482件。</p></body></html>",
    pdf=b"%PDF-1.7\n" + bytes(range(256)) * 40,
    file_name=FILE,
    link="https://yiping.example.gov.cn/bulletins?edition=7",
    issued_at=1_795_700_000 * SECOND,
)
