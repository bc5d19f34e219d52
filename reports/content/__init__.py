"""What a bulletin says: figures gathered from the store as of an instant, without words and without a page."""

from __future__ import annotations

from data.bulletinplan import BulletinPlan
from data.clocks import Instant
from data.indicators import INDICATORS
from data.periods import Period
from data.ranking import MINIMUM_DUE
from data.store import Store
from reports.content.daily import daily
from reports.content.gathering import Gathering
from reports.content.moments import Moment
from reports.content.monthly import monthly
from reports.content.parts import CONTENT_VERSION, Content, Kind, Place, to_json
from reports.content.reconciling import unreconciled

__all__ = ["CONTENT_VERSION", "Content", "Gathering", "Kind", "Moved", "content", "to_json"]

RANKED_BY = "handling_timeliness"
"""The rate that grids are ranked by, as on the wall."""

_TRIES = 3


class Moved(RuntimeError):
    """The events changed while they were read, again and again: sums and parts do not agree."""


def content(
    store: Store,
    kind: Kind,
    scope: str,
    period: Period,
    as_of: Instant,
    plan: BulletinPlan,
    shared: Gathering | None = None,
) -> Content:
    """What the bulletin of a scope says of a period, as it was known at an instant.

    `shared` is what the bulletins of one hour have in common; without it, or for a scope beyond it, the scope is asked
    about alone. Only what lies within the scope is told. Raises NoCity, UnknownGrid, ValueError for a period that has
    not begun by then, and Moved.
    """
    if as_of < period.start:
        raise ValueError("expected a period that has begun by the as-of instant: give an earlier one")
    gathering = shared
    for _ in range(_TRIES):
        if gathering is None or not gathering.covers(gathering.city.tree.get(scope)):
            gathering = Gathering(store, scope)
        made = _content(gathering, kind, scope, period, as_of, plan)
        wrong = unreconciled(made)
        if not wrong:
            return made
        # Late facts came in between two readings: the next one is of the scope alone, and quicker.
        gathering = None
    raise Moved(
        f"expected sums that agree with their parts, found {wrong[0]}: events of the past are being written. "
        "Try again when the import has ended"
    )


def _content(
    gathering: Gathering, kind: Kind, scope: str, period: Period, as_of: Instant, plan: BulletinPlan
) -> Content:
    city = gathering.city
    grid = city.tree.get(scope)
    moment = Moment(period, as_of)
    sections = plan.of(kind).sections
    config = city.config
    english = plan.language == "en"
    name = str(config.get("name_en") or city.name) if english else city.name
    below = city.tree.children(scope)
    is_city = grid.depth == 0
    return Content(
        kind=kind,
        scope=Place(
            code=grid.code,
            name=name if is_city else grid.name,
            level=grid.level,
            depth=grid.depth,
            above=tuple(name if each.depth == 0 else each.name for each in city.tree.ancestors(scope)),
        ),
        city=name,
        city_code=city.code,
        zone=city.zone,
        period=period,
        as_of=as_of,
        issuer=plan.centre(scope).issuer
        or (str(config.get("issuer") or "") if is_city and not english else ""),
        addressee=plan.centre(scope).addressee,
        copies=plan.centre(scope).copies,
        language=plan.language,
        levels={each["key"]: each["name"] for each in config.get("levels", ())},
        below=below[0].level if below else "",
        targets={key: float(aim) for key, aim in config.get("targets", {}).items() if key in INDICATORS},
        ranked_by=RANKED_BY,
        minimum=MINIMUM_DUE,
        top=plan.top,
        margin=plan.list_margin,
        sections=sections,
        unrecorded=tuple(sorted(city.unrecorded)),
        sources=gathering.sources(as_of),
        is_demo=bool(config.get("demo")),
        is_illustrative=bool(config.get("illustrative")),
        credit=str(config.get("credit") or ""),
        parts=monthly(gathering, grid, moment, sections, plan)
        if kind == "month"
        else daily(gathering, grid, moment, sections, plan.top),
    )
