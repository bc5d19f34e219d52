"""Documents as bulletins are, with everything that is hard to set: long names, rare characters, long tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Literal

import geopandas as gpd

from data.clocks import SECOND, Instant
from reports.document import (
    Break,
    Chart,
    Column,
    Document,
    Heading,
    Paragraph,
    Part,
    Series,
    Signature,
    Table,
)

NO_SHAPES: Final = gpd.GeoDataFrame({"code": [], "name": []}, geometry=gpd.GeoSeries([], crs="EPSG:4326"))
"""Outlines for documents without maps."""

RARE: Final = "沄垟埇碶㙟𬇙"
"""Characters of place names that many fonts lack."""

DISTRICTS: Final = (
    "中原区",
    "二七区",
    "管城回族区",
    "金水区",
    "上街区",
    "惠济区",
    "中牟县",
    "巩义市",
    "荥阳市",
    "新密市",
    "新郑市",
    "登封市",
    "郑东新区",
    "郑州经济技术开发区",
    "郑州航空港经济综合实验区",
)
_STEMS: Final = (
    "淮河路",
    "人和路",
    "建中",
    "大学路",
    "桐柏路",
    "五里堡",
    "京广路",
    "福华街",
    "沄河",
    "大垟",
    "埇桥",
    "碶头",
)
_KINDS: Final = ("街道", "街道", "镇", "乡", "街道", "回族镇")
_WHOLE: Final = (
    "10月31日0时至24时，全市网格事件平台共受理事件11,742件，比前一日增加312件，上升2.7%；办结11,306件，办结率96.3%"
    "（11,306/11,742）。10月1日至31日累计受理356,108件，比上月同期减少4,215件，下降1.2%；累计办结348,902件。截至11月1日"
    "8时，全市超期未办1,204件，其中超期三日以上86件。"
)


def at(year: int, month: int, day: int, hour: int) -> Instant:
    """An instant in UTC."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * SECOND


def street(place: int) -> str:
    """The name of a street or township, with that of its district."""
    district = DISTRICTS[place % len(DISTRICTS)]
    return f"{district}{_STEMS[place % len(_STEMS)]}{_KINDS[place % len(_KINDS)]}"


def rate(place: int, base: int = 988) -> str:
    """A rate as printed, falling with the place."""
    return f"{(base - place * 3 % 400) / 10:.1f}%"


def ratio(place: int) -> str:
    """A numerator and a denominator as printed."""
    of = 40 + place * 37 % 1400
    return f"{of - place % 11:,}/{of:,}"


def rates_table(title: str, names: tuple[str, ...], *, total: str = "") -> Table:
    """The four rates with their n, a row for each name."""
    columns = (
        Column("名次", "center"),
        Column("单位", "left", 1.0),
        *(
            Column(label)
            for label in (
                "接单及时率",
                "分子/分母",
                "处置及时率",
                "分子/分母",
                "办结率",
                "分子/分母",
                "满意率",
                "分子/分母",
            )
        ),
    )
    rows = [
        (
            str(place + 1),
            name,
            *(cell for turn in range(4) for cell in (rate(place + turn), ratio(place + turn))),
        )
        for place, name in enumerate(names)
    ]
    strong: tuple[int, ...] = ()
    if total:
        rows.append(("", total, *(cell for turn in range(4) for cell in (rate(turn), "11,306/11,742"))))
        strong = (len(rows) - 1,)
    return Table(title, columns, tuple(rows), "注：名次按处置及时率由高到低排列，并列的名次相同。", strong)


def overdue_table(rows: int) -> Table:
    """Overdue items with the unit that holds them and the words of citizens."""
    columns = (
        Column("序号", "center"),
        Column("编号", "left"),
        Column("事项", "left", 2.0),
        Column("承办单位", "left", 1.0),
        Column("应办结时间", "center"),
        Column("超期"),
    )
    texts = (
        "小区门口污水井外溢，异味严重，多次反映未解决",
        "暴露垃圾",
        "夜间施工噪声扰民，凌晨2时仍在浇筑混凝土，影响周边三个小区居民休息",
        '<script>alert("x")</script> & #include("x")',
        "路灯不亮",
    )
    return Table(
        "超期未办事项（超期最久的前列）",
        columns,
        tuple(
            (
                str(place + 1),
                f"ZZ20261031{place:05d}",
                texts[place % len(texts)],
                street(place),
                "10月28日17时30分",
                f"{90 - place}小时",
            )
            for place in range(rows)
        ),
    )


