"""Which bulletins a city gives, when each is due and of what, who is told: the [bulletins] of a city.toml, and times.

Everything here is pure. A bulletin is an edition of a kind, a scope and a period. The period of a daily bulletin is the
day it is given ("2026-11-27"): the morning tells of the day before, the evening of the day itself until its hour. That
of the monthly one is the month it tells of ("2026-10"); it is given on the first of the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from string import Formatter
from typing import Any, Final, Literal, TypeAlias, get_args

from data.calendars import WorkingCalendar
from data.clocks import Instant, ZoneClock
from data.grids import Tree
from data.periods import Period, days
from data.words import speaking, word

BulletinKind: TypeAlias = Literal["morning", "evening", "month"]
KINDS: Final[tuple[BulletinKind, ...]] = get_args(BulletinKind)
Way: TypeAlias = Literal["mail", "wecom", "dingtalk"]
"""How a bulletin is sent: by e-mail, or to a group's robot."""

DAILY_SECTIONS: Final = (
    *("overall", "cumulative", "rates", "lists", "channels", "categories"),
    *("overdue", "temporary", "hot", "measures"),
)
MONTH_SECTIONS: Final = (
    *("overall", "assessment", "map", "ranking", "change", "trend"),
    *("hot", "temporary", "laggards", "method", "appendix"),
)
MOST_DEPTH: Final = 3
"""No grid deeper than this has a centre: there are thousands of them."""

_NUMBER_FIELDS = {"word", "year", "number"}
_TEXT_LENGTH = 120
_YEARS = range(1971, 9999)
"""No event is older; a period of the last year of the calendar would end beyond it."""

_LATEST_DAYS = 31
"""Further than this no monthly bulletin is put off: some day of a month is worked."""


@dataclass(frozen=True)
class KindPlan:
    """How one kind is given. `at` is its hour, local time; `non_working` says what becomes of it on a day that is not
    worked: a daily one is given all the same or left out ("skip"), a monthly one given or put off ("later"). `number`
    is its document number with {word}, {year} and {number}; "" is the usual one of the language."""

    at: time
    sections: tuple[str, ...]
    on: bool = True
    approval: bool = False
    non_working: Literal["issue", "skip", "later"] = "issue"
    number: str = ""


@dataclass(frozen=True)
class Group:
    """Grids that are ranked with each other: those whose names end so, or whose codes are listed."""

    name: str
    endings: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Centre:
    """What the papers of one scope carry that is not made from its name: the word of its numbers, who issues them, to
    whom they go (主送) and who else gets them (抄送)."""

    scope: str
    word: str = ""
    issuer: str = ""
    addressee: str = ""
    copies: str = ""


@dataclass(frozen=True)
class Recipient:
    """Somebody who is sent bulletins of these scopes and kinds: by e-mail `to` an address, or by a robot `to` the name
    of a hook, whose address is a secret and stands in the settings."""

    name: str
    by: Way
    to: str
    scopes: tuple[str, ...]
    kinds: tuple[BulletinKind, ...] = KINDS


@dataclass(frozen=True)
class BulletinPlan:
    """A city's bulletins; the defaults hold where its city.toml says nothing. `depths` are those of the grids that have
    a centre; `top` is how many are named first and last; a rate that misses its target by up to `list_margin` is on the
    yellow list, by more on the red one."""

    morning: KindPlan = KindPlan(time(8), DAILY_SECTIONS)
    evening: KindPlan = KindPlan(time(20), DAILY_SECTIONS)
    month: KindPlan = KindPlan(time(9), MONTH_SECTIONS)
    language: Literal["zh", "en"] = "zh"
    depths: tuple[int, ...] = (0, 1, 2)
    top: int = 5
    list_margin: float = 0.05
    groups: tuple[Group, ...] = ()
    centres: tuple[Centre, ...] = ()
    recipients: tuple[Recipient, ...] = ()

    def of(self, kind: BulletinKind) -> KindPlan:
        """How a kind is given."""
        return {"morning": self.morning, "evening": self.evening, "month": self.month}[kind]

    def centre(self, scope: str) -> Centre:
        """What is said of a scope's papers; nothing where nothing is."""
        return next((one for one in self.centres if one.scope == scope), Centre(scope))

    def group_of(self, code: str, name: str) -> str:
        """The name of the group that a grid is ranked in; "" for one that is in none."""
        for group in self.groups:
            if code in group.codes or name.endswith(group.endings or ("\0",)):
                return group.name
        return ""


