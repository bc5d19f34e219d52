"""The words that the wall's page itself writes: its state, its age, its keys. The panels' come with the figures."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "wallpage.title": ("运行中心大屏", "Operations wall"),
    "wallpage.starting": ("正在启动", "Starting"),
    "wallpage.live": ("实时", "Live"),
    "wallpage.stale": ("{n}个数据源长时间无新数据", "{n} sources without news"),
    "wallpage.waiting": ("等待服务器应答", "Waiting for the server"),
    "wallpage.reconnecting": ("连接中断，正在重新连接", "Connection lost, reconnecting"),
    "wallpage.offline": ("网络已断开", "Network is down"),
    "wallpage.away": ("数据库暂不可用", "Database unavailable"),
    "wallpage.turning": ("日期已变更，正在更新今日数据", "The day has turned, fetching today's figures"),
    "wallpage.denied": ("本屏访问授权已失效", "This wall's access has ended"),
    "wallpage.denied_help": (
        "请管理员重新签发大屏授权链接。授权恢复后本屏自动显示。",
        "Ask an administrator for a new link. The wall comes back by itself.",
    ),
    "wallpage.old": ("以下为 {time} 的数据，距今 {age}", "Figures of {time}, {age} old"),
    "wallpage.unknown": ("未知时长", "of unknown age"),
    "wallpage.seconds": ("{n} 秒", "{n} s"),
    "wallpage.minutes": ("{n} 分钟", "{n} min"),
    "wallpage.hours": ("{n} 小时 {m} 分钟", "{n} h {m} min"),
    "wallpage.left": ("{n} 秒后切换", "next in {n} s"),
    "wallpage.note_restarted": (
        "服务已重新启动，数据已全部更新",
        "Server restarted, all figures fetched anew",
    ),
    "wallpage.note_clock": ("服务器时间已校准", "The server's clock was set"),
    "wallpage.note_woken": ("屏幕已恢复，正在更新", "Woken, updating"),
    "wallpage.note_midnight": ("新的一天，今日数据重新累计", "A new day: today's figures begin again"),
    "wallpage.note_month": ("新的一月，今日数据重新累计", "A new month: today's figures begin again"),
    "wallpage.red": ("红牌", "Red"),
    "wallpage.yellow": ("黄牌", "Yellow"),
    "wallpage.tasks": ("待办任务", "Open tasks"),
    "wallpage.units": ("参战单位", "Units at work"),
    "wallpage.unit_columns": ("已办结 / 在办", "closed / open"),
    "wallpage.since": ("响应用时", "since the start"),
    "wallpage.completion": ("办结率", "Completion"),
    "wallpage.help": ("操作说明", "Keys"),
    "wallpage.key_f": ("进入或退出全屏", "Full screen on and off"),
    "wallpage.key_help": ("显示或关闭本说明", "This help on and off"),
    "wallpage.no_script": (
        "大屏需要启用脚本的浏览器。",
        "The wall needs a browser that runs scripts.",
    ),
}