def trend() -> Chart:
    """Twelve months of four rates, with a month without data."""
    labels = tuple(f"{month}月" for month in (11, 12, *range(1, 11)))

    def values(base: float, step: float) -> tuple[float | None, ...]:
        return tuple(None if turn == 3 else base + step * (turn * 7 % 5) for turn in range(12))

    return Chart(
        "近12个月各项指标",
        "lines",
        labels,
        (
            Series("接单及时率", values(0.93, 0.008)),
            Series("处置及时率", values(0.88, 0.012)),
            Series("办结率", values(0.955, 0.004)),
            Series("满意率", values(0.90, 0.010)),
        ),
        "四项指标近十二个月的折线，二月无数据",
        percent=True,
        note="二月系统升级，无数据。",
    )


def channels() -> Chart:
    """Events by channel against the day before."""
    labels = ("12345热线", "网格巡查", "郑好拍", "郑好办", "数字城管", "110非警务", "视频", "物联感知")
    return Chart(
        "各渠道受理量",
        "bars",
        labels,
        (
            Series("10月31日", (4120, 3518, 1204, 986, 902, 610, 288, 114)),
            Series("10月30日", (3987, 3402, 1260, 1011, 870, 598, 241, 61), muted=True),
        ),
        "各渠道受理量的条形图：12345热线最多，物联感知最少",
        unit="件",
    )


def daily() -> Document:
    """A morning bulletin of the city."""
    parts: tuple[Part, ...] = (
        Heading(1, "一、总体情况"),
        Paragraph(_WHOLE),
        Paragraph(
            "接单及时率98.2%（11,530/11,742），比前一日上升0.3个百分点；处置及时率95.1%，比前一日下降0.4个百分点。",
            "主要指标。",
        ),
        channels(),
        Heading(1, "二、各区县（市）、开发区办理情况"),
        Paragraph(
            "处置及时率居前三位的是：上街区、新密市、登封市；居后三位的是：管城回族区、郑州航空港经济综合实验区、二七区。"
        ),
        rates_table("表1　各区县（市）、开发区四项指标", DISTRICTS, total="全市"),
        Heading(2, "（一）红榜"),
        Paragraph("、".join(street(place) for place in range(5)) + "。"),
        Heading(2, "（二）黄榜"),
        Paragraph("、".join(street(place) for place in range(60, 65)) + "。"),
        Heading(1, "三、乡镇（街道）办理情况"),
        rates_table("表2　乡镇（街道）四项指标", tuple(street(place) for place in range(60))),
        Heading(1, "四、超期未办事项"),
        Paragraph("截至11月1日8时，全市超期未办1,204件，超期最久的20件如下。"),
        overdue_table(20),
        Heading(1, "五、工作要求"),
        *(
            Paragraph(
                f"{number}是对超期未办事项逐件核查，明确责任单位和办结时限，防止问题反弹；对群众反复投诉的事项，由属地街道牵头吹哨，相关部门限时报到。"
            )
            for number in "一二三"
        ),
    )
    return Document(
        template="daily",
        language="zh",
        organisation="郑州市网格化治理指挥中心",
        number="郑网通报〔2026〕305号",
        marks=("演示数据", "网格为示意"),
        title=("郑州市网格事件办理情况", "晨间通报"),
        subject="2026年10月31日晨间通报：郑州市",
        addressee="各区县（市）人民政府，各开发区管委会，市直有关单位：",
        parts=parts,
        date="2026年11月1日",
        as_of=at(2026, 11, 1, 0),
        notes_label="注",
        notes=(
            "数据截至2026年11月1日8时（北京时间）；增减均与前一日相比，按所示数值相减；分母为0的不计算，以“—”表示。",
            "处置及时率：处置时限落在统计期内且已到期的事件中，按时处置的所占比例。",
        ),
        copies="市委办公室、市政府办公室，市委政法委，市大数据局，各区县（市）网格化治理指挥中心。",
    )


