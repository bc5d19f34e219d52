"""Answers as plain JSON values, for the command line's `--json` and whoever reads it.

The shapes are documented in docs/command-line.md and stay as they are: keys are added, never renamed. An instant is
ISO 8601 text in UTC, a rate a fraction between 0 and 1, and what is not there is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data.answers import Page, Question, Trace
from data.clocks import iso
from data.indicators import Figure

Json = dict[str, Any]


def plain_totals(question: Question, figures: Mapping[str, Figure]) -> Json:
    """The figures of a whole scope: one row an indicator, with key, value, numerator, denominator."""
    rows = [
        {"key": each.key, "value": each.value, "numerator": each.numerator, "denominator": each.denominator}
        for each in figures.values()
    ]
    return _asked(question) | {"rows": rows}


def plain_groups(question: Question, by: str, frame: pd.DataFrame) -> Json:
    """Figures by group (FIGURE_COLUMNS): one row a group and indicator; group, name and own come first."""
    return _asked(question) | {"by": by, "rows": plain_rows(frame)}


def plain_rank(question: Question, indicator: str, minimum: int, frame: pd.DataFrame) -> Json:
    """A ranking (RANK_COLUMNS) with what it goes by."""
    return _asked(question) | {"indicator": indicator, "minimum": minimum, "rows": plain_rows(frame)}


def plain_events(question: Question, kind: str, page: Page) -> Json:
    """A page of events (EVENT_COLUMNS) and the `next` that the page after it starts from, null on the last."""
    return {
        "scope": question.scope,
        "as_of": iso(question.as_of),
        "kind": kind,
        "rows": plain_rows(page.rows),
        "next": page.next,
    }


def plain_trace(trace: Trace) -> Json:
    """One event: its fields, and its steps in the order in which they count."""
    return {
        "event": {name: _value(name, value) for name, value in trace.event.items()},
        "steps": plain_rows(trace.steps),
    }


def plain_rows(frame: pd.DataFrame) -> list[Json]:
    """The rows of a frame as dictionaries of plain values."""
    names = list(frame.columns)
    columns = [[_value(name, value) for value in frame[name].tolist()] for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _asked(question: Question) -> Json:
    asked: Json = {
        "scope": question.scope,
        "from": iso(question.period.start),
        "to": iso(question.period.end),
        "as_of": iso(question.as_of),
    }
    for name, codes in (("categories", question.categories), ("channels", question.channels)):
        if codes is not None:
            asked[name] = list(codes)
    return asked


def _value(name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        return value
    if value is None or value is pd.NA or value != value:
        return None
    if name == "at" or name.endswith(("_at", "_until")):
        return iso(int(value))
    return value
