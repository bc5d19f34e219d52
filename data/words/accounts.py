"""The words of accounts: signing in, passwords, second factors, and whoever may not."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "sign_in.needed": ("请先登录", "Sign in first"),
}
