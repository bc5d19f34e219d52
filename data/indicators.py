"""Every indicator, defined once: SQL, screens, bulletins and docs/indicators.md are made from `INDICATORS`.

P is the half-open period [start, end) in the city's zone, T the as-of instant, T <= now. Numerators and denominators
are names of measures (data/measures.py); a roll-up sums both and divides once, and a denominator of zero is "no data".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from data.words import language

NO_DATA = "—"

OVERDUE_OPEN = "overdue_open"
"""The one indicator that depends on T alone: it is counted over the open events, not over counters."""


@dataclass(frozen=True)
class Indicator:
    """One definition. `denominator` is None for a count; `target` is None where the city sets none."""

    key: str
    label_zh: str
    label_en: str
    kind: Literal["rate", "count"]
    better: Literal["up", "down", "none"]
    numerator: str
    denominator: str | None
    formula_zh: str
    formula_en: str
    source: str
    decimals: int = 1
    target: float | None = None

    @property
    def label(self) -> str:
        """The name in the language spoken."""
        return self.label_zh if language() == "zh" else self.label_en

    @property
    def formula(self) -> str:
        """The definition in words, in the language spoken."""
        return self.formula_zh if language() == "zh" else self.formula_en


_DESIGN = "Yiping indicator rules, after GB/T 30428.4 performance evaluation"
_RATING = "GB/T 39734-2020, one event one rating"

_DEFINITIONS: tuple[Indicator, ...] = (
    Indicator(
        key="received",
        label_zh="受理数",
        label_en="Received",
        kind="count",
        better="none",
        numerator="received",
        denominator=None,
        formula_zh="统计期内上报的事件数（不含已撤销）",
        formula_en="events reported in P (and by T), withdrawn ones left out",
        source=_DESIGN,
        decimals=0,
    ),
    Indicator(
        key="accepted",
        label_zh="接单数",
        label_en="Accepted",
        kind="count",
        better="none",
        numerator="accepted",
        denominator=None,
        formula_zh="统计期内接单的事件数",
        formula_en="events accepted in P",
        source=_DESIGN,
        decimals=0,
    ),
    Indicator(
        key="closed",
        label_zh="办结数",
        label_en="Closed",
        kind="count",
        better="none",
        numerator="closed",
        denominator=None,
        formula_zh="统计期内办结的事件数",
        formula_en="events closed in P",
        source=_DESIGN,
        decimals=0,
    ),
    Indicator(
        key="acceptance_timeliness",
        label_zh="接单及时率",
        label_en="Acceptance timeliness",
        kind="rate",
        better="up",
        numerator="accept_on_time",
        denominator="accept_due",
        formula_zh="接单期限在统计期内且已到期的事件中，期限当时或之前已接单的占比",
        formula_en="of the events whose acceptance deadline lies in P and <= T: those accepted at or before it",
        source=_DESIGN,
    ),
    Indicator(
        key="handling_timeliness",
        label_zh="处置及时率",
        label_en="Handling timeliness",
        kind="rate",
        better="up",
        numerator="handle_on_time",
        denominator="handle_due",
        formula_zh="处置期限在统计期内且已到期的事件中，期限当时或之前已处置的占比；超期未办计入分母",
        formula_en="of the events whose handling deadline lies in P and <= T: those handled at or before it",
        source=_DESIGN,
    ),
    Indicator(
        key="completion",
        label_zh="办结率",
        label_en="Completion",
        kind="rate",
        better="up",
        numerator="received_closed",
        denominator="received",
        formula_zh="统计期内上报的事件中，截至统计时点已办结的占比",
        formula_en="of the events reported in P: those closed by T",
        source=_DESIGN,
    ),
    Indicator(
        key="on_time_closure",
        label_zh="按期办结率",
        label_en="On-time closure",
        kind="rate",
        better="up",
        numerator="closed_on_time",
        denominator="closed_judged",
        formula_zh="统计期内办结且有处置期限的事件中，期限当时或之前已处置的占比；申诉通过的不计",
        formula_en="of the events closed in P that have a handling deadline: those handled at or before it",
        source=_DESIGN,
    ),
    Indicator(
        key="received_on_time_closure",
        label_zh="受理件按期办结率",
        label_en="On-time closure of the received",
        kind="rate",
        better="up",
        numerator="received_closed_on_time",
        denominator="received_closed_judged",
        formula_zh="统计期内上报、截至统计时点已办结且有处置期限的事件中，期限当时或之前已处置的占比",
        formula_en="of the events reported in P, closed by T, with a handling deadline: those handled at or before it",
        source=_DESIGN,
    ),
    Indicator(
        key="satisfaction",
        label_zh="满意率",
        label_en="Satisfaction",
        kind="rate",
        better="up",
        numerator="satisfied",
        denominator="rated",
        formula_zh="统计期内的有效评价中，非常满意、满意、基本满意的占比；默认评价不计",
        formula_en="of the valid ratings given in P: those of 3, 4 or 5",
        source=_RATING,
    ),
    Indicator(
        key="rating_participation",
        label_zh="主动评价率",
        label_en="Rating participation",
        kind="rate",
        better="up",
        numerator="closed_rated",
        denominator="closed",
        formula_zh="统计期内办结的事件中，群众主动评价的占比；默认评价不计",
        formula_en="of the events closed in P: those that a citizen rated (default ratings never count)",
        source=_RATING,
    ),
    Indicator(
        key=OVERDUE_OPEN,
        label_zh="超期未办数",
        label_en="Overdue and open",
        kind="count",
        better="down",
        numerator=OVERDUE_OPEN,
        denominator=None,
        formula_zh="截至统计时点仍未办结、处置期限已过的事件数；与统计期无关",
        formula_en="events open at T whose handling deadline is before T, whatever P is",
        source=_DESIGN,
        decimals=0,
    ),
    Indicator(
        key="rework",
        label_zh="返工率",
        label_en="Rework",
        kind="rate",
        better="down",
        numerator="closed_reworked",
        denominator="closed",
        formula_zh="统计期内办结的事件中，至少被退回或返工一次的占比（按件不按次）",
        formula_en="of the events closed in P: those that were returned or reopened at least once",
        source=_DESIGN,
    ),
    Indicator(
        key="false_closure",
        label_zh="虚假办结率",
        label_en="False closure",
        kind="rate",
        better="down",
        numerator="closed_false",
        denominator="closed_rated",
        formula_zh="统计期内办结且有评价的事件中，评价为不满意或非常不满意且反映未解决的占比",
        formula_en='of the rated events closed in P: those rated 1 or 2 with "not solved"',
        source=_RATING,
    ),
)

INDICATORS: Mapping[str, Indicator] = {definition.key: definition for definition in _DEFINITIONS}

FOUR_RATES = ("acceptance_timeliness", "handling_timeliness", "completion", "satisfaction")
"""The four rates that every bulletin and every first row of a screen shows."""


@dataclass(frozen=True)
class Figure:
    """An indicator's value with what it was made from; `value` is None where there is no data."""

    key: str
    value: float | None
    numerator: int
    denominator: int | None


