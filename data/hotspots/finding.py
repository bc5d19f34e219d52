"""What the detectors say: one matter in one place, with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from data.clocks import Instant


class Kind(StrEnum):
    """The kinds of hot events that a centre reports, and what is announced for the season."""

    SUDDEN = "sudden"
    COMMON = "common"
    CONCENTRATED = "concentrated"
    FREQUENT = "frequent"
    AHEAD = "ahead"


Basis: TypeAlias = Literal["seasons", "weeks", "days", "places", "peers"]
"""What the expected number rests on: past years and weeks, weeks alone, the seven days before (EARS), the same places
and days taken apart (the scan), or other grids of the same days."""


@dataclass(frozen=True)
class Finding:
    """One matter. `grid_id` is the smallest grid that holds all of it, `grids` the units or places that it consists of
    (the grid itself for one). `chance` is that of so many without a cause, `share` the share of false ones among
    what is reported with it. `ears` are C1, C2 and C3 of the last day, None where they say nothing."""

    kind: Kind
    category_id: int
    grid_id: int
    grids: tuple[int, ...]
    since_at: Instant
    until_at: Instant
    observed: int
    expected: float
    chance: float
    share: float
    basis: Basis
    ears: tuple[float, float, float] | None = None

    @property
    def excess(self) -> float:
        """How many more than expected."""
        return self.observed - self.expected

    @property
    def key(self) -> str:
        """What makes two findings the same matter, whenever they are made."""
        return f"{self.kind}:{self.category_id}:{self.grid_id}"


UnjudgedReason: TypeAlias = Literal[
    "no_events", "no_recent_events", "short_history", "no_past_year", "no_outlines", "no_texts", "no_places"
]


@dataclass(frozen=True)
class Judgement:
    """All findings, the surest first within each kind, how many series were tried, and what could not be judged."""

    findings: tuple[Finding, ...]
    series: int
    unjudged: tuple[UnjudgedReason, ...]
