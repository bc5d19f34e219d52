"""The commands that add people and walls and change them: what cannot be done by anybody who is not on the server."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from typing import Final, cast

import click

from api.server import address
from api.terminal import AS_JSON, SCOPE, echo_json, opened
from data import audit
from data.access import PERSONAL_ROLES, Role
from data.accounts import locks, people, walls
from data.accounts.account import Account
from data.audit import Entry
from data.clocks import iso, now
from data.reference import reference
from data.store import Store
from reports.terminal import table

_ROLE: Final = click.Choice(PERSONAL_ROLES)


def operator() -> str:
    """Who runs the command, as the audit names them."""
    try:
        return f"shell:{getpass.getuser()}"
    except (OSError, KeyError):
        return "shell"


@click.group()
def user() -> None:
    """The accounts of people."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=_ROLE, required=True, help="What they may do (docs/accounts.md).")
@SCOPE
@click.option("--display-name", metavar="TEXT", default="", help="What pages call them.")
@click.option(
    "--subject", metavar="TEXT", help="What the OpenID Connect provider calls them; no password then."
)
def user_add(name: str, role: str, scope: str | None, display_name: str, subject: str | None) -> None:
    """Add an account and print its one-time password, once. It has to be changed at the first sign-in.

    \b
    Examples:
      python app.py user add li.hua --role leader --scope 410105 --display-name 李华
      python app.py user add root --role administrator
      python app.py user add wang --role operator --subject 00u1a2b3
    """
    with opened() as (store, _):
        within = scope or reference(store).code
        password = people.add(
            store, name, cast(Role, role), within, now(), display_name=display_name, subject=subject
        )
        _noted(store, "account_add", name, role=role, scope=within)
    if password is None:
        click.echo(f"{name} may sign in by OpenID Connect")
    else:
        _tell_password(name, password)


@user.command("list")
@AS_JSON
def user_list(as_json: bool) -> None:
    """List the accounts.

    \b
    Examples:
      python app.py user list
    """
    with opened() as (store, _):
        rows = [
            {
                "name": each.name,
                "role": each.role,
                "scope": each.scope,
                "display_name": each.display_name,
                "state": state(each),
                "second_factor": each.totp is not None,
                "signed_in_at": None if each.signed_in_at is None else iso(each.signed_in_at),
            }
            for each in people.listed(store)
        ]
    if as_json:
        echo_json({"rows": rows})
    elif rows:
        click.echo(_table(rows))
    else:
        click.echo("no account yet: `python app.py user add NAME --role administrator` adds the first")


@user.command("reset")
@click.argument("name")
@click.option("--second-factor", is_flag=True, help="Take the second factor off too, for a lost telephone.")
def user_reset(name: str, second_factor: bool) -> None:
    """Give an account a new one-time password and end its sessions; a wait after failures is over too.

    \b
    Examples:
      python app.py user reset li.hua
      python app.py user reset li.hua --second-factor
    """
    with opened() as (store, _):
        password = people.reset(store, name, second_factor=second_factor)
        locks.forget(store, people.get(store, name).name, now())
        _noted(store, "account_reset", name, second_factor=second_factor)
    _tell_password(name, password)


@user.command("disable")
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let the account in again.")
def user_disable(name: str, undo: bool) -> None:
    """Let an account in no more; its sessions end within seconds.

    \b
    Examples:
      python app.py user disable li.hua
      python app.py user disable li.hua --undo
    """
    with opened() as (store, _):
        if undo:
            people.enable(store, name)
        else:
            people.disable(store, name, now())
        _noted(store, "account_enable" if undo else "account_disable", name)
    click.echo(f"{name} is {'enabled' if undo else 'disabled'}")


@user.command("scope")
@click.argument("name")
@click.argument("code")
@click.option("--role", type=_ROLE, help="Another role besides.")
def user_scope(name: str, code: str, role: str | None) -> None:
    """Bound an account by another grid, and give it another role; both hold at once.

    \b
    Examples:
      python app.py user scope li.hua 410106
      python app.py user scope li.hua 410106 --role operator
    """
    with opened() as (store, _):
        changed = people.change(store, name, scope=code, role=cast(Role | None, role))
        _noted(store, "account_change", name, role=changed.role, scope=changed.scope)
    click.echo(f"{changed.name} is {changed.role} of {changed.scope}")


@click.group()
def wall() -> None:
    """The wall."""


@wall.group()
def token() -> None:
    """What lets walls in: a link for one scope each."""


@token.command("add")
@click.option("--name", required=True, help="What the wall is called.")
@SCOPE
def token_add(name: str, scope: str | None) -> None:
    """Print a link, once, that lets the browser in that opens it: to the wall of the scope and to nothing else.

    \b
    Examples:
      python app.py wall token add --name hall
      python app.py wall token add --name huiji --scope 410108
    """
    with opened() as (store, settings):
        within = scope or reference(store).code
        made = walls.add(store, name, within, operator(), now())
        _noted(store, "wall_token_add", name, scope=within)
    click.echo(f"{address(settings.host, settings.port)}/wall/enter?token={made}")
    click.echo(
        "Open it once on the wall; it is not shown again. Put the server's own address in front.", err=True
    )


@token.command("list")
@AS_JSON
def token_list(as_json: bool) -> None:
    """List the walls that have a token.

    \b
    Examples:
      python app.py wall token list
    """
    with opened() as (store, _):
        rows = [
            {
                "name": each.name,
                "scope": each.scope,
                "state": "in force" if each.revoked_at is None else "revoked",
                "created_at": iso(each.created_at),
                "created_by": each.created_by,
            }
            for each in walls.listed(store)
        ]
    if as_json:
        echo_json({"rows": rows})
    else:
        click.echo(_table(rows) if rows else "no wall has a token")


@token.command("revoke")
@click.argument("name")
def token_revoke(name: str) -> None:
    """Let a wall in no more, within seconds.

    \b
    Examples:
      python app.py wall token revoke hall
    """
    with opened() as (store, _):
        walls.revoke(store, name, now())
        _noted(store, "wall_token_revoke", name)
    click.echo(f"{name} is revoked")


def state(account: Account) -> str:
    """How an account stands, in a word or two."""
    if account.disabled_at is not None:
        return "disabled"
    return "first password" if account.must_change else "in force"


def _tell_password(name: str, password: str) -> None:
    click.echo(password)
    click.echo(f"the one-time password of {name}: it is not shown again", err=True)


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    shown = [["—" if value in (None, "") else str(value) for value in row.values()] for row in rows]
    return table([name.replace("_", " ") for name in rows[0]], shown)


def _noted(store: Store, action: str, subject: str, **detail: object) -> None:
    audit.record(store, Entry(now(), action, subject, "ok", who=operator(), detail=detail))


COMMANDS: Final = (user, wall)
"""What app.py adds to the command line."""
