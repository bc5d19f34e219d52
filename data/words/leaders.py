"""The words of the pages for leaders: what needs attention first, the ranking, a grid's page and the comparison."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "range.first": ("开始日期", "First day"),
    "range.last": ("结束日期", "Last day"),
    "range.own": ("自选日期", "Own dates"),
    "chart.table": ("以表格查看", "Show as a table"),
    "board.period": (
        "统计期 {period}；较上期对比 {before}",
        "Period {period}; changes against {before}",
    ),
    "board.period_alone": ("统计期 {period}", "Period {period}"),
    "board.formula": ("{label}：{formula}", "{label}: {formula}"),
    "board.n": ("件数", "n"),
    "board.target": ("目标 {target}", "target {target}"),
    "board.rank": ("第{rank}", "#{rank}"),
    "board.no_rank": ("不排名", "unranked"),
    "rank.heading": ("{grid} · {level} {n} 个", "{grid} · {level}: {n}"),
    "rank.levels": ("排名层级", "Level that is ranked"),
    "rank.level_children": ("直接下级", "Directly below"),
    "rank.level_many": (
        "{level}（{n} 个，请先缩小范围）",
        "{level} ({n}: choose a smaller area first)",
    ),
    "rank.board": ("全部指标排名表", "All indicators, ranked"),
    "rank.note": (
        "按“{label}”{order}。点列名改变排序，点网格名称进入该网格。件数不足 {minimum} 的比率不参加排名，同值同名次。",
        "Sorted by “{label}”, {order}. A column's name sorts by it, a grid's name opens it. Rates of fewer than "
        "{minimum} events have no rank; equal values share one.",
    ),
    "rank.order_best": ("从优到劣", "best first"),
    "rank.order_worst": ("从劣到优", "worst first"),
    "rank.order_change": ("按变差幅度", "most worsened first"),
    "rank.order_name": ("按网格次序", "in the order of the grids"),
    "rank.orders": ("排列次序", "Order"),
    "rank.path": ("上级", "Above"),
    "rank.small": ("走势 · {label} · 按{unit}", "Over time · {label} · by {unit}"),
    "rank.small_note": (
        "各图纵轴相同：{low} 至 {high}；件数不足 {minimum} 的时段留空。",
        "All on one scale, {low} to {high}; times with fewer than {minimum} events are left out.",
    ),
    "rank.small_stock": (
        "“{label}”是某一时点的存量，没有分时段的走势；请选择其他指标。",
        "“{label}” is a stock at an instant and has no course over time: choose another indicator.",
    ),
    "rank.nothing": ("该网格没有下级网格，无可排名。", "There is no grid below this one to rank."),
    "rank.grid_page": ("打开{grid}的页面", "Open the page of {grid}"),
    "rank.no_data": ("暂无数据", "no data"),
    "rank.sort_by": ("按{label}排序", "Sort by {label}"),
}
