"""The big map against Plotly's choroplethmap on the same polygons, in one run of one browser without a graphics card.

`python -m tests.benchmarks.map --write docs/performance.md` makes the table of the docs; `--database URL` measures on a
store that is there instead of making one.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import plotly
from flask import Flask, Response
from playwright.sync_api import CDPSession, Page
from werkzeug.serving import make_server

from app import build_app
from data.city import load_city
from data.citypack import read_pack
from data.clocks import now
from data.demo.filling import fill_demo
from data.demo.pack import built_pack
from data.indicators import INDICATORS
from data.periods import PERIOD_KEYS
from data.settings import Settings
from data.store import Store
from tests.benchmarks.mapreport import Figures, replace_table, table
from tests.support.browser import SOFTWARE_GL, chromium

CITY = Path(__file__).parents[2] / "data" / "cities" / "zhengzhou"
EVENTS = 300_000
LEVEL = "level3"
WIDTH, HEIGHT = 1600, 900
OURS, THEIRS = 15, 4
RECOLOURS, DRILLS = 500, 100
PATIENCE = 240


def main() -> None:
    """Measures and prints the table."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="yiping-map-") as folder, contextlib.ExitStack() as stack:
        url = options.database or _made(Path(folder), options.events)
        settings = Settings.load({"YIPING_DATABASE_URL": url, "YIPING_VAR_DIR": folder})
        app = build_app(settings)
        stack.callback(app.server.extensions["store"].close)
        figures = Figures()
        _plotly_page(app.server)
        _ask_server(app.server, figures)
        address = stack.enter_context(_served(app.server))
        browser = stack.enter_context(chromium(Path(folder), SOFTWARE_GL))
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        _measure_ours(page, address, figures)
        page.close()
        other = context.new_page()
        _measure_theirs(other, address, figures)
        other.close()
        _tell(figures, options.write)
        _measure_heap(context.new_page(), address, figures, options.recolours, options.drills)
    _tell(figures, options.write)


def _tell(figures: Figures, path: Path | None) -> None:
    printed = table(figures)
    print("\n" + printed, flush=True)
    if path is not None:
        replace_table(path, printed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="a store with Zhengzhou in it (default: one is made)")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--write", type=Path, help="the page whose table is replaced")
    parser.add_argument("--recolours", type=int, default=RECOLOURS, help="over which the heap is watched")
    parser.add_argument("--drills", type=int, default=DRILLS, help="the same")
    return parser.parse_args()


def _made(folder: Path, events: int) -> str:
    url = f"sqlite:///{folder / 'city.db'}"
    present = now()
    with Store.open(url, synchronous="OFF") as store:
        load_city(store, read_pack(built_pack(CITY, folder)), present)
        fill_demo(store, events, present, present)
    return url


@contextlib.contextmanager
def _served(server: Flask) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    made = make_server("127.0.0.1", 0, server, threaded=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}"
    finally:
        made.shutdown()
        thread.join()


def _ask_server(server: Flask, figures: Figures) -> None:
    """Every indicator in every period for all cells, computed; then the same again, unchanged."""
    client = server.test_client()
    queries = [
        f"/values?level={LEVEL}&indicator={key}&period={period}"
        for key in INDICATORS
        for period in PERIOD_KEYS
    ]
    manifest = client.get("/geometry/manifest").get_json()
    client.get(f"/values?level={LEVEL}")

    def timed(headers: dict[str, str]) -> list[float]:
        times = []
        for query in queries:
            started = time.perf_counter()
            response = client.get(query, headers=headers)
            times.append((time.perf_counter() - started) * 1000)
            assert response.status_code == 200, response.data
            figures.refresh_bytes = max(figures.refresh_bytes, len(response.data))
        return times

    figures.server_ms = _p95(timed({"Accept-Encoding": "gzip"}))
    figures.server_again_ms = _p95(timed({"Accept-Encoding": "gzip"}))
    for way, name in (("br", "geometry_br"), ("gzip", "geometry_gz")):
        sizes = [
            len(client.get(level["address"], headers={"Accept-Encoding": way}).data)
            for level in manifest["levels"]
        ]
        setattr(figures, name, sum(sizes))
    print(f"  server p95 {figures.server_ms:.0f} ms, again {figures.server_again_ms:.1f} ms", flush=True)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _opened(page: Page, address: str) -> None:
    page.goto(f"{address}/map?level={LEVEL}&indicator=received")
    page.wait_for_selector(".map-box[data-shown]")
    page.evaluate(_SETTLED)


