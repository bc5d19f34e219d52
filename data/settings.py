"""What can be set from outside: one table, read from the environment and a `.env` file.

`SETTINGS` is the only list: loading, checking, docs/settings.md and .env.example are made from it.
"""

from __future__ import annotations

import difflib
import io
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from data.senders import SenderError, mail_server, mailbox, robots

PREFIX = "YIPING_"
"""Every setting's variable begins with it; a variable that begins with it and is no setting is refused."""

PROJECT = Path(__file__).resolve().parent.parent
"""The program's own folder."""

HIDDEN = "***"
"""What is printed in place of a password."""

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_SYNCHRONOUS = ("FULL", "NORMAL")
_POSTGRESQL = "postgresql+psycopg"
_POSTGRESQL_SPELLINGS = ("postgres", "postgresql")

# Greedy on purpose: a password may hold "@", ":" or "/" that nobody escaped. Hiding too much does no harm.
_USER_PASSWORD = re.compile(r"(://[^:/]*:).*@", re.DOTALL)
_QUERY_PASSWORD = re.compile(r"([?&][^=&]*(?:pass|secret|token)[^=&]*=)[^&]*", re.IGNORECASE)


class SettingsError(ValueError):
    """The settings cannot be used: one line for each fault, with what was expected, found, and the remedy."""


class _BadValue(ValueError):
    """A value that a parser refuses; the message is what was wrong beyond `expects`, or empty."""


@dataclass(frozen=True)
class Setting:
    """One row of the table.

    `default` is text as it would stand in the environment and may name another setting in braces; `expects`
    completes the sentence "expected …"; `parse` returns the value or raises _BadValue. A `secret` is never printed.
    """

    name: str
    default: str
    help: str
    expects: str
    parse: Callable[[str], Any]
    secret: bool = False

    @property
    def variable(self) -> str:
        """The environment variable, such as YIPING_PORT."""
        return PREFIX + self.name.upper()


def masked(url: str) -> str:
    """The database URL with every password replaced by ***; works on malformed URLs too."""
    return _QUERY_PASSWORD.sub(rf"\g<1>{HIDDEN}", _USER_PASSWORD.sub(rf"\g<1>{HIDDEN}@", url))


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # SQLAlchemy's own message quotes the URL with its password, so it is not chained.
        raise _BadValue("it cannot be read as a URL; write special characters of a password as %XX") from None
    if url.drivername in _POSTGRESQL_SPELLINGS:
        url = url.set(drivername=_POSTGRESQL)
    if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
        raise _BadValue("a store in memory is lost with the program; name a file")
    if url.drivername not in ("sqlite", _POSTGRESQL):
        raise _BadValue(f"there is no store on {url.drivername!r}")
    return url.render_as_string(hide_password=False)


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise _BadValue("") from None
        if not lowest <= number <= highest:
            raise _BadValue("")
        return number

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.upper() not in choices:
            near = difflib.get_close_matches(text.upper(), choices, n=1)
            raise _BadValue(f"Did you mean {near[0]}?" if near else "")
        return text.upper()

    return parse


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise _BadValue("")
    return text.lower() == "on"


def _issuer(text: str) -> str:
    address = urlsplit(text)
    local = address.hostname in ("localhost", "127.0.0.1", "::1")
    if text and not (
        address.hostname and (address.scheme == "https" or (local and address.scheme == "http"))
    ):
        raise _BadValue("whoever listens on the way could sign anybody in")
    return text.rstrip("/")


def _smtp_url(text: str) -> str:
    try:
        mail_server(text)
    except SenderError:
        raise _BadValue("write special characters of a password as %XX") from None
    return text


def _mailbox(text: str) -> str:
    try:
        mailbox(text)
    except SenderError:
        raise _BadValue("") from None
    return text


def _webhooks(text: str) -> str:
    try:
        robots(text)
    except SenderError as error:
        raise _BadValue(str(error)) from None
    return text


def _public_url(text: str) -> str:
    try:
        address = urlsplit(text)
        if text and (address.scheme not in ("http", "https") or not address.hostname):
            raise ValueError
    except ValueError:
        raise _BadValue("") from None
    return text.rstrip("/")