def plan_of(table: Mapping[str, Any]) -> BulletinPlan:
    """The [bulletins] of a city.toml that `faults` finds nothing wrong with."""
    given: dict[str, Any] = {key: _tuples(value) for key, value in table.items()}
    usual = BulletinPlan()
    for kind in KINDS:
        given[kind] = _kind_plan(usual.of(kind), table.get(kind, {}))
    for name, made in _LISTS.items():
        rows = table.get(name, [])
        given[name] = tuple(made(**{key: _tuples(value) for key, value in row.items()}) for row in rows)
    return BulletinPlan(**given)


_LISTS: Final[Mapping[str, Callable[..., Any]]] = {
    "groups": Group,
    "centres": Centre,
    "recipients": Recipient,
}


def _kind_plan(usual: KindPlan, table: Mapping[str, Any]) -> KindPlan:
    given = {key: _tuples(value) for key, value in table.items()}
    if "at" in given:
        given["at"] = time.fromisoformat(given["at"])
    return replace(usual, **given)


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def faults(table: Mapping[str, Any], grids: frozenset[str] | set[str]) -> list[str]:
    """A sentence for everything in a [bulletins] that cannot be used; `grids` are the codes of the city."""
    found: list[str] = []

    def wants(where: str, value: object, right: bool, expected: str) -> None:
        if not right:
            found.append(f"{where} must be {expected}; found {value!r}")

    def keys(where: str, row: object, needed: set[str], known: set[str]) -> bool:
        if not isinstance(row, Mapping):
            found.append(f"{where} must be a table of keys and values; found {row!r}")
            return False
        for key in sorted(needed - set(row)):
            found.append(f"{where} has no {key}; add one")
        for key in sorted(set(row) - known):
            found.append(f'{where}: "{key}" means nothing here; expected {", ".join(sorted(known))}')
        return needed <= set(row)

    def codes(where: str, value: object) -> None:
        listed = value if isinstance(value, list) else [value]
        for code in listed:
            wants(where, code, isinstance(code, str) and code in grids, "codes of grids of the city")

    keys("[bulletins]", table, set(), {each.name for each in fields(BulletinPlan)})
    if "language" in table:
        wants("[bulletins] language", table["language"], table["language"] in ("zh", "en"), '"zh" or "en"')
    if "depths" in table:
        given = table["depths"]
        right = isinstance(given, list) and bool(given) and len(set(map(repr, given))) == len(given)
        right = right and all(type(depth) is int and 0 <= depth <= MOST_DEPTH for depth in given)
        wants(
            "[bulletins] depths",
            given,
            right,
            f"a list of different depths from 0 (the city) to {MOST_DEPTH}",
        )
    if "top" in table:
        top = table["top"]
        wants("[bulletins] top", top, type(top) is int and 1 <= top <= 50, "a whole number from 1 to 50")
    if "list_margin" in table:
        margin = table["list_margin"]
        right = not isinstance(margin, bool) and isinstance(margin, int | float) and 0 <= margin <= 1
        wants("[bulletins] list_margin", margin, right, "a share between 0 and 1")
    for kind in KINDS:
        if kind in table and keys(
            f"[bulletins.{kind}]", table[kind], set(), {each.name for each in fields(KindPlan)}
        ):
            found += _kind_faults(kind, table[kind])
    for name in _LISTS:
        if name in table and not isinstance(table[name], list):
            found.append(
                f"[bulletins] {name} must be [[bulletins.{name}]], once or more; leave it out for none"
            )
    for number, row in enumerate(_rows(table, "groups"), 1):
        where = f"[[bulletins.groups]] number {number}"
        if keys(where, row, {"name"}, {"name", "endings", "codes"}):
            wants(f"{where}: name", row["name"], _text(row["name"]), "a name")
            endings = row.get("endings", [])
            right = isinstance(endings, list) and all(map(_text, endings))
            wants(f"{where}: endings", endings, right, "a list of the ends of names")
            codes(f"{where}: codes", row.get("codes", []))
    for number, row in enumerate(_rows(table, "centres"), 1):
        where = f"[[bulletins.centres]] number {number}"
        if keys(where, row, {"scope"}, {each.name for each in fields(Centre)}):
            codes(f"{where}: scope", row["scope"])
            for key in ("word", "issuer", "addressee", "copies"):
                wants(f"{where}: {key}", row.get(key, "-"), _text(row.get(key, "-")), "a text of one line")
    named = [row.get("scope") for row in _rows(table, "centres") if isinstance(row, Mapping)]
    found += [f"[[bulletins.centres]] names {code!r} twice" for code in _twice(named)]
    for number, row in enumerate(_rows(table, "recipients"), 1):
        where = f"[[bulletins.recipients]] number {number}"
        if keys(where, row, {"name", "by", "to", "scopes"}, {each.name for each in fields(Recipient)}):
            found += _recipient_faults(where, row)
            codes(f"{where}: scopes", row["scopes"])
    named = [row.get("name") for row in _rows(table, "recipients") if isinstance(row, Mapping)]
    found += [f"[[bulletins.recipients]] names {name!r} twice" for name in _twice(named)]
    return found


