"""Signing in for tests: accounts made at once, sessions without a password, and the forms as a browser sends them."""

from __future__ import annotations

import re
from typing import Any, Final

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import insert, update
from werkzeug.test import TestResponse

from api import cookies
from data.access import Role
from data.accounts import people, sessions
from data.accounts.account import Account, AccountError
from data.accounttables import account
from data.clocks import DAY, Instant, now
from data.reference import reference
from data.store import Store

PASSWORD: Final = "correct horse battery staple"
_CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_PROOF: Final = re.compile(r'name="form_token" value="([0-9a-f]*)"')


def cheap(password: str = PASSWORD) -> str:
    """A hash that costs nothing, for tests that do not try it; the first sign-in makes a dear one of it."""
    return _CHEAP.hash(password)


def signed_up(
    store: Store,
    name: str = "mayor",
    role: Role = "leader",
    scope: str | None = None,
    *,
    password: str | None = PASSWORD,
    at: Instant | None = None,
    **values: Any,
) -> Account:
    """An account with a password of its own, of the whole city where no scope is given."""
    with store.keeping() as connection:
        connection.execute(
            insert(account).values(
                name=name,
                display_name="",
                role=role,
                scope=scope or reference(store).code,
                password=password and cheap(password),
                must_change=0,
                created_at=now() if at is None else at,
                **values,
            )
        )
    return people.get(store, name)


def changed(store: Store, known: Account, **values: Any) -> Account:
    """The account with other values in its row."""
    with store.keeping() as connection:
        connection.execute(update(account).where(account.c.id == known.id).values(**values))
    return people.get(store, known.name)


def session_of(store: Store, known: Account, at: Instant | None = None) -> str:
    """The id of a session of the account: what its cookie holds."""
    return sessions.begin(store, known.id, "full", now() if at is None else at, DAY, "127.0.0.1", "tests")


def signed_in(page: Page, store: Store, address: str, role: Role = "operator", scope: str = "") -> Page:
    """The page as somebody with a role sees it, of the whole city without a scope; one account of each kind serves all
    who ask."""
    code = scope or reference(store).tree.root.code
    name = f"{role}-{code}"
    try:
        known = people.get(store, name)
    except AccountError:
        known = signed_up(store, name, role, code)
    session = session_of(store, known)
    page.context.add_cookies([{"name": cookies.SESSION, "value": session, "url": address}])
    return page


def sign_in(
    page: Page, address: str, store: Store, role: Role = "leader", scope: str | None = None
) -> Account:
    """Lets a browser in without the form; `address` is the server's. Gives the account."""
    known = signed_up(store, f"{role}-{scope or 'city'}", role, scope)
    page.context.add_cookies([{"name": cookies.SESSION, "value": session_of(store, known), "url": address}])
    return known


def post(client: FlaskClient, path: str, form: str | None = None, **fields: str) -> TestResponse:
    """Sends the form of a page as a browser does: with its proof, and with the origin of the page.

    `form` is the address of the page where it is another than the form's.
    """
    found = _PROOF.search(client.get(form or path).text)
    return client.post(
        path,
        data={"form_token": found[1] if found else "", **fields},
        headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    )
