"""The entrance of the server: its doors, the sign-in pages behind them, and one's own account, on one store."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from api import account, doors, oidc, signing
from api.pages import Sign
from api.visitors import Visitors
from data.accounts import people
from data.accounts.seconds import Seal
from data.accounts.signing import Policy
from data.clocks import Instant
from data.reference import NoCity, reference
from data.settings import Settings
from data.store import Store


def build(server: Flask, store: Store, settings: Settings, now: Callable[[], Instant]) -> Visitors:
    """Puts the doors before every address of the server, which needs its secret key by now."""
    policy = Policy.of(settings)
    visitors = Visitors(store, policy, now, demo=_lets_visitors_in(settings))
    doors.register(server, doors.Doors(visitors.known, visitors.demo, visitors.seen), settings.proxies)
    porch = signing.Porch(
        store,
        policy,
        visitors,
        Seal(str(server.secret_key)),
        now,
        sign=lambda: _sign(store),
        oidc=oidc.is_set(settings),
    )
    signing.register(server, porch)
    account.register(server, porch)
    if porch.oidc:
        oidc.register(server, porch, settings)
    return visitors


def nobody_told(store: Store, settings: Settings) -> str | None:
    """What a terminal says when nobody can see the city that is served; None where somebody can sign in, or sees a
    demonstration without."""
    if people.any_account(store) or (_sign(store).demo and _lets_visitors_in(settings)):
        return None
    return (
        "Nobody can sign in yet. In another terminal, add the first account and its one-time password is printed:\n"
        f"  {signing.FIRST_ACCOUNT}"
    )


def _lets_visitors_in(settings: Settings) -> bool:
    # Behind a proxy of this machine everybody would look like a browser of this machine.
    return settings.demo_visitors and settings.proxies == 0


def _sign(store: Store) -> Sign:
    try:
        city = reference(store)
    except NoCity:
        return Sign("", demo=False)
    return Sign(city.name, demo=bool(city.config.get("demo")))