def _or_none(parse: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: parse(text) if text else ""


def _host(text: str) -> str:
    if "/" in text or any(character.isspace() for character in text):
        raise _BadValue("leave out http:// and paths")
    return text


def _city(text: str) -> Path:
    """The folder as given when it is there; else a relative path is looked for beside the program."""
    folder = Path(text)
    return folder if folder.is_absolute() or folder.exists() else PROJECT / folder


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "database_url",
        "sqlite:///{var_dir}/yiping.db",
        "Where the events are kept: a SQLite file, or a PostgreSQL database that exists.",
        "sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE",
        _database_url,
    ),
    Setting(
        "var_dir",
        "var",
        "The folder for everything that the program writes beside the database.",
        "the path of a folder",
        Path,
    ),
    Setting(
        "city",
        "data/cities/zhengzhou",
        "The city pack that `run` loads into an empty store. "
        "A relative path that is not in the current folder is looked for beside the program.",
        "the path of a city pack's folder",
        _city,
    ),
    Setting(
        "simulate",
        "on",
        "Whether `run` lets a demonstration go on living beside the server. Real cities are not touched either way.",
        "on or off",
        _switch,
    ),
    Setting(
        "jobs",
        "on",
        "Whether `run` makes and sends bulletins beside the server. Off where `python app.py jobs` does so.",
        "on or off",
        _switch,
    ),
    Setting(
        "watch",
        "on",
        "Whether whoever makes bulletins also looks for hot events each hour, and in full each night. Off where "
        "`python app.py alerts watch` is called by a scheduler of one's own.",
        "on or off",
        _switch,
    ),
    Setting(
        "host",
        "127.0.0.1",
        "The address that `run` listens on. 0.0.0.0 lets other machines in; put a proxy with https before it.",
        "a host name or an IP address",
        _host,
    ),
    Setting(
        "port", "8050", "The port that `run` listens on.", "a whole number from 1 to 65535", _whole(1, 65535)
    ),
    Setting(
        "proxies",
        "0",
        "How many reverse proxies of your own stand in front, each of which writes X-Forwarded-For, X-Forwarded-Proto "
        "and X-Forwarded-Host. With one that takes https, cookies are for https alone.",
        "a whole number from 0 to 9",
        _whole(0, 9),
    ),
    Setting(
        "demo_visitors",
        "on",
        "Whether a browser on this machine sees a demonstration without signing in, as a user who is marked as such. "
        "Real cities, other machines and a server with YIPING_PROXIES always ask.",
        "on or off",
        _switch,
    ),
    Setting(
        "session_hours",
        "12",
        "After how many hours one has to sign in again.",
        "a whole number from 1 to 720",
        _whole(1, 720),
    ),
    Setting(
        "idle_minutes",
        "60",
        "After how many minutes without a touch of mouse, keys or screen one has to sign in again, open pages or not.",
        "a whole number from 5 to 43200",
        _whole(5, 43_200),
    ),
    Setting(
        "sign_in_failures",
        "5",
        "After how many failures in a row a name has to wait before the next try: half a minute first, twice as long "
        "each time, at most a quarter of an hour. An address may fail five times as often.",
        "a whole number from 3 to 100",
        _whole(3, 100),
    ),
    Setting(
        "password_length",
        "12",
        "How many characters a password has at least.",
        "a whole number from 8 to 64",
        _whole(8, 64),
    ),
    Setting(
        "oidc_issuer",
        "",
        "The OpenID Connect provider by which people may sign in, without /.well-known at its end; empty for none.",
        "an address that begins with https://",
        _issuer,
    ),
    Setting(
        "oidc_client_id",
        "",
        "The name under which the provider knows this program.",
        "the provider's text",
        str,
    ),
    Setting(
        "oidc_client_secret",
        "",
        "The secret that the provider gave this program.",
        "the provider's text",
        str,
        secret=True,
    ),
    Setting(
        "oidc_claim",
        "sub",
        "Which claim of the provider's says who it is; `python app.py user add --subject` names its value.",
        "the name of a claim, such as sub or preferred_username",
        str,
    ),
    Setting(
        "public_url",
        "",
        "The address under which browsers reach the program, for the links in messages; without it they have none.",
        "an address that begins with https:// or http://",
        _public_url,
    ),
    Setting(
        "smtp_url",
        "",
        "The mail server that takes the city's bulletins; empty for none. smtps:// is encrypted from the first byte, "
        "smtp:// by STARTTLS, without which no password is sent.",
        "smtp://USER:PASSWORD@HOST:PORT or smtps://USER:PASSWORD@HOST:PORT",
        _or_none(_smtp_url),
    ),
    Setting(
        "mail_from",
        "",
        "The mailbox in whose name bulletins are sent.",
        "a mailbox such as office@example.gov.cn",
        _or_none(_mailbox),
    ),
    Setting(
        "webhooks",
        "",
        "The robots of groups in WeCom and DingTalk that hear of bulletins, by the names that city packs give them.",
        "NAME=wecom:URL or NAME=dingtalk:URL#SECRET, several separated by spaces",
        _webhooks,
        secret=True,
    ),
    Setting(
        "threads",
        "8",
        "How many requests are answered at once.",
        "a whole number from 1 to 256",
        _whole(1, 256),
    ),
    Setting(
        "statement_timeout_seconds",
        "30",
        "After how many seconds a question to the database is given up, so that one cannot block the others.",
        "a whole number from 1 to 86400",
        _whole(1, 86400),
    ),
    Setting(
        "pool_size",
        "8",
        "How many connections to the database each process keeps at most.",
        "a whole number from 1 to 256",
        _whole(1, 256),
    ),
    Setting(
        "sqlite_synchronous",
        "FULL",
        "FULL keeps every acknowledged write through a loss of power; NORMAL is faster and may lose the last "
        "ones then. Neither loses any when only the program dies. PostgreSQL has its own setting.",
        "FULL or NORMAL",
        _one_of(*_SYNCHRONOUS),
    ),
    Setting(
        "audit_days",
        "180",
        "How many days the audit is kept before `run` and `audit prune` let go of it.",
        "a whole number from 180 to 36500",
        _whole(180, 36_500),
    ),
    Setting(
        "log_level",
        "INFO",
        "How much the program says.",
        "DEBUG, INFO, WARNING or ERROR",
        _one_of(*_LOG_LEVELS),
    ),
)


