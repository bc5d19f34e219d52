"""The words of the pages for leaders: what needs attention first, the ranking, a grid's page and the comparison."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "range.first": ("开始日期", "First day"),
    "range.last": ("结束日期", "Last day"),
    "range.own": ("自选日期", "Own dates"),
    "chart.table": ("以表格查看", "Show as a table"),
    "attention.heading": ("需要先关注", "What needs attention first"),
    "attention.overdue": ("超期未办", "Overdue and open"),
    "attention.falls": ("明显下滑的指标", "Indicators that fell"),
    "attention.missed": ("下级未达标", "Below target"),
    "attention.worst": ("最多的{level}", "Most, {level}"),
    "attention.event": ("{title}（{grid}）", "{title} ({grid})"),
    "attention.oldest": ("超期最久", "Longest overdue"),
    "attention.no_falls": ("没有明显下滑的指标。", "No indicator has fallen beyond chance."),
    "attention.no_missed": ("下级网格全部达标。", "Every grid below meets its targets."),
    "attention.share": ("{judged} 个中 {missed} 个未达标", "{missed} of {judged} miss it"),
    "attention.rule": ("判定规则", "The rule"),
    "attention.rule_falls": (
        "与上期（{period}）相比变差，幅度超过两期件数的随机波动（{times} 倍标准差，置信度 99%），"
        "且不少于 {points} 个百分点（计数不少于 2%）；任一期不足 {minimum} 件的不判定。",
        "Worse than in the period before ({period}) by more than chance moves figures of both sizes ({times} standard "
        "deviations, 99 %), and by at least {points} points (counts: 2 %); not judged below {minimum} events.",
    ),
    "attention.rule_targets": (
        "指标值未达到本市目标；件数不足 {minimum} 的网格不判定。",
        "The value misses the city's target; grids with fewer than {minimum} events are not judged.",
    ),
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
