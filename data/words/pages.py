"""The words that every page has around its figures."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "page.skip": ("跳到正文", "Skip to the content"),
    "page.crumbs": ("网格路径", "Path of grids"),
    "page.periods": ("统计期", "Period"),
    "page.cards": ("指标", "Indicators"),
    "page.lists": ("事件清单", "Lists of events"),
    "page.rows": ("{first}–{last}", "{first}–{last}"),
    "page.rows_label": ("分页", "Pages of the list"),
    "page.lost": (
        "与服务器的连接已中断，正在重试；所示为中断前的数据。",
        "The connection to the server is lost, trying again; what you see is from before.",
    ),
    "as_of.label": ("截至", "As of"),
    "as_of.stale": (
        "最近没有新上报，按数据末尾统计",
        "nothing was reported lately: as of the end of the data",
    ),
    "as_of.chosen": ("按指定时点统计", "as of a chosen instant"),
    "as_of.live": ("按当前时间", "As of now"),
    "fresh.label": ("数据来源", "Sources"),
    "fresh.none": ("尚未收到任何数据", "No data has arrived yet"),
    "fresh.newest": ("最近上报 {at}", "newest report {at}"),
    "range.to": ("至", "to"),
    "range.apply": ("按日期统计", "Use these dates"),
    "picker.placeholder": ("查找网格：名称或编码", "Find a grid: name or code"),
    "picker.below": ("{grid}及其下级", "{grid} and below"),
    "picker.found": ("找到 {n} 个网格", "{n} grids found"),
    "picker.none": ("没有相符的网格", "No grid matches"),
    "picker.more": ("另有 {n} 个，请输入更多文字", "{n} more: type further letters"),
    "problem.value": (
        "地址中的 {name}={value} 无法识别，已按默认显示。",
        "{name}={value} in the address is not understood; the default is shown.",
    ),
    "problem.scope": (
        "没有编码为 {value} 的网格，已显示{city}全市。",
        "There is no grid with the code {value}; the whole of {city} is shown.",
    ),
    "problem.range_missing": ("请填写开始和结束两个日期。", "Enter both dates, the first and the last."),
    "problem.range_order": (
        "开始日期 {first} 晚于结束日期 {last}，请对调。",
        "The first date {first} lies after the last {last}: exchange them.",
    ),
    "problem.range_years": ("日期须在2000年至2059年之间。", "Dates must lie between 2000 and 2059."),
    "problem.range_long": ("日期跨度不能超过 {days} 天。", "Dates cannot lie more than {days} days apart."),
    "problem.future": (
        "指定的统计时点晚于当前时间，已按当前时间统计。",
        "The chosen instant is yet to come; the present is shown.",
    ),
    "problem.failed": (
        "部分数据读取失败，所示可能不是最新；详情见服务器日志。",
        "Some of the data could not be read and may not be the newest; the server's log says why.",
    ),
    "empty.title": ("还没有数据", "No data yet"),
    "empty.text": (
        "尚未载入城市。请在服务器上运行下面的命令，完成后本页会自动显示。",
        "No city is loaded. Run this command on the server; the page then fills by itself.",
    ),
    "empty.city": ("载入城市", "Load a city"),
    "empty.import": ("导入事件", "Import events"),
    "empty.events": (
        "城市已载入，尚无事件。导入命令：{command}",
        "The city is loaded and has no events yet. To import some: {command}",
    ),
    "page.first": ("综合首屏", "First screen"),
    "page.unknown": ("没有这个页面", "There is no such page"),
    "filter.only": ("仅统计{what}：{name}", "Only {what}: {name}"),
    "filter.clear": ("取消筛选", "Remove the filter"),
}