@dataclass(frozen=True, repr=False)
class Settings:
    """The settings in use, parsed. Its printed form never holds a password; `database_url` does."""

    database_url: str
    var_dir: Path
    city: Path
    simulate: bool
    jobs: bool
    watch: bool
    host: str
    port: int
    proxies: int
    demo_visitors: bool
    session_hours: int
    idle_minutes: int
    sign_in_failures: int
    password_length: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_claim: str
    public_url: str
    smtp_url: str
    mail_from: str
    webhooks: str
    threads: int
    statement_timeout_seconds: int
    pool_size: int
    sqlite_synchronous: str
    audit_days: int
    log_level: str

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
        """The settings from `environ` (None: the process's), then `env_file` if it exists, then the defaults.

        An empty value counts as not set. Raises SettingsError naming every fault at once: a value that does
        not parse, a YIPING_ name that is no setting, a line of the file that cannot be read.
        """
        environment = _ours(os.environ if environ is None else environ, "the environment")
        file, faults = _read_env_file(env_file) if env_file is not None else ({}, [])
        given = file | environment
        faults += [_unknown(name, origin) for name, (_, origin) in given.items() if name not in _VARIABLES]
        values: dict[str, Any] = {}
        for setting in _IN_ORDER_OF_NEED:
            default = setting.default.format_map(values)
            text, origin = given.get(setting.variable, (default, "the default"))
            try:
                values[setting.name] = setting.parse(text)
            except _BadValue as error:
                faults.append(_bad(setting, text, origin, str(error)))
                values[setting.name] = text
        if faults:
            raise SettingsError("\n".join(faults))
        return cls(**values)

    def shown(self) -> dict[str, str]:
        """Every setting as text under its variable's name, in the table's order, passwords masked."""
        return {setting.variable: _shown(setting, getattr(self, setting.name)) for setting in SETTINGS}

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.shown().items())})"


