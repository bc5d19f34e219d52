/* The wall's map drawn by MapLibre: fills by feature state, borders of the levels above, points, and names on a canvas. */
(function () {
  "use strict";

  const CROWD = 4000;
  const FADE = 260;
  const MOVE = 900;

  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* Whether this browser draws with WebGL; loads the library when it does. */
  const drawable = async (library) => {
    const trial = document.createElement("canvas");
    const context = trial.getContext("webgl2") || trial.getContext("webgl");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    if (!context) return false;
    if (window.maplibregl) return true;
    await new Promise((done, failed) => {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: library.css });
      const code = Object.assign(document.createElement("script"), { src: library.js });
      code.addEventListener("load", done);
      code.addEventListener("error", () => {
        code.remove();
        sheet.remove();
        failed(new Error(library.js));
      });
      document.head.append(sheet, code);
    });
    return true;
  };

  const unit = () => parseFloat(window.getComputedStyle(document.documentElement).fontSize) / 16;

  const create = async (box, { manifest, colors }) => {
    const { geometry, layers, overlay } = window.yiping;
    const canvas = document.createElement("div");
    canvas.className = "ground-gl";
    box.replaceChildren(canvas);
    const map = new window.maplibregl.Map({
      container: canvas,
      style: layers.style(colors, manifest.basemap),
      center: [113.6, 34.7],
      zoom: 8,
      attributionControl: false,
      fadeDuration: 0,
      interactive: false,
      maxZoom: 17,
      renderWorldCopies: false,
      validateStyle: false,
    });
    await new Promise((done) => map.once("load", done));
    const over = overlay.create(map, box);
    const painted = new Map();
    let fitted = "";
    let view = "";
    let surface = "";
    let focused = null;

    const pad = () => ({ top: 12 * unit(), right: 12 * unit(), bottom: 12 * unit(), left: 12 * unit() });
    const fit = (bounds, name, crowded) => {
      const place = `${name} ${box.clientWidth} ${box.clientHeight}`;
      if (fitted === place || !bounds.every(Number.isFinite)) return;
      const camera = map.cameraForBounds(bounds, { padding: pad(), maxZoom: 15 });
      if (!camera) return;
      if (!fitted || crowded || still()) map.jumpTo(camera);
      else map.easeTo({ ...camera, duration: MOVE });
      fitted = place;
    };

    const laid = (meta, found) => {
      if (painted.has(meta.key)) return;
      layers.addLevel(map, meta, meta.key, geometry.features(found), colors, true);
      const upper = manifest.levels.filter((one) => !one.dedicated && one.depth < meta.depth && map.getLayer(`line-${one.key}`));
      layers.addLines(map, meta, meta.key, upper.length ? `line-${upper[upper.length - 1].key}` : "after-lines", colors);
      painted.set(meta.key, new Uint8Array(found.count).fill(layers.OUTSIDE));
    };

    const pointsLaid = (kind) => {
      const id = `wall-${kind}`;
      if (map.getSource(id)) return id;
      map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
      map.addLayer({
        id,
        type: "circle",
        source: id,
        paint: {
          "circle-color": colors[kind],
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 1.9 * unit(), 12, 4.2 * unit()],
          "circle-opacity": kind === "overdue" ? 0.85 : 1,
          "circle-stroke-color": colors.halo,
          "circle-stroke-width": 0.7 * unit(),
        },
      });
      return id;
    };
    /* Thousands of points are drawn smaller and without a rim, so that the colours beneath can be read. */
    const sized = (id, many) => {
      const part = Math.max(0.55, Math.min(1, Math.sqrt(700 / Math.max(many, 1))));
      map.setPaintProperty(id, "circle-radius", ["interpolate", ["linear"], ["zoom"], 8, 2.3 * part * unit(), 12, 4.6 * part * unit()]);
      map.setPaintProperty(id, "circle-stroke-width", many > 700 ? 0 : 0.7 * unit());
    };
    const dotted = (wanted) => {
      ["overdue", "newest"].forEach((kind) => {
        const given = wanted.find((one) => one.kind === kind);
        if (!given && !map.getSource(`wall-${kind}`)) return;
        const id = pointsLaid(kind);
        if (given) {
          map.getSource(id).setData(given.data);
          sized(id, given.data.features.length);
        }
        layers.show(map, id, Boolean(given));
      });
    };

    /* One mark for ever, moved to where the event is: the library's own markers leave listeners behind. */
    const spot = document.createElement("div");
    spot.className = "ground-mark";
    spot.hidden = true;
    box.append(spot);
    let marked = null;
    const placed = () => {
      if (!marked) return;
      const at = map.project([marked.lon, marked.lat]);
      spot.style.transform = `translate(${at.x}px, ${at.y}px) translate(-50%, -50%)`;
    };
    map.on("move", placed);
    map.on("resize", placed);
    const pointed = (mark) => {
      marked = mark;
      spot.hidden = !mark;
      placed();
    };

    const run = ({ first: from, count }) => Array.from({ length: count }, (_, at) => from + at);
    const named = ({ level, upper, header }) => {
      const group = (found, order, look) => ({
        order: order.sort((a, b) => found.room[b] - found.room[a]),
        sorted: true,
        names: found.names,
        lon: found.lon,
        lat: found.lat,
        room: found.room,
        ...look,
      });
      const within = new Set(run(header));
      const groups = [group(level.found, [...within], { size: 14.4, weight: 500, space: 0, loose: 1.05 })];
      let places = within;
      let below = level.found;
      for (let at = upper.length - 1; at >= 0 && upper[at].meta.depth > focused.meta.depth; at--) {
        places = new Set([...places].map((place) => below.above[place]));
        below = upper[at].found;
        groups.unshift(group(below, [...places], { size: 17, weight: 700, space: 1, loose: 1.5 }));
      }
      return groups;
    };

    const colour = ({ level, header, classes }) => {
      const source = `level-${level.meta.key}`;
      const now = painted.get(level.meta.key);
      const shift = header.kind === "diverging" ? layers.DIVERGING : 0;
      const known = header.colors.length;
      const code = (found) => (found < known ? shift + header.colors[found] : found);
      const end = header.first + header.count;
      for (let place = 0; place < now.length; place++) {
        const wish = place >= header.first && place < end ? code(classes[place - header.first]) : layers.OUTSIDE;
        if (now[place] === wish) continue;
        now[place] = wish;
        map.setFeatureState({ source, id: place }, { c: wish });
      }
    };

    const faded = async (wish) => {
      if (!surface || view === wish || still()) return;
      map.setPaintProperty(`fill-${surface}`, "fill-opacity", 0.12);
      await new Promise((done) => window.setTimeout(done, FADE));
    };

    const show = async (wanted) => {
      const { level, upper, header, focus } = wanted;
      await faded(wanted.view);
      focused = focus;
      upper.forEach((one) => laid(one.meta, one.found));
      laid(level.meta, level.found);
      colour(wanted);
      if (view !== wanted.view || surface !== level.meta.key)
        layers.showLevel(map, manifest.levels, level.meta.key, level.meta.key, colors, false, header.few + header.none > 0);
      else layers.show(map, `hatch-${level.meta.key}`, header.few + header.none > 0);
      view = wanted.view;
      surface = level.meta.key;
      dotted(wanted.layers);
      pointed(wanted.mark);
      if (wanted.mark) fit([wanted.mark.lon - 0.012, wanted.mark.lat - 0.009, wanted.mark.lon + 0.012, wanted.mark.lat + 0.009], `mark ${wanted.mark.id}`, true);
      else fit(focus.bounds, focus.known.codes[focus.place], level.found.count > CROWD);
      placed();
      const rings = focus.meta.depth
        ? [{ outline: focus.known.outlines[focus.place], color: colors.focus, width: 2, halo: true }]
        : [];
      over.show({ rings, groups: named(wanted), colors });
    };

    const resized = new ResizeObserver(() => {
      map.resize();
      if (!focused || marked) return;
      fit(focused.bounds, focused.known.codes[focused.place], true);
    });
    resized.observe(box);
    return {
      show,
      look: () => ({ view, surface, painted: surface ? Array.from(painted.get(surface)) : [], moving: map.isMoving() || !map.loaded() }),
      remove: () => {
        resized.disconnect();
        map.remove();
      },
    };
  };

  window.yiping = Object.assign(window.yiping || {}, { gl: { drawable, create } });
})();