def month(rows: int = 3530) -> Document:
    """A bulletin of a month with contents and an appendix of so many grids."""
    first = daily()
    streets = tuple(street(place) for place in range(215))
    columns = (
        Column("序号", "center"),
        Column("乡镇（街道）", "left", 1.0),
        Column("网格", "left", 1.0),
        Column("总分"),
        Column("处置及时率"),
        Column("分子/分母"),
        Column("办结率"),
        Column("分子/分母"),
    )
    appendix = Table(
        "附表　二级网格考核结果",
        columns,
        tuple(
            (
                str(place + 1),
                street(place // 16),
                f"{_STEMS[place % 12]}第{place % 40 + 1}社区网格",
                f"{99 - place % 300 / 10:.1f}",
                rate(place),
                ratio(place),
                rate(place + 1),
                ratio(place + 1),
            )
            for place in range(rows)
        ),
        size="small",
    )
    parts: list[Part] = [
        Paragraph("现将2026年10月全市网格员履职考核情况通报如下。"),
        *first.parts[:3],
        trend(),
        Heading(1, "二、一级网格考核结果"),
        rates_table("表1　一级网格考核得分", streets),
    ]
    for number, district in zip("一二三四五六七八九十", DISTRICTS, strict=False):
        parts += [Heading(2, f"（{number}）{district}"), Paragraph(_WHOLE)]
    parts += [
        Heading(1, "三、工作要求"),
        Paragraph(_WHOLE),
        Signature(),
        Break(),
        Heading(1, "附件1　二级网格考核结果"),
        appendix,
    ]
    return replace(
        first,
        template="month",
        title=("2026年10月郑州市", "网格员履职情况通报"),
        subject="2026年10月履职通报：郑州市",
        parts=tuple(parts),
        contents=True,
    )


def english() -> Document:
    """A bulletin of a city that speaks English."""
    text = (
        "From midnight to midnight on February 10, the city received 1,204 service requests, 3.1% more than the day "
        "before; 1,102 were closed, a completion of 91.5% (1,102/1,204). At 8:00 a.m. on February 11, 214 requests "
        "were overdue."
    )
    names = (
        "Allston / Brighton",
        "Back Bay",
        "Fenway / Kenmore / Audubon Circle / Longwood",
        "Roxbury",
        "South Boston",
    )
    columns = (
        Column("Rank", "center"),
        Column("Neighborhood", "left", 1.0),
        Column("Handled on time"),
        Column("On time / due"),
        Column("Completion"),
        Column("Closed / received"),
    )
    table = Table(
        "Table 1. Handling by neighborhood",
        columns,
        tuple(
            (str(n + 1), name, rate(n), ratio(n), rate(n + 1), ratio(n + 1)) for n, name in enumerate(names)
        ),
        "Ranked by the share that was handled on time.",
    )
    parts: tuple[Part, ...] = (
        Heading(1, "1. The day as a whole"),
        *(Paragraph(text) for _ in range(3)),
        Chart(
            "Requests by channel",
            "bars",
            ("Phone", "App", "Web", "Employee"),
            (
                Series("February 10", (512, 401, 120, 171)),
                Series("February 9", (498, 377, 131, 162), muted=True),
            ),
            "Bars of the requests by channel: most came by phone.",
        ),
        Heading(1, "2. Neighborhoods"),
        Heading(2, "First and last"),
        Paragraph("Back Bay handled most on time.", "First."),
        table,
    )
    return Document(
        template="daily",
        language="en",
        organisation="City of Boston Operations Center",
        number="No. 41 of 2026",
        marks=("Demonstration data",),
        title=("Boston Service Requests", "Morning Bulletin"),
        subject="Morning bulletin of February 10, 2026: Boston",
        addressee="To all departments and neighborhood offices:",
        parts=parts,
        date="February 11, 2026",
        as_of=at(2026, 2, 11, 13),
        notes_label="Notes",
        notes=(
            "Figures as of 8:00 a.m. on February 11, 2026, local time.",
            "A rate without a denominator is shown as —.",
        ),
        copies="Mayor's Office; Department of Innovation and Technology.",
    )


def text_alone(*texts: str, template: Literal["daily", "month"] = "daily") -> Document:
    """A short document of paragraphs."""
    first = daily()
    return replace(
        first,
        template=template,
        parts=tuple(Paragraph(text) for text in texts),
        notes=(),
        copies="",
        marks=(),
        addressee="",
    )