def _kind_faults(kind: BulletinKind, row: Mapping[str, Any]) -> list[str]:
    found = []
    where = f"[bulletins.{kind}]"
    if "at" in row and not (
        isinstance(row["at"], str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", row["at"])
    ):
        found.append(f'{where} at must be a time such as "08:00"; found {row["at"]!r}')
    for name in ("on", "approval"):
        if not isinstance(row.get(name, True), bool):
            found.append(f"{where} {name} must be true or false, without quotes; found {row[name]!r}")
    choices = ("issue", "later") if kind == "month" else ("issue", "skip")
    if row.get("non_working", "issue") not in choices:
        found.append(f"{where} non_working must be one of {', '.join(choices)}; found {row['non_working']!r}")
    known = MONTH_SECTIONS if kind == "month" else DAILY_SECTIONS
    sections = row.get("sections", list(known))
    if not isinstance(sections, list) or not sections or _twice(sections) or not set(sections) <= set(known):
        found.append(
            f"{where} sections must be a list of different ones of {', '.join(known)}; found {sections!r}"
        )
    if "number" in row and not _number_format(row["number"]):
        found.append(
            f"{where} number must be a text with {{year}} and {{number}}, and {{word}} if wanted, such as "
            f'"{{word}} {{year}}/{{number}}"; found {row["number"]!r}'
        )
    return found


def _recipient_faults(where: str, row: Mapping[str, Any]) -> list[str]:
    found = [
        f"{where}: {key} must be a text of one line; found {row[key]!r}"
        for key in ("name", "to")
        if not _text(row[key])
    ]
    if row["by"] not in get_args(Way):
        found.append(f"{where}: by must be one of {', '.join(get_args(Way))}; found {row['by']!r}")
    if row["by"] == "mail" and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", str(row["to"])):
        found.append(f"{where}: to must be one e-mail address; found {row['to']!r}")
    if row["by"] != "mail" and not re.fullmatch(r"[A-Za-z0-9_-]+", str(row["to"])):
        # Not quoted: it may be a hook's address, which is a secret.
        found.append(
            f"{where}: to must be the name of a hook (letters, digits, - and _), whose address stands in the settings"
        )
    kinds = row.get("kinds", list(KINDS))
    if not isinstance(kinds, list) or not kinds or not set(kinds) <= set(KINDS):
        found.append(f"{where}: kinds must be a list of {', '.join(KINDS)}; found {kinds!r}")
    if not row["scopes"] or not isinstance(row["scopes"], list):
        found.append(f"{where}: scopes must be a list of codes; found {row['scopes']!r}")
    return found


def _number_format(value: object) -> bool:
    if not _text(value):
        return False
    try:
        named = [name for _, name, _, _ in Formatter().parse(str(value)) if name is not None]
    except ValueError:
        return False
    return {"year", "number"} <= set(named) <= _NUMBER_FIELDS and len(named) == len(set(named))


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= _TEXT_LENGTH and value.isprintable()


def _twice(values: Sequence[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if value in values[:place]]


def _rows(table: Mapping[str, Any], name: str) -> list[Any]:
    rows = table.get(name, [])
    return rows if isinstance(rows, list) else []


def parse_period(kind: BulletinKind, text: str) -> date:
    """The first day of a period: "2026-11-27" of a daily bulletin, "2026-11" of a monthly one. Raises ValueError."""
    full = f"{text}-01" if kind == "month" else text
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", full):
        try:
            found = date.fromisoformat(full)
            if found.year in _YEARS:
                return found
        except ValueError:
            pass
    wanted = "a month such as 2026-11" if kind == "month" else "a day such as 2026-11-27"
    raise ValueError(f"expected {wanted}, found {text!r}")


def period_text(kind: BulletinKind, day: date) -> str:
    """The period of a day: the day itself, or its month."""
    return f"{day:%Y-%m}" if kind == "month" else day.isoformat()


def following(kind: BulletinKind, first: date) -> date:
    """The first day of the next period."""
    if kind == "month":
        return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first + timedelta(days=1)


def month_before(first: date) -> date:
    """The first day of the month before that of a day."""
    return (first.replace(day=1) - timedelta(days=1)).replace(day=1)


def told(kind: BulletinKind, period: str, clock: ZoneClock) -> Period:
    """What a bulletin tells of, in whole local days: the day before for a morning, the day itself for an evening, the
    month. What of it lies behind the as-of instant is not known yet. Raises ValueError."""
    first = parse_period(kind, period)
    if kind == "morning":
        return days(clock, first - timedelta(days=1), first)
    return days(clock, first, following(kind, first))


def due_at(
    plan: BulletinPlan, kind: BulletinKind, period: str, clock: ZoneClock, calendar: WorkingCalendar
) -> Instant | None:
    """When an edition is owed, which is its as-of instant as well; None for one that is left out, since the day is not
    worked. An hour that the clocks skip is the moment they go forward; one that comes twice is the first of the two."""
    given = plan.of(kind)
    first = parse_period(kind, period)
    day = following(kind, first) if kind == "month" else first
    if given.non_working == "skip" and not calendar.is_workday(day)[0]:
        return None
    if given.non_working == "later":
        later = (day + timedelta(days=number) for number in range(_LATEST_DAYS))
        day = next((one for one in later if calendar.is_workday(one)[0]), day)
    return clock.at(datetime.combine(day, given.at))


def centres(plan: BulletinPlan, tree: Tree) -> tuple[str, ...]:
    """The scopes that have a centre, the city first, then depth by depth; dedicated grids have none."""
    found = (grid for grid in tree if grid.depth in plan.depths and grid.kind is None)
    return tuple(grid.code for grid in sorted(found, key=lambda grid: (grid.depth, grid.id)))


def number_series(plan: BulletinPlan, kind: BulletinKind, scope: str, tree: Tree) -> str:
    """What the numbers of a scope and kind have in common, with {year} and {number} still to be put in. Bulletins that
    would print alike are counted together, so that no number comes twice."""
    with speaking(plan.language):
        text = plan.of(kind).number or word(f"edition.number.{kind}")
    own = plan.centre(scope).word or _names(tree, scope)
    return text.replace("{word}", own.replace("{", "").replace("}", ""))


def printed_number(series: str, year: int, number: int) -> str:
    """A document number as printed."""
    return series.format(year=year, number=number)


def _names(tree: Tree, scope: str) -> str:
    grid = tree.get(scope)
    above = grid.parent
    if above is None or tree.get(above).parent is None:
        return grid.name
    return _names(tree, above) + ("" if grid.name[:1] > "\x7f" else " ") + grid.name
