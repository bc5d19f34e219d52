"""The words of the assessment: ranks, how a score is made, marks, appeals and rules, in Chinese and in English."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "assess.page": ("履职考核", "Assessment"),
    "assess.month": ("月份", "Month"),
    "assess.month_frozen": ("{month} 已定分", "{month}, frozen"),
    "assess.month_open": ("{month} 未定分", "{month}, provisional"),
    "assess.group": ("分组", "Group"),
    "assess.group_every": ("全部分组", "All groups"),
    "assess.group_none": ("其他网格", "Other grids"),
    "assess.children": ("下级网格", "Grids below"),
    "assess.depths": ("考核层级", "Level"),
    "assess.parts": ("内容", "Part of the page"),
    "assess.part_ranks": ("排名", "Ranks"),
    "assess.part_marks": ("人工评分", "Marks"),
    "assess.part_appeals": ("申诉", "Appeals"),
    "assess.part_rules": ("考核办法", "Rules"),
    "assess.said": ("{label}：{text}", "{label}: {text}"),
    "assess.comma": ("、", ", "),
    "assess.bracket": ("（{text}）", " ({text})"),
    "assess.close": ("收起", "Close"),
    "assess.dimension.acceptance": ("接单及时", "Accepted in time"),
    "assess.dimension.handling": ("处置及时", "Handled in time"),
    "assess.dimension.completion": ("办结", "Closed"),
    "assess.dimension.rating": ("群众评价", "Ratings"),
    "assess.dimension.centre": ("中心实体化", "Centre at work"),
    "assess.dimension.dispatching": ("综合调度", "Dispatching"),
    "assess.dimension.temporary": ("临时事项", "Temporary matters"),
    # The board.
    "assess.board": ("{scope}：{level}{month}考核得分", "{scope}: scores of {month} by {level}"),
    "assess.frozen": (
        "已定分：数据截至{at}，考核办法版本 {version}。",
        "Frozen: as of {at}, by the rules of version {version}.",
    ),
    "assess.provisional": (
        "未定分（暂计）：数据截至{at}，考核办法版本 {version}；月度通报时定分，此前会变动。",
        "Provisional: as of {at}, by the rules of version {version}; frozen when the month's bulletin is due, "
        "moving until "
        "then.",
    ),
    "assess.board_note": (
        "名次按全市同层级同组网格排定，本页只列您范围内的网格。点名称看得分如何算出。",
        "Ranks are among all grids of the city of one level and group; only those of your scope are listed. A "
        "name opens "
        "how its score was made.",
    ),
    "assess.rank": ("名次", "Rank"),
    "assess.rank_of": ("{rank}/{ranked}", "{rank} of {ranked}"),
    "assess.grid": ("网格", "Grid"),
    "assess.score": ("得分", "Score"),
    "assess.change": ("较上月", "Change"),
    "assess.change_title": ("与{month}（已定分）相比", "Against {month}, as frozen"),
    "assess.change_none": ("上月未定分", "the month before is not frozen"),
    "assess.weight": ("计入权重", "Weight judged"),
    "assess.weight_of": ("{weight}/{full}", "{weight} of {full}"),
    "assess.mark_only": ("评分", "mark"),
    "assess.with_mark": ("{n}·评分", "{n} · mark"),
    "assess.points": ("{points}分", "{points}"),
    "assess.sort_by": ("按{column}排序", "Sort by {column}"),
    "assess.revised": ("第{n}次修订", "revision {n}"),
    # The map.
    "assess.map": ("{scope}：{level}{month}{what}", "{scope}: {what} of {month} by {level}"),
    "assess.map_total": ("总得分", "Score"),
    "assess.map_label": ("得分分布图", "Map of the scores"),
    "assess.map_shades": ("地图显示", "What the map shows"),
    "assess.map_score": ("得分 {score}", "score {score}"),
    "assess.map_no_score": ("没有得分：{why}", "no score: {why}"),
    "assess.map_part": ("{dimension} {points}分", "{dimension}: {points} points"),
    "assess.map_cases": ("{dimension} {rate}（{n}）", "{dimension}: {rate} ({n})"),
    "assess.map_marked": ("{dimension} 评分", "{dimension}: by mark"),
    "assess.map_count": ("{class_}：{n}个", "{class_}: {n}"),
    "assess.map_few": ("未参加排名", "not ranked"),
    "assess.map_none": ("没有得分", "no score"),
    "assess.map_none_part": ("此项不评", "not judged"),
    "assess.map_classes": (
        "各级网格数尽量相等：棕色一端最弱，青色一端最强。",
        "Classes of about as many grids each, as far as scores differ: the weakest at the brown end, the "
        "strongest at the teal one.",
    ),
    "assess.map_open": ("未定分，为暂计得分。", "Provisional: the month is not frozen."),
    "assess.map_click": ("点网格看得分如何算出。", "A click on a grid opens how its score was made."),
    "assess.map_group": ("只显示分组“{group}”的网格。", "Of the group {group} alone."),
    "assess.map_undrawn": (
        "另有{n}个网格没有边界，未画出。",
        "{n} more grids have no outline and are not drawn.",
    ),
    "assess.few": ("未参加排名（{n}个）", "Not ranked ({n})"),
    "assess.few_case": (
        "{dimension}应完成{due}件，不足{minimum}件",
        "{due} cases due in {dimension}, fewer than {minimum}",
    ),
    "assess.few_none": ("没有可评的维度", "no dimension could be judged"),
    "assess.none_in_scope": (
        "{scope}内没有参加考核的网格。参加考核的是{levels}。",
        "{scope} holds no grid that is assessed. Assessed are {levels}.",
    ),
    "assess.none_here": ("该组在此范围内没有网格。", "No grid of this group lies in the scope."),
    "assess.nothing": (
        "{month}没有可评的事项：没有事件，也没有人工评分，因此没有得分。",
        "Nothing could be judged in {month}: there are no events and no marks, and so no score.",
    ),
    "assess.future": ("{month}还没有开始。", "{month} has not begun."),
    # One grid.
    "assess.sheet": ("{grid} {month} 得分如何算出", "How the score of {grid} for {month} was made"),
    "assess.sheet_score": ("{score}分", "{score}"),
    "assess.sheet_none": ("没有得分：没有可评的维度。", "No score: no dimension could be judged."),
    "assess.sheet_rank": (
        "{group}第{rank}名（参加排名{ranked}个）",
        "{rank} of {ranked} ranked in {group}",
    ),
    "assess.sheet_rank_all": ("第{rank}名（参加排名{ranked}个）", "{rank} of {ranked} ranked"),
    "assess.sheet_unranked": ("未参加排名：{why}", "Not ranked: {why}"),
    "assess.sum": (
        "各维度贡献之和 {parts} = {sum}；可评权重 {weight}；得分 = {sum} ÷ {weight} × 100 = {score}",
        "Sum of the contributions {parts} = {sum}; weight judged {weight}; score = {sum} ÷ {weight} × 100 = {score}",
    ),
    "assess.weight_points": ("权重{weight}", "weight {weight}"),
    "assess.contributes": ("{points}分 → 贡献{share}", "{points} points → contributes {share}"),
    "assess.not_judged": ("不评：{why}", "not judged: {why}"),
    "assess.why_unrecorded": ("本市不记录此项", "the city does not record it"),
    "assess.why_none_due": ("本月没有应完成的事项", "nothing was due in the month"),
    "assess.why_not_entered": ("没有人评分，也没有记录", "nobody entered a mark, and no facts are kept"),
    "assess.short_unrecorded": ("未记录", "not recorded"),
    "assess.short_none_due": ("无到期", "none due"),
    "assess.short_not_entered": ("未评分", "no mark"),
    "assess.short_no_weight": ("权重0", "weight 0"),
    "assess.why_no_weight": ("权重为0", "its weight is 0"),
    "assess.step_cases": ("计数", "Cases"),
    "assess.cases": ("应完成{due}件，达标{met}件", "{met} of {due} met what was asked"),
    "assess.step_excluded": ("申诉剔除", "Appeals"),
    "assess.excluded": (
        "剔除{due}件（其中达标{met}件），计入{counted_due}件，达标{counted_met}件",
        "{due} taken out ({met} of them met): {counted_met} of {counted_due} count",
    ),
    "assess.step_rate": ("达标率", "Rate"),
    "assess.step_peers": ("同组其他网格", "Peers"),
    "assess.peers_none": ("没有事项，不作平滑", "no cases: nothing is evened"),
    "assess.step_evened": ("平滑后", "Evened"),
    "assess.step_curve": ("折分", "Points"),
    "assess.curve_straight": ("按比例折分", "as many points as percent"),
    "assess.curve_corners": ("折线 {corners}", "the curve {corners}"),
    "assess.step_mark": ("人工评分", "Mark"),
    "assess.mark_by": (
        "{mark}分；{author} {at}；理由：{reason}；依据：{evidence}",
        "{mark}; {author} {at}; reason: {reason}; evidence: {evidence}",
    ),
    "assess.mark_appeal": ("{mark}分（由申诉改定）", "{mark} (set by an appeal)"),
    "assess.step_mixed": ("合并", "Together"),
    "assess.step_contribution": ("贡献", "Contribution"),
    "assess.events": ("看这些事件", "these events"),
    "assess.lifts": ("最能提分的", "What would lift it most"),
    "assess.lift": (
        "{dimension}：若另外{cases}件也达标，+{gain}分（只多1件约+{one}分）。",
        "{dimension}: had {cases} more met what was asked, +{gain} (one more alone: about +{one}).",
    ),
    "assess.lift_one": (
        "{dimension}：若另外1件也达标，+{gain}分。",
        "{dimension}: had one more met what was asked, +{gain}.",
    ),
    "assess.lift_mark": ("{dimension}：若评分为满分，+{gain}分。", "{dimension}: with a full mark, +{gain}."),
    "assess.lift_none": ("各维度均已满分。", "Every dimension that was judged has all its points."),
    "assess.history": ("历月得分", "Months before"),
    "assess.history_none": ("还没有定分的月份。", "No month is frozen yet."),
    "assess.history_alt": (
        "历月得分：{scores}。历月名次：{ranks}。",
        "Scores by month: {scores}. Ranks by month: {ranks}.",
    ),
    "assess.history_score": ("得分", "Score"),
    "assess.history_rank": ("名次（上为前）", "Rank (first on top)"),
    "assess.revisions": ("修订", "Revisions"),
    "assess.revision_first": ("首次定分", "as frozen"),
    "assess.revision_by": ("{who}准予申诉{number}", "appeal {number} allowed by {who}"),
    "assess.object": ("对此得分申诉", "Object to this score"),
    # Marks.
    "assess.marks_title": ("录入评分", "Enter a mark"),
    "assess.marks_month": (
        "录入{month}的评分；定分前可改，以最后一次为准，先前的保留。",
        "Marks for {month}: until it is frozen the last one counts, and those before it stay.",
    ),
    "assess.marks_frozen": (
        "{month}已定分，不再录入评分；有异议请申诉。",
        "{month} is frozen and takes no more marks: object by an appeal.",
    ),
    "assess.marks_role": ("您的角色可以查看评分，不能录入。", "Your role sees the marks and enters none."),
    "assess.marks_itself": (
        "网格不能自评：评分由上级录入。",
        "No grid judges itself: whoever stands above it enters its marks.",
    ),
    "assess.field_grid": ("网格编码", "Code of the grid"),
    "assess.field_dimension": ("维度", "Dimension"),
    "assess.field_mark": ("评分（0—100）", "Mark (0 to 100)"),
    "assess.field_reason": ("理由", "Reason"),
    "assess.field_evidence": (
        "依据（文件、记录或出处）",
        "Evidence (a document, a record, where it is seen)",
    ),
    "assess.enter": ("录入", "Enter"),
    "assess.entered": ("已录入：{grid} {dimension} {mark}分。", "Entered: {grid}, {dimension}, {mark}."),
    "assess.unchanged": (
        "没有变化：{grid} {dimension} 已是{mark}分。",
        "Nothing has changed: {grid}, {dimension} is {mark} already.",
    ),
    "assess.file_title": ("用表格录入", "Enter a file"),
    "assess.file_note": (
        "下载模板（已填好范围内的网格），填写评分、理由和依据后上传；没有填的行不计，有误的行逐行列出，其余照录。",
        "Take the template along (the grids of the scope are in it), fill in marks, reasons and evidence, and "
        "send it "
        "back. Rows left blank are passed over, wrong ones are listed, the rest is entered.",
    ),
    "assess.template": ("下载模板", "Template"),
    "assess.upload": ("选择或拖入CSV文件", "Choose a CSV file, or drop it here"),
    "assess.taken": (
        "{file}：录入{entered}条，没有变化{unchanged}条，退回{refused}条。",
        "{file}: {entered} entered, {unchanged} unchanged, {refused} refused.",
    ),
    "assess.row": ("第{row}行：{why}", "Row {row}: {why}"),
    "assess.rows_more": ("另有{n}行退回。", "{n} more rows were refused."),
    "assess.entries": ("已录入的评分", "Marks entered"),
    "assess.entries_n": ("{n}条", "{n}"),
    "assess.entries_none": ("{month}还没有人工评分。", "No mark has been entered for {month}."),
    "assess.column_author": ("录入人", "By"),
    "assess.column_at": ("时间", "When"),
    "assess.column_mark": ("评分", "Mark"),
    "assess.earlier": ("已被更新", "replaced"),
    # Appeals.
    "assess.appeal_title": ("提出申诉", "Object to a score"),
    "assess.appeal_month": (
        "对{month}的定分提出。计数维度写明应剔除的事件编号；评分维度不写事件。由上级或市中心的其他人裁定。",
        "About the frozen scores of {month}. For a dimension that counts events name those that should not "
        "count; for one "
        "with marks name none. Somebody else, from above the grid, decides.",
    ),
    "assess.appeal_open_month": (
        "{month}尚未定分，定分后才可申诉。",
        "{month} is not frozen: a score can be objected to once it is.",
    ),
    "assess.appeal_role": ("您的角色可以查看申诉，不能提出。", "Your role sees appeals and files none."),
    "assess.field_events": (
        "事件编号（逗号或空格分隔）",
        "Numbers of events (with commas or spaces between)",
    ),
    "assess.file_appeal": ("提交申诉", "File the appeal"),
    "assess.appealed": ("申诉已提交，编号{number}。", "The appeal is filed under number {number}."),
    "assess.appeals": ("申诉记录", "Appeals"),
    "assess.appeals_n": ("共{n}件，待裁定{open}件", "{n}, of which {open} open"),
    "assess.appeals_none": ("没有申诉。", "There are no appeals."),
    "assess.appeal": ("申诉{number}", "Appeal {number}"),
    "assess.state_open": ("待裁定", "open"),
    "assess.state_allowed": ("准予", "allowed"),
    "assess.state_refused": ("驳回", "refused"),
    "assess.appeal_of": ("{grid} {month} {dimension}", "{grid}, {month}, {dimension}"),
    "assess.appeal_by": ("{author} {at} 提出", "filed by {author} {at}"),
    "assess.appeal_decided": ("{author} {at} {state}：{note}", "{state} by {author} {at}: {note}"),
    "assess.appeal_corrected": (
        "剔除{due}件（其中达标{met}件）",
        "{due} cases taken out ({met} of them met)",
    ),
    "assess.appeal_mark": ("评分改为{mark}分", "mark set to {mark}"),
    "assess.appeal_events": ("涉及事件", "Events"),
    "assess.decide": ("裁定", "Decide"),
    "assess.decide_title": ("裁定申诉{number}", "Decide appeal {number}"),
    "assess.decide_note": ("裁定理由", "Why it is decided so"),
    "assess.decide_excused": ("免计的未达标件数", "Missed cases that are excused"),
    "assess.decide_mark": ("改定的评分", "New mark"),
    "assess.decide_events_note": (
        "准予后，申诉所列事件不再计入；得分另出一次修订，其他网格不变。",
        "If allowed, the events of the appeal count no more; the score gets a revision, other grids stay.",
    ),
    "assess.decide_mark_note": (
        "准予时写明免计件数或改定的评分；得分另出一次修订，其他网格不变。",
        "To allow it, say how many missed cases are excused, or a new mark; the score gets a revision, other "
        "grids stay.",
    ),
    "assess.decide_none": (
        "没有编号为{number}的待裁定申诉。",
        "No open appeal here has the number {number}.",
    ),
    "assess.decide_by_other": (
        "须由他人裁定：您是申诉人，或您的范围就是该网格。",
        "Somebody else has to decide: you filed it, or your scope is the grid itself.",
    ),
    "assess.allow": ("准予", "Allow"),
    "assess.refuse": ("驳回", "Refuse"),
    "assess.allowed_done": (
        "申诉{number}已准予，得分为第{revision}次修订。",
        "Appeal {number} is allowed: revision {revision} of the score.",
    ),
    "assess.refused_done": ("申诉{number}已驳回。", "Appeal {number} is refused."),
    # Rules.
    "assess.rules": ("考核办法（版本 {version}）", "The rules, version {version}"),
    "assess.rules_intro": (
        "得分 = Σ（权重 × 折分）÷ Σ "
        "可评维度的权重，满分{full}分。不可评的维度不计权重，逐一说明原因；全部不可评则没有得分。",
        "Score = Σ (weight × points) ÷ Σ weight of the dimensions that could be judged, of {full}. A dimension "
        "that could "
        "not be judged carries no weight and says why; where none could there is no score.",
    ),
    "assess.rules_evened": (
        "达标率先向同组其他网格平滑：（达标数 + {prior} × 同组达标率）÷（应完成数 + {prior}）。",
        "A rate is first evened towards the peers': (met + {prior} × peers' rate) ÷ (due + {prior}).",
    ),
    "assess.rules_minimum": (
        "{dimension}应完成不足{minimum}件的网格有得分而不排名；同分同名次。",
        "A grid with fewer than {minimum} cases due in {dimension} has a score and no rank; equal scores share a "
        "rank.",
    ),
    "assess.rules_mark": (
        "既有记录又有人工评分的维度，评分占{mark}，记录占{facts}；只有其一则全按其一。",
        "Where there are facts and a mark, the mark counts {mark} and the facts {facts}; where there is one of "
        "them, it "
        "counts alone.",
    ),
    "assess.rules_frozen": (
        "月度通报的时点定分，此后不再变动；准予的申诉只修订该网格一个得分。",
        "Scores are frozen when the month's bulletin is due and move no more; an allowed appeal revises that one "
        "score.",
    ),
    "assess.rules_measure": ("依据", "Measured by"),
    "assess.rules_curve": ("折分办法", "Points for a rate"),
    "assess.rules_weight": ("权重", "Weight"),
    "assess.rules_marks": ("人工评分", "marks of operators"),
    "assess.facts_duty": ("值班签到", "duty sign-ins"),
    "assess.facts_commands": ("指令反馈", "commands answered"),
    "assess.facts_temporary": ("临时任务", "temporary tasks done"),
    "assess.rules_facts": ("{facts}与人工评分", "{facts}, and marks of operators"),
    "assess.curve_alt": ("折分曲线：{corners}", "Points by rate: {corners}"),
    "assess.corner": ("{rate}→{points}分", "{rate} → {points}"),
    # The panel of the overview.
    "assess.brief": ("履职考核 {month}", "Assessment, {month}"),
    "assess.brief_first": ("居前", "First"),
    "assess.brief_last": ("居后", "Last"),
    "assess.brief_rank": ("{group} {rank}/{ranked}", "{group}: {rank} of {ranked}"),
    "assess.brief_note": (
        "{level}；参加排名{ranked}个；考核办法 {version}",
        "{level}; {ranked} ranked; rules {version}",
    ),
    "assess.brief_none": ("履职考核：还没有定分的月份。", "Assessment: no month is frozen yet."),
    "assess.brief_nobody": (
        "{month}此范围内没有参加排名的网格。",
        "No grid of this scope was ranked in {month}.",
    ),
    "assess.brief_all": ("全部得分", "All scores"),
    # What is refused.
    "assess.refused": ("您的角色不能这样做。", "Your role may not do that."),
    "assess.fault_mark": (
        "评分应为0至100，最多两位小数，输入的是“{found}”。",
        "A mark is from 0 to 100 with at most two decimals; found “{found}”.",
    ),
    "assess.fault_reason": ("请写明理由。", "Say the reason in a sentence."),
    "assess.fault_evidence": (
        "请写明依据：文件、记录或出处。",
        "Name the evidence: a document, a record, or where it can be seen.",
    ),
    "assess.fault_note": ("请写明裁定理由。", "Say why it is decided so."),
    "assess.fault_long": (
        "最多{most}字，输入了{found}字，请缩短。",
        "At most {most} characters, found {found}: shorten it.",
    ),
    "assess.fault_entered": (
        "维度应为{known}之一，输入的是“{found}”。",
        "The dimension is one of {known}; found “{found}”.",
    ),
    "assess.fault_grid": (
        "“{found}”不是您范围内参加考核的网格编码。",
        "“{found}” is no code of an assessed grid of your scope.",
    ),
    "assess.fault_future": (
        "{found}还没有开始，开始后才可录入。",
        "{found} has not begun: wait for its first day.",
    ),
    "assess.fault_frozen": (
        "{found}已定分，请改用申诉。",
        "{found} is frozen: object to a score by an appeal.",
    ),
    "assess.fault_month": ("“{found}”不是月份，应如2026-10。", "“{found}” is no month such as 2026-10."),
    "assess.fault_size": (
        "文件最大{most} MB，收到的是{found} MB。",
        "A file has at most {most} MB; found {found} MB.",
    ),
    "assess.fault_columns": (
        "首行应有{known}各列，现为{found}：请用模板。",
        "The first row holds the columns {known}; found {found}: use the template.",
    ),
    "assess.fault_rows": ("最多{most}行，请拆分文件。", "At most {most} rows: split the file."),
    "assess.fault_csv": ("这不是可读的CSV文件。", "This is no CSV file that can be read."),
    "assess.fault_encoding": (
        "文件编码应为UTF-8或GB 18030，请另存为CSV。",
        "The file is neither UTF-8 nor GB 18030: save the sheet as CSV.",
    ),
    "assess.fault_pending": (
        "该得分此维度已有待裁定的申诉，请等待裁定。",
        "An appeal about this dimension is open already: wait until it is decided.",
    ),
    "assess.fault_author": ("不能裁定自己提出的申诉。", "The author of an appeal does not decide it."),
    "assess.fault_itself": (
        "{found}的评分须由上级录入，不能自评。",
        "Somebody from above {found} gives its mark: no grid judges itself.",
    ),
    "assess.fault_own": ("须由{found}的上级裁定。", "Somebody from above {found} decides."),
    "assess.fault_decided": (
        "申诉{found}已由{by}裁定，请看其裁定结果。",
        "Appeal {found} was decided by {by} meanwhile: see what came of it.",
    ),
    "assess.fault_changed": (
        "申诉{found}已有人裁定，或得分已变，请刷新页面。",
        "Appeal {found} was decided, or the score has changed meanwhile: load the page anew.",
    ),
    "assess.fault_number": ("没有编号为{found}的申诉。", "There is no appeal {found} here."),
    "assess.fault_score": (
        "“{found}”在{month}没有您范围内的定分。",
        "“{found}” has no frozen score in {month} within your scope.",
    ),
    "assess.fault_dimension": ("“{found}”不是考核维度。", "“{found}” is no dimension."),
    "assess.fault_no_events": (
        "{dimension}不计事件，请去掉事件编号。",
        "{dimension} counts no events: leave them out.",
    ),
    "assess.fault_events": (
        "请写明{dimension}中不应计入的事件编号。",
        "Name the events that should not count in {dimension}.",
    ),
    "assess.fault_many": (
        "一次最多{most}件事件，现为{found}件。",
        "At most {most} events at once; found {found}.",
    ),
    "assess.fault_uncounted": (
        "这些事件没有计入该维度，或已剔除：{found}。",
        "These events were not counted there, or are taken out already: {found}.",
    ),
    "assess.fault_unknown_events": ("该网格没有这些事件：{found}。", "The grid has no such events: {found}."),
    "assess.fault_alone": (
        "此维度只剔除申诉所列事件，不填件数和评分。",
        "For this dimension the events of the appeal alone are taken out: leave number and mark empty.",
    ),
    "assess.fault_excused": (
        "免计件数应为0至{most}，输入的是{found}。",
        "From 0 to {most} missed cases can be excused; found {found}.",
    ),
    "assess.fault_whole": (
        "免计件数应为整数，输入的是{found}。",
        "The excused cases are a whole number; found {found}.",
    ),
    "assess.fault_nothing": (
        "请写明免计件数或改定的评分。",
        "Say how many missed cases are excused, or a new mark.",
    ),
    "assess.fault_other": ("无法照办：{said}", "That cannot be done: {said}"),
}
