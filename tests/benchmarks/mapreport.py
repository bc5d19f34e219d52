"""What was measured of the map, as a table in Markdown."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from pathlib import Path

BEGIN, END = "<!-- map table -->", "<!-- end of map table -->"


@dataclass
class Figures:
    """Times in milliseconds (first paints in seconds), sizes in bytes, heaps in megabytes before and after."""

    first_ours: float = 0.0
    first_theirs: float = 0.0
    recolour_ours: list[float] = field(default_factory=list)
    recolour_theirs: list[float] = field(default_factory=list)
    cpu_ours: list[float] = field(default_factory=list)
    cpu_theirs: list[float] = field(default_factory=list)
    drill_shown: list[float] = field(default_factory=list)
    drill_painted: list[float] = field(default_factory=list)
    refresh_bytes: int = 0
    refresh_bytes_theirs: int = 0
    geometry_br: int = 0
    geometry_gz: int = 0
    heap: list[tuple[str, float, float]] = field(default_factory=list)
    server_ms: float = 0.0
    server_again_ms: float = 0.0


def table(figures: Figures) -> str:
    """One row a promise: what was promised, what the map does, what Plotly does on the same polygons."""
    ours, theirs = _median(figures.recolour_ours), _median(figures.recolour_theirs)
    cpu, cpu_theirs = _median(figures.cpu_ours), _median(figures.cpu_theirs)
    drill = _median(figures.drill_painted)
    rows = [
        (
            "first paint of 19,582 cells, s",
            "–",
            f"{figures.first_ours:.1f}",
            f"{figures.first_theirs:.1f}",
            True,
        ),
        (
            "recolour 19,582 cells until painted",
            "15× faster",
            f"{ours:.0f} ms, {theirs / ours:.1f}× faster" if ours else "–",
            f"{theirs:.0f} ms",
            theirs >= 15 * ours,
        ),
        ("main thread's processor time for it", "100 ms", f"{cpu:.0f} ms", f"{cpu_theirs:.0f} ms", cpu < 100),
        (
            "sent for a refresh (gzip)",
            "25 kB",
            f"{figures.refresh_bytes / 1000:.1f} kB at most",
            f"{figures.refresh_bytes_theirs / 1000:.0f} kB",
            figures.refresh_bytes <= 25_000,
        ),
        (
            "geometry of all levels, brotli / gzip",
            "2.5 MB",
            f"{figures.geometry_br / 1e6:.2f} / {figures.geometry_gz / 1e6:.2f} MB",
            "with every refresh",
            figures.geometry_gz < 2_500_000,
        ),
        (
            "from the city to a district's level-3 cells: values there / painted",
            "500 ms",
            f"{_median(figures.drill_shown):.0f} / {drill:.0f} ms",
            "–",
            drill < 500,
        ),
        (
            "19,582 values leave the server, p95 of 13 indicators × 7 periods",
            "300 ms",
            f"{figures.server_ms:.0f} ms",
            "–",
            figures.server_ms < 300,
        ),
        (
            "the same, unchanged",
            "20 ms",
            f"{figures.server_again_ms:.1f} ms",
            "–",
            figures.server_again_ms < 20,
        ),
    ]
    for name, before, after in figures.heap:
        rows.append(
            (
                f"heap before and after {name}",
                "flat",
                f"{before:.1f} → {after:.1f} MB",
                "–",
                after < 1.05 * before,
            )
        )
    lines = ["| | promised | the map | Plotly choroplethmap, geometry inline |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {promised} | {mine}{'' if held else ' **short**'} | {other} |"
        for name, promised, mine, other, held in rows
    ]
    return "\n".join(lines)


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0


def replace_table(path: Path, printed: str) -> None:
    """Puts the table between its marks."""
    head, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    path.write_text(f"{head}{BEGIN}\n{printed}\n{END}{tail}", encoding="utf-8")
