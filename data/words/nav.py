"""The words of the bar above every page: its pages, the theme, the language, and the titles of pages."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "nav.label": ("主导航", "Pages"),
    "nav.menu": ("菜单", "Menu"),
    "nav.overview": ("总览", "Overview"),
    "nav.map": ("地图", "Map"),
    "nav.rank": ("排名", "Ranking"),
    "nav.events": ("事件", "Events"),
    "nav.event": ("事件详情", "Event"),
    "nav.grid": ("网格", "Grid"),
    "nav.compare": ("对比", "Compare"),
    "nav.hot": ("预警", "Warnings"),
    "nav.audit": ("审计", "Audit"),
    "nav.admin": ("管理", "Administration"),
    "nav.remote": ("大屏遥控", "Wall remote"),
    "nav.unknown": ("页面不存在", "No such page"),
    "nav.theme_dark": ("深色", "Dark"),
    "nav.theme_light": ("浅色", "Light"),
    "nav.theme_label": ("切换为{theme}界面", "Switch to the {theme} theme"),
    "nav.sign_in": ("登录", "Sign in"),
    "nav.account": ("我的账号", "My account"),
    "nav.demo_user": ("演示用户", "Demo user"),
    "nav.title": ("{page} · {grid} · 一屏", "{page} · {grid} · Yiping"),
    "nav.title_bare": ("{page} · 一屏", "{page} · Yiping"),
}

LANGUAGE_NAMES: dict[str, str] = {"zh": "中文", "en": "English"}
"""Each language by its own name: whoever looks for it reads no other."""
