/* The map of the wall: which level is coloured by which indicator follows the server; geometry is fetched once, then only
   values and points. What draws it is a surface: MapLibre (gl.js), or plain SVG where there is no WebGL (plain.js). */
(function () {
  "use strict";

  const CELL_PIXELS = 30;
  const AGAIN = 5000;
  const PATIENCE = 20000;

  const { make, put, attribute } = window.yiping.show;

  const asked = async (address, signal) => {
    const answer = await fetch(address, { signal, cache: address.startsWith("/geometry/") ? "default" : "no-cache" });
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    return answer.arrayBuffer();
  };

  const create = (box) => {
    const { geometry, board, parts } = window.yiping;
    const { title, note, top, body } = parts.titled(box, "ground");
    const root = document.getElementById("wall");
    const words = JSON.parse(root.dataset.words);
    const colors = JSON.parse(root.dataset.style);
    const steps = make("span", "map-steps");
    top.append(steps);
    const canvas = make("div", "ground-canvas");
    canvas.setAttribute("role", "img");
    body.append(canvas);
    const legend = board.legend(body, words);
    const foot = make("p", "ground-foot");
    body.append(foot);

    let wanted = null; /* the panel to show */
    let shown = ""; /* what stands on the screen, as a sentence that can be compared */
    let legended = "";
    let busy = false;
    let gone = false;
    let retry = null;
    let flight = null;
    let manifest = null;
    let surface = null;
    const levels = new Map();

    const level = (meta) => {
      if (!levels.has(meta.key)) {
        const upper = manifest.levels.find((one) => !one.dedicated && one.depth === meta.depth - 1);
        const coming = (async () => {
          const [buffer, above] = await Promise.all([asked(meta.address), upper ? level(upper) : null]);
          return geometry.level(buffer, above);
        })();
        coming.catch(() => levels.delete(meta.key));
        levels.set(meta.key, coming);
      }
      return levels.get(meta.key);
    };

    /* Where a grid lies: found in the levels from the city down to the one that is coloured. */
    const found = async (code, depth) => {
      for (const meta of manifest.levels.filter((one) => !one.dedicated && one.depth <= depth)) {
        const known = await level(meta);
        const place = known.codes.indexOf(code);
        if (place >= 0) return { meta, place, known, bounds: Array.from(known.boxes.slice(4 * place, 4 * place + 4)) };
      }
      return null;
    };

    const drawn = () => manifest.levels.filter((one) => !one.dedicated && one.drawn);

    /* The level of a view: the one that is named, or the finest whose grids are wide enough to be seen. */
    const chosen = (view, focus) => {
      const named = manifest.levels.find((one) => one.key === view.level && !one.dedicated);
      if (named && named.drawn) return named;
      const [west, south, east, north] = focus.bounds;
      const pixels = Math.min(canvas.clientWidth / (east - west || 1), (canvas.clientHeight * 0.8) / (north - south || 1));
      const below = drawn().filter((one) => one.depth > focus.meta.depth);
      const fine = below.filter((one) => one.whole && one.width * pixels >= CELL_PIXELS);
      return fine[fine.length - 1] || below[0] || focus.meta;
    };

    const query = (asked, extra) => {
      const search = new URLSearchParams(asked);
      Object.entries(extra).forEach(([name, value]) => search.set(name, value));
      ["theme", "layers", "list", "event"].forEach((name) => search.delete(name));
      search.sort();
      return search.toString();
    };

    const started = async () => {
      if (manifest && surface) return;
      const answer = await fetch("/geometry/manifest", { cache: "no-cache" });
      if (!answer.ok) throw new Error(`${answer.status} /geometry/manifest`);
      manifest = await answer.json();
      const gl = await window.yiping.gl.drawable(manifest.library);
      surface = await (gl ? window.yiping.gl : window.yiping.plain).create(canvas, { manifest, colors });
      attribute(root, "data-map", gl ? "gl" : "plain");
    };

    const told = (panel) => {
      const { view, views } = panel;
      put(title, panel.title);
      put(note, view.level_name);
      put(steps, views.length > 1 ? `${panel.index + 1} / ${views.length}` : "");
      put(foot, [panel.formula, ...panel.notes].filter(Boolean).join(" \u2003 "));
      canvas.setAttribute("aria-label", [panel.title, view.label, view.level_name].join(" "));
    };

    const paint = async (panel, signal) => {
      await started();
      const top = await found(panel.focus, 4);
      if (!top) throw new Error(`no outline of ${panel.focus}`);
      const meta = chosen(panel.view, top);
      const key = query(panel.search, { level: meta.key, indicator: panel.view.indicator });
      const places = query(panel.points, { level: meta.key });
      const buffers = panel.layers.map((kind) => asked(`/points?${places}&kind=${kind}`, signal));
      const [values, known, ...points] = await Promise.all([asked(`/values?${key}`, signal), level(meta), ...buffers]);
      const upper = [];
      for (const one of drawn().filter((other) => other.depth < meta.depth)) upper.push({ meta: one, found: await level(one) });
      if (signal.aborted || gone) return;
      const { header, classes } = geometry.classes(values);
      const layers = panel.layers.map((kind, at) => ({ kind, ...geometry.points(points[at]) }));
      await surface.show({
        level: { meta, found: known },
        upper,
        header,
        classes,
        layers,
        focus: top,
        mark: panel.mark,
        view: `${panel.view.indicator} ${meta.key}`,
      });
      const extras = layers.map((layer) => ({
        shape: "dot",
        color: colors[layer.kind],
        text: board.fill(words[layer.kind], { n: board.grouped(layer.header.count) }) + (layer.header.more ? "+" : ""),
      }));
      const legendNow = JSON.stringify([header.labels, header.sizes, header.few, header.none, header.how, extras, panel.view]);
      if (legendNow !== legended) legend.show({ label: panel.view.label }, panel.view.level_name, header, colors, extras);
      legended = legendNow;
    };

    const same = (panel) => [panel.search, panel.points, panel.stamp, panel.focus, panel.view.indicator, panel.view.level, panel.layers, JSON.stringify(panel.mark)].join(" ");

    /* One after another: of those that come meanwhile only the last is drawn. A failure is tried again in five seconds. */
    const run = async () => {
      if (busy || gone) return;
      busy = true;
      while (wanted && !gone && same(wanted) !== shown) {
        const panel = wanted;
        const mine = (flight = new AbortController());
        const over = window.setTimeout(() => mine.abort(), PATIENCE);
        try {
          await paint(panel, mine.signal);
          told(panel);
          shown = same(panel);
          attribute(root, "data-map-failed", null);
          attribute(root, "data-drawn", `${panel.view.indicator} ${panel.view.level} ${panel.focus}`);
        } catch (error) {
          attribute(root, "data-map-failed", String(error.message || error).slice(0, 80));
          retry = window.setTimeout(run, AGAIN);
          break;
        } finally {
          window.clearTimeout(over);
        }
      }
      busy = false;
    };

    return {
      show: (panel) => {
        wanted = panel;
        /* The words change with the picture: until the next one is drawn they are about the one that stands. */
        if (!shown || same(panel) === shown) told(panel);
        window.clearTimeout(retry);
        run();
      },
      remove: () => {
        gone = true;
        window.clearTimeout(retry);
        flight?.abort();
        surface?.remove();
      },
      get surface() {
        return surface;
      },
    };
  };

  window.yiping.panels.map = create;
})();