def _measure_ours(page: Page, address: str, figures: Figures) -> None:
    started = time.perf_counter()
    _opened(page, address)
    figures.first_ours = time.perf_counter() - started
    page.evaluate(_PREPARED)
    page.evaluate(_RECOLOUR)
    session = _metered(page)
    for _ in range(OURS):
        page.wait_for_timeout(300)
        before = _cpu(session)
        figures.recolour_ours.append(page.evaluate(_RECOLOUR))
        figures.cpu_ours.append(_cpu(session) - before)
    print(f"  recolour {statistics.median(figures.recolour_ours):.0f} ms", flush=True)
    for code in ("410105", "", "410122", "", "410103", "", "410181", "", "410105"):
        page.wait_for_timeout(1500)
        shown, painted = page.evaluate(_DRILL, code)
        if code:
            figures.drill_shown.append(shown)
            figures.drill_painted.append(painted)
    print(f"  drill {statistics.median(figures.drill_painted):.0f} ms", flush=True)


def _measure_heap(page: Page, address: str, figures: Figures, recolours: int, drills: int) -> None:
    _opened(page, address)
    session = _metered(page)
    page.evaluate(_PREPARED)
    page.evaluate(_MANY, 40)
    heap = [_heap(session)]
    page.evaluate(_MANY, recolours)
    heap.append(_heap(session))
    for number in range(4):
        page.evaluate(_DRILL, "410105" if number % 2 == 0 else "")
    heap.append(_heap(session))
    for number in range(drills):
        page.evaluate(_DRILL, ("410105", "", "410122", "")[number % 4])
    heap.append(_heap(session))
    figures.heap = [
        (f"{recolours} recolours", heap[0], heap[1]),
        (f"{drills} drills", heap[2], heap[3]),
    ]
    print(f"  heap {heap}", flush=True)


def _measure_theirs(page: Page, address: str, figures: Figures) -> None:
    started = time.perf_counter()
    page.goto(f"{address}/benchmark/plotly")
    page.evaluate(_PLOTLY_FIRST)
    figures.first_theirs = time.perf_counter() - started
    session = _metered(page)
    for number in range(THEIRS):
        page.wait_for_timeout(1000)
        before = _cpu(session)
        figures.recolour_theirs.append(page.evaluate(_PLOTLY_AGAIN, number))
        figures.cpu_theirs.append(_cpu(session) - before)
    figures.refresh_bytes_theirs = page.evaluate("window.sent")
    print(f"  Plotly's recolour {statistics.median(figures.recolour_theirs):.0f} ms", flush=True)


