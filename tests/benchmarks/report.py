"""What was measured, as a table in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.live import LiveFigures

GROWTH_LIMIT = 1.3
LOAD_LIMIT_SECONDS = 180
LIVE_PER_SECOND = 500
LIVE_P95_MS = 100


@dataclass(frozen=True)
class Measured:
    """One question at one size: medians in milliseconds, and what was promised."""

    name: str
    store_ms: float
    scan_ms: float
    at_least: float | None
    covered: bool

    @property
    def ratio(self) -> float:
        """How many times faster the store is than the scan."""
        return self.scan_ms / self.store_ms


@dataclass(frozen=True)
class SizeReport:
    """Everything measured on one database with one number of events."""

    backend: str
    events: int
    load_seconds: float
    bytes: dict[str, int]
    measured: list[Measured]
    live: LiveFigures


def table(reports: Sequence[SizeReport]) -> str:
    """Questions by database and size as ratios against the scan of the same run; then loading, size and writing."""
    heads = [f"{report.backend} {report.events:,}" for report in reports]
    lines = [
        "| question | promised | " + " | ".join(heads) + " |",
        "|---|---|" + "---|" * len(heads),
    ]
    for position, first in enumerate(reports[0].measured):
        cells = [_ratio_cell(report.measured[position]) for report in reports]
        promised = f"{first.at_least:g}×" if first.at_least else "–"
        lines.append(f"| {first.name} | {promised} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "| | promised | " + " | ".join(heads) + " |",
        "|---|---|" + "---|" * len(heads),
        f"| worst growth of a covered question | {GROWTH_LIMIT}× | "
        + " | ".join(_growth_cell(report, reports) for report in reports)
        + " |",
        f"| load with counters and indexes, s (5 million) | {LOAD_LIMIT_SECONDS} | "
        + " | ".join(f"{report.load_seconds:.0f}" for report in reports)
        + " |",
        "| counters' bytes / events' bytes | 0.33 | "
        + " | ".join(f"{report.bytes['counters'] / report.bytes['events']:.2f}" for report in reports)
        + " |",
        f"| live operations a second beside readers | {LIVE_PER_SECOND} (SQLite) | "
        + " | ".join(f"{report.live.per_second:.0f}" for report in reports)
        + " |",
        f"| p95 of a live batch, ms | {LIVE_P95_MS} (SQLite) | "
        + " | ".join(f"{report.live.p95_ms:.0f}" for report in reports)
        + " |",
        "| p95 of the readers beside it, ms | – | "
        + " | ".join(f"{report.live.reader_p95_ms:.0f}" for report in reports)
        + " |",
    ]
    return "\n".join(lines)


def _ratio_cell(measured: Measured) -> str:
    short = measured.at_least is not None and measured.ratio < measured.at_least
    return f"{measured.ratio:.1f}× ({measured.store_ms:.2f} ms){' **short**' if short else ''}"


def _growth_cell(report: SizeReport, reports: Sequence[SizeReport]) -> str:
    smallest = min(
        (other for other in reports if other.backend == report.backend), key=lambda other: other.events
    )
    if smallest is report:
        return "–"
    worst, name = max(
        (large.store_ms / small.store_ms, large.name)
        for large, small in zip(report.measured, smallest.measured, strict=True)
        if large.covered
    )
    return f"{worst:.2f}× ({name})"