def _shown(setting: Setting, value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return HIDDEN if setting.secret and value else masked(str(value))


_VARIABLES = {setting.variable: setting for setting in SETTINGS}

# A default that mentions another setting is worked out after it.
_IN_ORDER_OF_NEED = tuple(sorted(SETTINGS, key=lambda setting: "{" in setting.default))


def _ours(values: Mapping[str, str | None], origin: str) -> dict[str, tuple[str, str]]:
    """Name to (value, origin) for the names that are meant for us; empty values are left out.

    A setting's name in small letters is ours too: silence about it would leave the default in force.
    """
    return {
        name: (value.strip(), origin)
        for name, value in values.items()
        if name.upper().startswith(PREFIX) and value is not None and value.strip()
    }


def _read_env_file(path: Path) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Our names in the file, and its faults; a file that is not there holds nothing and has none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError) as error:
        reason = error.__class__.__name__
        return {}, [f"{path}: expected a text file in UTF-8, found one that cannot be read ({reason})."]
    # dotenv only logs a warning about a line that it cannot read, and drops the line.
    faults = [
        f"{path}, line {binding.original.line}: expected NAME=value, found something else. Mend or remove it."
        for binding in parse_stream(io.StringIO(text))
        if binding.error
    ]
    if faults:
        return {}, faults
    # Without interpolation: a password may hold a dollar sign.
    return _ours(dotenv_values(stream=io.StringIO(text), interpolate=False), str(path)), []


def _bad(setting: Setting, text: str, origin: str, reason: str) -> str:
    found = f"{setting.variable}: expected {setting.expects}, found {_shown(setting, text)!r} in {origin}"
    return f"{found}: {reason}." if reason and not reason.endswith("?") else f"{found}. {reason}".rstrip()


def _unknown(name: str, origin: str) -> str:
    names = [setting.name for setting in SETTINGS]
    near = difflib.get_close_matches(name.lower().removeprefix(PREFIX.lower()), names, n=1, cutoff=0.5)
    hint = (
        f"Did you mean {PREFIX}{near[0].upper()}?" if near else f"The settings are {', '.join(_VARIABLES)}."
    )
    return f"{name} in {origin}: there is no such setting. {hint}"


def settings_markdown() -> str:
    """docs/settings.md: the table of settings for whoever runs the program."""
    rows = "\n".join(
        f"| `{setting.variable}` | `{_default_shown(setting)}` | {setting.help} | {setting.expects} |"
        for setting in SETTINGS
    )
    return _MARKDOWN.format(rows=rows)


def settings_example() -> str:
    """.env.example: every setting with its help, commented out at its default."""
    entries = "\n".join(
        f"\n# {setting.help}\n# Expected: {setting.expects}.\n#{setting.variable}={_default_shown(setting)}"
        for setting in SETTINGS
    )
    return (
        f"# Copy this file to .env and change what you need. The environment goes before .env.\n{entries}\n"
    )


def _default_shown(setting: Setting) -> str:
    """The default with the other defaults put in."""
    return setting.default.format_map({other.name: other.default for other in SETTINGS})


_MARKDOWN = """\
# Settings

Made from the table in `data/settings.py` by `make docs`; change it there.

Yiping reads its settings from environment variables, then from a file `.env` in the folder in which it is
started (see `.env.example`), then takes the default. An empty value counts as not set. A variable that begins
with `YIPING_` and is not in this table is refused, so that a slip of the pen never leaves a default in force
unseen.

| variable | default | what it does | expected |
|---|---|---|---|
{rows}

The default database follows `YIPING_VAR_DIR`. Relative paths start from the folder in which the program is
started. `postgres://` and `postgresql://` are taken as `postgresql+psycopg://`. Write special characters of a
password as `%XX` (`@` is `%40`). Passwords are masked wherever settings are printed.
"""