def _metered(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return session


def _cpu(session: CDPSession) -> float:
    """Milliseconds of the main thread's processor time so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def _heap(session: CDPSession) -> float:
    """Megabytes that are in use after a collection."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    return used / 1e6


def _plotly_page(server: Flask) -> None:
    """Plotly with the same outlines inline, as a callback would send the figure; served beside the map's addresses."""
    script = Path(plotly.__file__).with_name("package_data") / "plotly.min.js"
    body = _PLOTLY_PAGE.encode()
    files = {
        "plotly": (body, "text/html"),
        "plotly.js": (script.read_bytes(), "text/javascript"),
        "page.js": (_PLOTLY_SCRIPT.encode(), "text/javascript"),
    }

    def file(name: str) -> Response:
        found, kind = files[name]
        # The page is a measuring device of this machine: the program's own policy does not let it evaluate.
        policy = "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:"
        return Response(found, mimetype=kind, headers={"Content-Security-Policy": policy})

    server.add_url_rule("/benchmark/<name>", "benchmark_page", file)


_SETTLED = """() => new Promise((done) => {
  const map = yiping.map.now.map;
  const look = () => (map.loaded() && !map.isMoving() ? done() : setTimeout(look, 30));
  look();
})"""

_PREPARED = """() => {
  const view = yiping.map.now;
  const count = view.answer.header.count;
  const made = (turn) => Uint8Array.from({ length: count }, (_, at) => (at * 7 + turn * 3 + ((at * at) % 5)) % 7);
  const many = [0, 1, 2, 3].map(made);
  const colors = [0, 1, 2, 3, 4, 5, 6];
  let turn = 0;
  window.repaint = () => {
    const header = { ...view.answer.header, kind: "sequence", colors, labels: colors.map(String), sizes: colors };
    view.answer = { ...view.answer, header, classes: many[turn++ % 4] };
    view.paint();
  };
}"""

_RECOLOUR = """() => new Promise((done) => {
  const started = performance.now();
  window.repaint();
  yiping.map.now.map.once("idle", () => done(performance.now() - started));
})"""

_MANY = """async (times) => {
  for (let turn = 0; turn < times; turn++) {
    window.repaint();
    await new Promise((done) => requestAnimationFrame(done));
  }
  const map = yiping.map.now.map;
  await new Promise((done) => {
    map.once("idle", done);
    map.triggerRepaint();
  });
}"""

_DRILL = """(code) => new Promise((done) => {
  const view = yiping.map.now;
  const before = view.shows;
  const started = performance.now();
  let shown = 0;
  view.go(code);
  const look = () => {
    if (!shown && view.shows > before) shown = performance.now() - started;
    if (shown && view.map.loaded() && !view.map.isMoving()) done([shown, performance.now() - started]);
    else setTimeout(look, 5);
  };
  look();
})"""

_PLOTLY_PAGE = """<!doctype html><html><body style="margin:0"><div id="plot" style="width:100vw;height:100vh"></div>
<script src="/assets/map/geometry.js"></script><script src="/benchmark/plotly.js"></script>
<script src="/benchmark/page.js"></script></body></html>"""

_PLOTLY_SCRIPT = """
window.first = async () => {
  const manifest = await (await fetch("/geometry/manifest")).json();
  let upper = null;
  for (const meta of manifest.levels.filter((one) => !one.dedicated))
    upper = yiping.geometry.level(await (await fetch(meta.address)).arrayBuffer(), upper);
  const features = yiping.geometry.features(upper);
  window.ids = features.features.map((one) => one.id);
  const [west, south, east, north] = manifest.bounds;
  const style = {
    version: 8,
    sources: { nothing: { type: "geojson", data: { type: "FeatureCollection", features: [] } } },
    layers: [{ id: "ground", type: "background", paint: { "background-color": "#ffffff" } }],
  };
  window.figure = (turn) =>
    JSON.stringify({
      data: [
        {
          type: "choroplethmap",
          geojson: features,
          locations: window.ids,
          z: window.ids.map((at) => (at * 7 + turn * 3 + ((at * at) % 5)) % 7),
          marker: { line: { width: 0 } },
          showscale: false,
        },
      ],
      layout: {
        map: { style, center: { lon: (west + east) / 2, lat: (south + north) / 2 }, zoom: 8.6 },
        margin: { l: 0, r: 0, t: 0, b: 0 },
      },
    });
  await Plotly.newPlot("plot", JSON.parse(window.figure(0)));
  await window.idle();
  const packed = new Response(new Blob([window.figure(1)]).stream().pipeThrough(new CompressionStream("gzip")));
  window.sent = (await packed.arrayBuffer()).byteLength;
};
window.idle = () => {
  const map = document.getElementById("plot")._fullLayout.map._subplot.map;
  /* Plotly gives the outlines to the map after its promise: painted is when nothing has moved for a while. */
  return new Promise((done) => {
    let last = performance.now();
    const moved = () => (last = performance.now());
    map.on("render", moved);
    map.on("dataloading", moved);
    const look = () => {
      if (map.loaded() && map.areTilesLoaded() && performance.now() - last > 400) {
        map.off("render", moved);
        map.off("dataloading", moved);
        done(last);
      } else setTimeout(look, 20);
    };
    look();
  });
};
window.again = async (turn) => {
  const text = window.figure(turn + 2);
  const started = performance.now();
  await Plotly.react("plot", JSON.parse(text));
  return (await window.idle()) - started;
};
"""

_PLOTLY_FIRST = "() => window.first()"
_PLOTLY_AGAIN = "(turn) => window.again(turn)"


if __name__ == "__main__":
    main()