def figure(key: str, measures: Mapping[str, int]) -> Figure:
    """The figure of one indicator from summed measures; absent measures count as zero."""
    definition = INDICATORS[key]
    numerator = int(measures.get(definition.numerator, 0))
    if definition.denominator is None:
        return Figure(key, float(numerator), numerator, None)
    denominator = int(measures.get(definition.denominator, 0))
    return Figure(key, numerator / denominator if denominator else None, numerator, denominator)


def figures(measures: Mapping[str, int]) -> dict[str, Figure]:
    """Every indicator's figure from summed measures, in the order of the definitions."""
    return {key: figure(key, measures) for key in INDICATORS}


def shown(key: str, value: float | None) -> str:
    """The value as people read it: 97.1%, 5,473, or a dash where there is no data."""
    if value is None or value != value:
        return NO_DATA
    definition = INDICATORS[key]
    if definition.kind == "rate":
        return f"{value:.{definition.decimals}%}"
    return f"{value:,.{definition.decimals}f}"


def indicators_markdown() -> str:
    """docs/indicators.md: every definition as it is used."""
    rows = [
        f"| `{each.key}` | {each.label_zh} | {each.label_en} | {each.formula_en} | {each.formula_zh} | "
        f"`{each.numerator}` / {f'`{each.denominator}`' if each.denominator else '–'} | {each.better} | {each.source} |"
        for each in INDICATORS.values()
    ]
    return "\n".join([_MARKDOWN_HEAD, *rows, _MARKDOWN_TAIL])


_MARKDOWN_HEAD = """# Indicators

Made from `data/indicators.py` by `make docs`. P is the half-open period [start, end) in the city's zone, T the as-of
instant. Numerator and denominator name the measures of `data/measures.py`, which say exactly what is counted.

| key | label | English | formula | formula on screens | numerator / denominator | better | source |
|---|---|---|---|---|---|---|---|"""

_MARKDOWN_TAIL = """
## Rules

- A timeliness rate counts by deadline: an event that is overdue and still open lowers it. Exactly at the deadline is
  on time.
- A roll-up sums numerators and denominators and divides once. A denominator of zero is "no data" (null, a dash on
  screens), never 0 % or 100 %.
- An event without a handling deadline has no verdict: it is in no timeliness rate, and in `on_time_closure` neither
  above nor below the line. Its closing still counts for `closed` and `completion`.
- An approved appeal exempts an event from the handling verdicts; a withdrawn event leaves every figure from then on.
- A returned or reopened event keeps its deadline. Otherwise a late case could be made timely by reopening it.
- A default rating is kept in the trace and never counts.
- `overdue_open` is a stock at T. Broken down by time, each event counts under the time of its report.
"""
