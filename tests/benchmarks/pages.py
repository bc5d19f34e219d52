"""What a page's data cost at the server: every callback of every page for leaders, on many views of a loaded store.

    python -m tests.benchmarks.pages --url sqlite:////path/yiping.db --views 12

`--write docs/performance.md` puts the table there. Each answer is timed by the clock and by the processor's, that of
PostgreSQL included: on a machine with other work the clock tells of that work too. With `--busy` the processor's time
is held against the promise.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import dash
import numpy as np
from flask.testing import FlaskClient

from app import bind_reads
from callbacks import register_all
from data.access import Viewer
from data.grids import Tree
from data.indicators import INDICATORS
from data.periods import PERIOD_KEYS
from data.reference import reference
from data.store import Store
from layouts import ids
from tests.benchmarks.processor import meter
from tests.benchmarks.soak import write_table
from tests.support.screens import callbacks_of, outputs_of

PROMISED_MS = 300


@dataclass(frozen=True)
class Answered:
    """One answer: its page, its callback by the first id it writes, the view, milliseconds, and bytes."""

    page: str
    part: str
    view: str
    wall_ms: float
    cpu_ms: float
    size: int


@dataclass(frozen=True)
class PageOf:
    """A page: its address, the store that its head fills, and the ids that it writes begin like these."""

    name: str
    head: tuple[str, ...]
    parts: tuple[str, ...]


PAGES = (
    PageOf(
        "/",
        (ids.VIEW,),
        (ids.ATTENTION_OVERDUE, ids.CARDS, ids.MAP, ids.TREND, ids.CATEGORIES, ids.CHANNELS, ids.EVENTS_ROWS),
    ),
    PageOf(
        "/rank",
        (ids.RANK_HEAD.view, ids.RANK_HEAD.figures),
        (ids.RANK_DATA, ids.RANK_HEADING, ids.RANK_COURSES),
    ),
    PageOf(
        "/grid/",
        (ids.GRID_HEAD.view, ids.GRID_HEAD.figures),
        (
            ids.GRID_CARDS,
            ids.GRID_TREND,
            ids.GRID_COURSES,
            ids.GRID_MAP,
            ids.GRID_SIBLINGS,
            ids.GRID_EVENTS,
            ids.GRID_TEAM,
        ),
    ),
    PageOf(
        "/compare",
        (ids.COMPARE_HEAD.view, ids.COMPARE_HEAD.figures),
        (ids.COMPARE_FIRST, ids.COMPARE_TABLE, ids.COMPARE_TREND, ids.COMPARE_CATEGORIES),
    ),
)


class Asker:
    """Asks the callbacks of an app as a browser does, without one."""

    def __init__(self, client: FlaskClient, processor: Callable[[], float]) -> None:
        self._client = client
        self._processor = processor
        self._by_output: dict[str, dict[str, Any]] = {}
        for callback in callbacks_of(client):
            for name, _, twice in outputs_of(callback):
                if not twice and not callback["clientside_function"]:
                    self._by_output.setdefault(name, callback)

    def ask(self, output: str, given: dict[str, Any]) -> tuple[dict[str, Any], float, float, int]:
        """What the callback that writes `output` answers, its wall and processor milliseconds, and its bytes."""
        callback = self._by_output[output]
        written = [(name, prop) for name, prop, _ in outputs_of(callback)]
        outputs: Any = [{"id": name, "property": prop} for name, prop in written]
        if not callback["output"].startswith(".."):
            outputs = outputs[0]

        def value(one: dict[str, Any]) -> dict[str, Any]:
            return one | {"value": given.get(f"{one['id']}.{one['property']}", given.get(one["id"]))}

        inputs = [value(one) for one in callback["inputs"]]
        body = {
            "output": callback["output"],
            "outputs": outputs,
            "inputs": inputs,
            "state": [value(one) for one in callback["state"]],
            "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        }
        begun, processor = time.perf_counter(), self._processor()
        answer = self._client.post("/_dash-update-component", json=body)
        wall, cpu = (time.perf_counter() - begun) * 1000, (self._processor() - processor) * 1000
        told = json.loads(answer.data) if answer.data else {}
        assert answer.status_code in (200, 204), answer.data
        assert "sideUpdate" not in told, f"{output} failed: see the log"
        return told.get("response", {}), wall, cpu, len(answer.data)


def views(tree: Tree, random: Random, count: int) -> list[tuple[str, str]]:
    """Grids with the rest of a view: the city, districts, streets and communities, any period and indicator."""
    found = [(tree.root.code, "")]
    by_depth = [
        [grid.code for grid in tree if grid.depth == depth and grid.kind is None]
        for depth in (0, 0, 1, 1, 2, 3)
    ]
    while len(found) < count:
        codes = random.choice(by_depth)
        pairs = [f"period={random.choice(PERIOD_KEYS)}", f"indicator={random.choice(list(INDICATORS))}"]
        if random.random() < 0.5:
            pairs.append("level=level1")
        found.append((random.choice(codes), "&".join(pairs)))
    return found


def measure(store: Store, count: int, seed: int) -> list[Answered]:
    """Every callback of every page, each view asked once: nothing of it was kept from before."""
    tree = reference(store).tree
    viewer = Viewer("bench", "operator", tree.root.code)
    app = dash.Dash("bench", assets_folder="assets", update_title="")
    register_all(app, bind_reads(lambda: store, lambda: viewer))
    asker = Asker(app.server.test_client(), meter(store))
    random, made = Random(seed), []
    chosen = views(tree, random, count)
    for page in PAGES:
        for number, (code, rest) in enumerate(chosen):
            path, search = (
                (page.name + code, f"?{rest}")
                if page.name == "/grid/"
                else (page.name, f"?scope={code}&{rest}")
            )
            given: dict[str, Any] = {f"{ids.URL}.pathname": path, f"{ids.URL}.search": search, ids.SCALE: 1}
            answer, wall, cpu, size = asker.ask(page.head[0], given)
            if number:
                made.append(Answered(page.name, "head", search, wall, cpu, size))
            data = {name: answer[name]["data"] for name in page.head} | {ids.SCALE: 1}
            for part in page.parts:
                _, wall, cpu, size = asker.ask(part, data)
                if number:
                    # The first view warms what a running server has long had: statements, outlines, vectors.
                    made.append(Answered(page.name, part, f"{path}{search}", wall, cpu, size))
    return made


def table(made: list[Answered], busy: bool) -> str:
    """One row for each page and part, and one for each page; `busy` holds the processor's time against the promise."""
    by_clock, by_processor = ("", f" (promised {PROMISED_MS})")[:: -1 if not busy else 1]
    lines = [
        f"| page | part | median ms | p95 ms{by_clock} | p95 of the processor ms{by_processor} | kB at most |",
        "|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str], list[Answered]] = defaultdict(list)
    for one in made:
        groups[one.page, one.part].append(one)
        groups[one.page, "**any part**"].append(one)
    for (page, part), some in groups.items():
        wall, cpu = [one.wall_ms for one in some], [one.cpu_ms for one in some]
        p95, of_processor = float(np.percentile(wall, 95)), float(np.percentile(cpu, 95))
        short = " **short**" if (of_processor if busy else p95) > PROMISED_MS else ""
        lines.append(
            f"| {page} | {part} | {np.median(wall):.0f} | {p95:.0f}{'' if busy else short} | "
            f"{of_processor:.0f}{short if busy else ''} | {max(one.size for one in some) / 1000:.0f} |"
        )
    slow = sorted(made, key=lambda one: -one.cpu_ms)[:5]
    lines += [
        "",
        "The dearest: " + "; ".join(f"{one.part} {one.view} {one.cpu_ms:.0f} ms" for one in slow) + ".",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="the store, loaded")
    parser.add_argument("--views", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", type=Path, help="the page whose table is replaced")
    parser.add_argument("--busy", action="store_true", help="the machine has other work to do")
    given = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with Store.open(given.url) as store:
        printed = table(measure(store, given.views, given.seed), given.busy)
    print(printed)
    if given.write is not None:
        write_table(given.write, f"pages {'SQLite' if store.is_sqlite else 'PostgreSQL'}", printed)


if __name__ == "__main__":
    main()
