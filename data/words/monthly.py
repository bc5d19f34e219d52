"""The words of monthly bulletins, in Chinese and in English."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "bulletin.heading.assessment": ("履职考核", "Assessment"),
    "bulletin.assessment": (
        "按考核办法（版本{version}），对{scope}{total}个{levels}进行考核，参加排名{ranked}个。",
        "Assessed by the rules of version {version}: {total} {levels} of {scope}; ranked: {ranked}.",
    ),
    "bulletin.assessment_none": (
        "{scope}没有下级网格，不作考核。",
        "{scope} has no grids below: there is no assessment.",
    ),
    "bulletin.assessment_dimensions": (
        "七个维度中，已评定{measured}；{missing}因来源未记录、无应办件或未评分而未评定，不计，得分按已评定维度的权重折算为百分制。",
        "Of the seven dimensions, {measured} were judged; {missing} were not (not recorded, nothing due or no mark) "
        "and count nothing: the score of 100 is made from the weights of those that were judged.",
    ),
    "bulletin.dimension.acceptance": ("接单及时率", "acceptance timeliness"),
    "bulletin.dimension.handling": ("处置及时率", "handling timeliness"),
    "bulletin.dimension.completion": ("办结率", "completion"),
    "bulletin.dimension.rating": ("好差评（满意率）", "rating (satisfaction)"),
    "bulletin.dimension.centre": ("城运中心实体化运转", "the working of the operations centre"),
    "bulletin.dimension.dispatching": ("综合调度", "dispatching"),
    "bulletin.dimension.temporary": ("其他临时事项", "other temporary matters"),
    "bulletin.heading.map": ("得分分布", "Map of scores"),
    "bulletin.map": ("{level}履职得分", "Scores by {level}"),
    "bulletin.map_alt": (
        "{scope}各{level}的履职得分地图，最高{most}分，最低{least}分。",
        "Map of the scores by {level} in {scope}, from {least} to {most}.",
    ),
    "bulletin.map_text": (
        "有得分的{levels}{total}个，最高{most}分，最低{least}分，各分数段见图。",
        "Scores of {total} {levels}, from {least} to {most}; the map shows the classes.",
    ),
    "bulletin.map_none": ("各{level}均无得分。", "No {level} has a score."),
    "bulletin.class_all": ("各网格同分", "one score for all"),
    "bulletin.class_below": ("{to}分以下", "below {to}"),
    "bulletin.class_between": ("{since}—{to}分", "{since} to {to}"),
    "bulletin.class_from": ("{since}分及以上", "{since} and more"),
    "bulletin.no_data": ("无数据", "no data"),
    "bulletin.heading.ranking": ("分组排名", "Ranks by group"),
    "bulletin.table.ranking": ("{group}履职得分排名", "Scores of {group}"),
    "bulletin.group_none": ("其他网格", "other grids"),
    "bulletin.group_all": ("各{levels}", "all {levels}"),
    "bulletin.group_first": (
        "{group}：居前的为{first}；居后的为{last}。",
        "{group}: first {first}; last {last}.",
    ),
    "bulletin.group_unranked": (
        "{group}：应处置均不足{minimum}件，不排名。",
        "{group}: none has {minimum} cases due, none is ranked.",
    ),
    "bulletin.group_all_named": ("{group}：{names}。", "{group}: {names}."),
    "bulletin.scored": ("{name}{score}分", "{name} {score}"),
    "bulletin.column.score": ("得分", "Score"),
    "bulletin.column.score_before": ("上月得分", "Month before"),
    "bulletin.column.rank_before": ("上月名次", "Rank before"),
    "bulletin.unranked_note": (
        "名次在本组内排列，同分同名次；{label}分母不足{minimum}件的不排名，以“—”表示。",
        "Ranks are within the group, equal scores share one; fewer than {minimum} cases of {label} have none (—).",
    ),
    "bulletin.heading.change": ("比上月升降", "Change against the month before"),
    "bulletin.change_counts": (
        "与上月相比，{levels}得分上升{rose}个、下降{fell}个、持平{level_count}个、无可比数据{none}个。",
        "Scores of {levels} against the month before: {rose} rose, {fell} fell, {level_count} level, "
        "{none} not comparable.",
    ),
    "bulletin.change_rose": ("上升最多的：{names}。", "They rose most: {names}."),
    "bulletin.change_fell": ("下降最多的：{names}。", "They fell most: {names}."),
    "bulletin.changed": (
        "{name}{sign}{points}分（{before}→{after}）",
        "{name} {sign}{points} ({before} → {after})",
    ),
    "bulletin.heading.trend": ("近十二个月走势", "Twelve months"),
    "bulletin.trend": ("四项指标走势", "The four rates by month"),
    "bulletin.trend_alt": (
        "{scope}近十二个月四项指标走势：{values}。",
        "The four rates of {scope} in twelve months: {values}.",
    ),
    "bulletin.trend_value": ("{label}本月{value}", "{label} {value} this month"),
    "bulletin.trend_note": (
        "各月数据均截至次月同一时点，即当月通报所载。",
        "Each month as of the same time after its end, as its own bulletin had it.",
    ),
    "bulletin.table.trend": ("近十二个月四项指标", "The four rates of twelve months"),
    "bulletin.column.month": ("月份", "Month"),
    "bulletin.heading.handling": ("办理情况", "How matters were handled"),
    "bulletin.heading.places": ("排名", "Ranks"),
    "bulletin.heading.risen": ("本月热点", "This month's hot matters"),
    "bulletin.heading.follow": ("上月热点跟踪", "Last month's hot matters"),
    "bulletin.follow": (
        "上月受理增加最多的类别和网格，本月情况如下。",
        "How those that rose most in the month before have gone on.",
    ),
    "bulletin.follow_none": ("上月没有热点。", "Nothing was hot in the month before."),
    "bulletin.table.follow": ("上月热点跟踪", "Last month's hot matters"),
    "bulletin.column.kind": ("类型", "Kind"),
    "bulletin.column.name": ("名称", "Name"),
    "bulletin.column.month_before_last": ("前月", "Two months before"),
    "bulletin.column.last_month": ("上月", "Month before"),
    "bulletin.column.this_month": ("本月", "This month"),
    "bulletin.kind_category": ("类别", "Category"),
    "bulletin.heading.laggards": ("落后网格跟踪", "Last month's laggards"),
    "bulletin.laggards": (
        "上月各组排名居后的网格（至多{shown}个），本月情况如下。",
        "How the last of each group in the month before (up to {shown}) have gone on.",
    ),
    "bulletin.laggards_none": ("上月没有参加排名的网格。", "No grid was ranked in the month before."),
    "bulletin.table.laggards": ("上月{group}排名居后的网格", "Last month's last: {group}"),
    "bulletin.heading.arithmetic": ("末位得分计算", "How the lowest scores are made"),
    "bulletin.arithmetic": ("（{terms}）÷{weight}", "({terms}) ÷ {weight}"),
    "bulletin.column.arithmetic": ("计算", "Arithmetic"),
    "bulletin.table.arithmetic": (
        "各组末{shown}位的得分计算",
        "How the last {shown} of each group have their scores",
    ),
    "bulletin.term": ("{weight}×{points}", "{weight} × {points}"),
    "bulletin.plus": ("＋", " + "),
    "bulletin.arithmetic_order": (
        "括号内依次为{labels}，形式为“权重×得分”（得分以百分计，取三位小数）；未评定的维度不计。",
        "The brackets hold {labels} in this order, as weight × points (of 100, three decimals); what was not judged is "
        "left out.",
    ),
    "bulletin.table.steps": (
        "{group}末位“{name}”逐项演算（得分{score}）",
        "{group}: each step of the last, {name} (score {score})",
    ),
    "bulletin.column.peers": ("同组其他网格", "Peers"),
    "bulletin.column.evened": ("折算比率", "Evened rate"),
    "bulletin.column.mark": ("评分", "Mark"),
    "bulletin.column.points": ("得分", "Points"),
    "bulletin.reason.unrecorded": ("来源未记录", "not recorded"),
    "bulletin.reason.none_due": ("无应办件", "none due"),
    "bulletin.reason.not_entered": ("无记录且未评分", "no record, no mark"),
    "bulletin.reason.no_weight": ("权重为0", "no weight"),
    "bulletin.assessment_revised": (
        "其中{n}个网格的得分经申诉更正",
        "{n} of the scores were revised after an appeal",
    ),
    "bulletin.rank_note": (
        "名次为在全市同组{n}个网格中的名次",
        "Ranks are among the {n} of the group in the whole city",
    ),
    "bulletin.heading.method": ("考核办法", "Method"),
    "bulletin.method": (
        "得分＝Σ（权重×维度得分）÷Σ权重，只计已评定的维度；维度得分由折算比率按计分曲线得出；折算比率＝（达标件＋{prior}×同组其他网格比率）÷（应办件＋{prior}），"
        "以免件数少的网格大起大落；既有记录又有人工评分的，评分占{share}；主要维度应办不足{minimum}件的不排名；汇总时分子、分母分别相加后相除，不对比率求平均；得分保留两位小数。",
        "Score = Σ (weight × points) ÷ Σ weight, over the dimensions that were judged; points come from the evened "
        "rate by the curve; the evened rate = (cases met + {prior} × the rate of the peers) ÷ (cases due + {prior}), "
        "so that few cases make no extremes; where there are both a record and a mark, the mark counts {share}; grids "
        "with fewer than {minimum} cases in the heaviest dimension are not ranked; roll-ups add numerators and "
        "denominators and divide once, rates are never averaged; scores have two decimals.",
    ),
    "bulletin.method_default": (
        "权重为本系统默认值，不代表任何机关的规定。",
        "The weights are defaults of this program, not the rule of any office.",
    ),
    "bulletin.table.method": (
        "考核维度与权重（版本{version}）",
        "Dimensions and weights (version {version})",
    ),
    "bulletin.column.dimension": ("维度", "Dimension"),
    "bulletin.column.weight": ("权重", "Weight"),
    "bulletin.column.source": ("数据", "Data"),
    "bulletin.column.curve": ("计分", "Points by rate"),
    "bulletin.curve_straight": ("比率×100", "rate × 100"),
    "bulletin.curve_target": ("达到{target}得满分", "full from {target} on"),
    "bulletin.curve_corner": ("{rate}得{points}分", "{rate}: {points}"),
    "bulletin.source_centre": ("值班签到、人工评分", "duty sign-ins, marks"),
    "bulletin.source_dispatching": ("指令应答、人工评分", "commands answered, marks"),
    "bulletin.source_temporary": ("临时事项按期完成、人工评分", "temporary tasks done in time, marks"),
    "bulletin.source_unrecorded": ("来源未记录，不计", "not recorded by the sources, not counted"),
    "bulletin.heading.appendix_alone": ("附录 各{level}四项指标", "Appendix: the four rates by {level}"),
    "bulletin.heading.appendix": (
        "附录{number} 各{level}四项指标",
        "Appendix {number}: the four rates by {level}",
    ),
    "bulletin.table.appendix": ("各{level}四项指标（共{total}个）", "The four rates by {level} ({total})"),
}
