/* One map on one page: what it shows follows the scene; geometry is fetched once, then only values. */
(function () {
  "use strict";

  const CELL_PIXELS = 30;
  const RETRY = 5000;

  const kept = new Map();
  let script = null;

  /* What changes is asked for each time, with the version that the browser has; what has its digest for a name is not. */
  const asked = async (address, signal) => {
    const answer = await fetch(address, { signal, cache: address.startsWith("/geometry/") ? "default" : "no-cache" });
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    return answer.arrayBuffer();
  };

  const library = (addresses) => {
    script ||= new Promise((done, failed) => {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: addresses.css });
      const code = Object.assign(document.createElement("script"), { src: addresses.js });
      code.addEventListener("load", done);
      code.addEventListener("error", () => {
        script = null;
        failed(new Error(addresses.js));
      });
      document.head.append(sheet, code);
    });
    return script;
  };

  const CROWD = 4000;

  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const opened = (canvas, view, bounds) =>
    new window.maplibregl.Map({
      container: canvas,
      style: window.yiping.layers.style(view.colors, view.manifest.basemap),
      bounds,
      fitBoundsOptions: { padding: 30 },
      attributionControl: false,
      fadeDuration: 0,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      keyboard: false,
      maxZoom: 17,
      renderWorldCopies: false,
    });

  const create = async (box, scene) => {
    const { geometry, layers, board, overlay } = window.yiping;
    const words = JSON.parse(box.dataset.words);
    const themes = JSON.parse(box.dataset.style);
    const manifest = await (await fetch(box.dataset.manifest, { cache: "no-cache" })).json();
    await library(manifest.library);
    const metas = manifest.levels;
    const ordinary = metas.filter((meta) => !meta.dedicated);

    /* What the parts share: the key of the level that is `shown`, the last `answer`, the place that is `pointed` at. */
    const view = {
      box,
      words,
      manifest,
      scene,
      colors: themes[scene.theme],
      by: Object.fromEntries(metas.map((meta) => [meta.key, meta])),
      ordinary,
      dedicated: metas.find((meta) => meta.dedicated),
      ready: new Map(),
      shown: null,
      answer: null,
      pointed: null,
      asked,
      shows: 0,
      recolours: 0,
    };
    let fitted = null; /* the scope that the view was fitted to */
    let flight = null; /* the question that is under way */
    let failures = 0;
    const painted = new Map(); /* by level: what each grid is painted with */
    const loaded = new Map();
    const orders = new Map();

    const canvas = board.make("div", "map-canvas");
    canvas.setAttribute("aria-hidden", "true");
    box.replaceChildren(canvas);
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    const map = (view.map = opened(canvas, view, scene.scope.bounds));
    map.touchZoomRotate.disableRotation();
    map.getCanvas().tabIndex = -1;
    await new Promise((done) => map.once("load", done));
    layers.hatch(map, view.colors);
    const over = (view.over = overlay.create(map, box));
    const legend = board.legend(box, words);
    const loading = board.make("p", "map-loading", words.loading);
    loading.setAttribute("role", "status");
    box.append(loading);

    /* A grid that is known here is shown at once; what the server says of the scene follows. */
    view.go = (scope) => {
      const query = new URLSearchParams(window.location.search);
      query.delete("event");
      if (scope) query.set("scope", scope);
      else query.delete("scope");
      const step = foreseen(scope);
      if (step) view.show({ ...view.scene, ...step, search: `?${query}` });
      window.yiping.go(`?${query}`);
    };
    const foreseen = (code) => {
      for (const [key, found] of view.ready) {
        const place = code ? found.codes.indexOf(code) : 0;
        const meta = view.by[key];
        if (place < 0 || (!code && meta.depth)) continue;
        const bounds = Array.from(found.boxes.slice(4 * place, 4 * place + 4));
        const lower = view.ready.get(ordinary.find((other) => other.depth === meta.depth + 1)?.key);
        if (bounds.some(Number.isNaN) || !lower) return null;
        const way = view.path(key, place);
        const above = way[way.length - 2];
        const up = above ? (above.meta.depth ? above.code : "") : null;
        const leaf = !lower.above.includes(place);
        const scope = { code: found.codes[place], name: found.names[place], depth: meta.depth, level: key, place, bounds, leaf };
        return { scope, up };
      }
      return null;
    };
    view.up = () => {
      if (view.scene.up !== null) view.go(view.scene.up);
    };

    /* Geometry: a level needs those above it, for codes, names and borders. */
    view.level = (meta) => {
      if (loaded.has(meta.key)) return loaded.get(meta.key);
      const upper = ordinary.find((other) => other.depth === meta.depth - 1);
      const coming = (async () => {
        const known = kept.get(meta.address);
        const [buffer, above] = await Promise.all([known || asked(meta.address), upper ? view.level(upper) : null]);
        if (known) return known;
        const found = geometry.level(buffer, above);
        kept.set(meta.address, found);
        return found;
      })();
      loaded.set(meta.key, coming);
      coming.catch(() => loaded.delete(meta.key));
      return coming;
    };
    const placed = async (meta) => {
      const found = await view.level(meta);
      if (view.ready.has(meta.key)) return;
      view.ready.set(meta.key, found);
    };
    /* The surface of a level that a view needs: the whole, or of a very large level the part of the scope alone. */
    const surface = (meta) => (meta.count > CROWD && view.scene.scope.depth > 0 ? `${meta.key}-part` : meta.key);
    const laid = (meta, name) => {
      if (painted.has(name)) return;
      const found = view.ready.get(meta.key);
      const whole = name === meta.key;
      layers.addLevel(map, meta, name, whole ? geometry.features(found) : geometry.features(found, 0, 0), view.colors);
      const upper = ordinary.filter((other) => other.depth < meta.depth && map.getLayer(`line-${other.key}`));
      layers.addLines(map, meta, name, upper.length ? `line-${upper[upper.length - 1].key}` : "after-lines", view.colors);
      painted.set(name, new Uint8Array(found.count).fill(layers.OUTSIDE));
    };
    const withLevel = async (key) => {
      for (const meta of ordinary.filter((one) => one.depth <= view.by[key].depth && one.drawn)) {
        await placed(meta);
        laid(meta, meta.key === key ? surface(meta) : meta.key);
      }
    };
    let part = ""; /* which part is laid */
    const parted = (name, key, first, last) => {
      const wish = `${name} ${first} ${last}`;
      if (part === wish) return;
      part = wish;
      painted.get(name).fill(layers.OUTSIDE);
      map.getSource(`level-${name}`).setData(geometry.features(view.ready.get(key), first, last));
    };
    const lit = (name, key, hatched) =>
      layers.showLevel(map, metas, name, key, view.colors, view.scene.layers.includes("heat"), hatched);
    /* The grids of a part are known before their values are: they are cut into tiles while the server counts. */
    const foretold = () => {
      const meta = view.by[view.shown];
      const name = surface(meta);
      const found = view.ready.get(meta.key);
      if (name === meta.key || name === view.surface || !found) return;
      laid(meta, name);
      parted(name, meta.key, ...view.run(meta, found));
      view.surface = name;
      lit(name, meta.key, true);
    };

    /* Which grids are filled: those that the address names, else the finest that are large enough at this zoom. */
    view.below = () => ordinary.filter((meta) => meta.drawn && meta.depth > view.scene.scope.depth);
    const pick = (zoom) => {
      const choices = view.below();
      if (view.scene.scope.leaf || !choices.length) return view.scene.scope.level;
      const fixed = choices.find((meta) => meta.key === view.scene.level);
      if (fixed) return fixed.key;
      const pixels = (512 * 2 ** zoom) / 360;
      const fine = choices.filter((meta) => meta.whole && meta.width * pixels >= CELL_PIXELS);
      return (fine.length ? fine[fine.length - 1] : choices[0]).key;
    };
    const padding = () => {
      const unit = parseFloat(window.getComputedStyle(document.documentElement).fontSize);
      return box.clientWidth > 700
        ? { top: 2 * unit, bottom: 2.5 * unit, left: 3 * unit, right: 3 * unit }
        : { top: 4.5 * unit, bottom: 2.5 * unit, left: unit, right: unit };
    };
    view.target = (bounds) => map.cameraForBounds(bounds, { padding: padding(), maxZoom: 16 });
    /* A flight over very many grids would stutter on a machine without a graphics card. */
    const crowded = () => view.answer !== null && view.answer.header.count > CROWD;
    view.fit = (again) => {
      const code = view.scene.scope.code;
      if (fitted === code && !again) return map.getZoom();
      const camera = view.target(view.scene.scope.bounds);
      if (fitted === null || still() || crowded()) map.jumpTo(camera);
      else map.easeTo({ ...camera, duration: 300 });
      fitted = code;
      return camera.zoom;
    };

    /* The path of a grid from the city down, as places by level. */
    view.path = (key, place) => {
      const way = [];
      let meta = view.by[key];
      let at = place;
      while (meta && at >= 0) {
        const found = view.ready.get(meta.key) || kept.get(meta.address);
        way.unshift({ meta, place: at, code: found.codes[at], name: found.names[at] });
        at = found.above[at];
        const depth = meta.depth - 1;
        meta = ordinary.find((other) => other.depth === depth);
      }
      return way;
    };
    /* The places of a level within the scope: the grids below one stand in one run, in the order of those above. */
    view.run = (meta, found) => {
      const { scope } = view.scene;
      if (scope.depth === 0) return [0, found.count];
      const between = ordinary.filter((other) => other.depth > scope.depth && other.depth < meta.depth);
      let first = scope.place;
      let last = scope.place + 1;
      for (const { above } of [...between.map((other) => view.ready.get(other.key)), found]) {
        first = geometry.reached(above, first);
        last = geometry.reached(above, last);
      }
      return [first, last];
    };

    /* Values. One question at a time: a newer wish ends the one that is under way. */
    view.query = (key) => {
      const search = new URLSearchParams(view.scene.search);
      search.set("level", key);
      ["theme", "layers", "list", "event"].forEach((name) => search.delete(name));
      search.sort();
      return search.toString();
    };
    const refresh = async () => {
      const wish = view.shown;
      const query = view.query(wish);
      const { search, token, layers: wanted } = view.scene;
      const asking = `${query} ${token} ${wanted}`;
      /* The same question is under way, or answered: nothing is to be asked. */
      if (flight && flight.asking === asking && !failures) {
        mark(wish, search, token);
        return;
      }
      if (flight) flight.abort();
      const mine = (flight = Object.assign(new AbortController(), { asking, done: false }));
      try {
        const [buffer] = await Promise.all([asked(`/values?${query}`, mine.signal), withLevel(wish)]);
        if (mine.signal.aborted) return;
        view.answer = { ...geometry.classes(buffer), query, bytes: buffer.byteLength };
        paint();
        await extras.refresh(mine.signal);
        view.describe();
        outlines();
        await looking.refresh();
        failures = 0;
        loading.hidden = true;
        view.shows += 1;
        mine.done = true;
        mark(wish, view.scene.search, token);
      } catch (error) {
        if (mine.signal.aborted) return;
        failures += 1;
        loading.textContent = words.failed;
        loading.hidden = false;
        window.setTimeout(() => mine === flight && refresh(), Math.min(RETRY * failures, 30000));
      }
    };
    const mark = (wish, search, token) => {
      if (flight.done) box.dataset.shown = `${wish} ${search} ${token}`;
    };
    const paint = (view.paint = () => {
      const { header, classes } = view.answer;
      const name = (view.surface = surface(view.by[header.level]));
      const source = `level-${name}`;
      const now = painted.get(name);
      if (name !== header.level) parted(name, header.level, header.first, header.first + header.count);
      const shift = header.kind === "diverging" ? layers.DIVERGING : 0;
      const known = header.colors.length;
      const codes = Uint8Array.from({ length: 256 }, (_, place) => (place < known ? shift + header.colors[place] : place));
      const end = header.first + header.count;
      for (let place = 0; place < now.length; place++) {
        const code = place >= header.first && place < end ? codes[classes[place - header.first]] : layers.OUTSIDE;
        if (now[place] === code) continue;
        now[place] = code;
        map.setFeatureState({ source, id: place }, { c: code });
      }
      lit(name, header.level, header.few + header.none > 0);
      view.recolours += 1;
      view.describe();
      outlines();
    });
    view.describe = () => {
      const { header } = view.answer;
      const heading = `${view.by[header.level].name} \u00b7 ${view.scene.period}`;
      legend.show(view.scene.indicator, heading, header, view.colors, [...extras.notes.values()]);
    };

    /* What is outlined, and what is written. */
    const outlines = (view.outlines = () => {
      const rings = [];
      const { scope } = view.scene;
      const around = view.ready.get(scope.level);
      if (around && scope.depth > 0 && scope.place >= 0)
        rings.push({ outline: around.outlines[scope.place], color: view.colors.focus, width: 2.4, halo: true });
      const level = view.ready.get(view.shown);
      if (view.pointed !== null && level)
        rings.push({ outline: level.outlines[view.pointed], color: view.colors.focus, width: 1.6, halo: false });
      over.show({ rings, groups: names(), colors: view.colors });
    });
    const order = (meta, found) => {
      const key = `${meta.key} ${view.scene.scope.code}`;
      if (!orders.has(key)) {
        const [first, last] = view.run(meta, found);
        const places = Array.from({ length: last - first }, (_, place) => first + place);
        orders.set(key, places.sort((a, b) => found.room[b] - found.room[a]));
      }
      return orders.get(key);
    };
    const names = () => {
      const wanted = ordinary.filter(
        (meta) => view.ready.has(meta.key) && meta.depth > view.scene.scope.depth && meta.depth <= view.by[view.shown].depth,
      );
      const groups = wanted.map((meta, number) => {
        const { names: texts, lon, lat, room } = view.ready.get(meta.key);
        const heading = number === 0 && wanted.length > 1;
        const look = heading
          ? { size: 16, weight: 700, space: 1.5, loose: 1.6 }
          : { size: 12.5, weight: 500, space: 0, loose: 1.05 };
        return { order: order(meta, view.ready.get(meta.key)), sorted: true, names: texts, lon, lat, room, ...look };
      });
      return [...extras.names(), ...groups];
    };

    /* The legend stands in the lower corner that hides fewer of the grids in view. */
    let cornered = null;
    const corner = () => {
      const wish = `${view.scene.scope.code} ${view.shown}`;
      if (cornered === wish || map.isMoving() || !view.answer || !view.ready.has(view.answer.header.level)) return;
      cornered = wish;
      const { first, count, level } = view.answer.header;
      const found = view.ready.get(level);
      const size = legend.root.getBoundingClientRect();
      let left = 0;
      let right = 0;
      for (let place = first; place < first + count; place++) {
        const at = map.project([found.lon[place], found.lat[place]]);
        if (at.y < box.clientHeight - size.height - 40) continue;
        if (at.x < size.width + 20) left += 1;
        if (at.x > box.clientWidth - size.width - 20) right += 1;
      }
      legend.root.classList.toggle("is-right", right < left);
    };
    map.on("idle", corner);
    map.on("zoomend", () => {
      if (!view.answer || map.isEasing()) return;
      const wish = pick(map.getZoom());
      if (wish === view.shown) return;
      view.shown = wish;
      looking.point(null);
      refresh();
    });

    const dress = () => {
      view.colors = themes[view.scene.theme];
      for (const layer of layers.style(view.colors, manifest.basemap).layers)
        Object.entries(layer.paint || {}).forEach(([name, value]) => map.setPaintProperty(layer.id, name, value));
      layers.hatch(map, view.colors);
      for (const name of painted.keys())
        map.setPaintProperty(`fill-${name}`, "fill-color", layers.colorOf(view.colors));
      if (map.getSource("level-dedicated")) layers.dressDedicated(map, view.colors);
    };

    const extras = window.yiping.extras(view);
    const looking = window.yiping.looking(view);

    view.show = (given) => {
      const before = view.scene;
      view.scene = given;
      if (before.theme !== given.theme) dress();
      box.setAttribute("aria-label", `${given.scope.name} ${given.indicator.label} ${given.period}`);
      if (before.scope.code !== given.scope.code) {
        looking.point(null);
        orders.clear();
      }
      /* The whole of a large level is not cut into tiles for a view that will show a part of it. */
      const last = view.answer && view.by[view.answer.header.level];
      if (last && surface(last) !== view.surface) layers.hide(map, view.surface);
      view.shown = pick(view.fit(false));
      foretold();
      return refresh();
    };
    /* What is on the screen, for whoever has to check it. */
    view.look = () => ({
      shown: view.shown,
      zoom: map.getZoom(),
      pointed: view.pointed,
      bytes: view.answer && view.answer.bytes,
      header: view.answer && view.answer.header,
      classes: view.answer && Array.from(view.answer.classes),
      painted: view.answer && Array.from(painted.get(view.surface)),
    });
    view.spot = (key, code) => {
      const found = view.ready.get(key);
      const place = found.codes.indexOf(code);
      return map.project([found.lon[place], found.lat[place]]);
    };
    view.remove = () => {
      if (flight) flight.abort();
      map.remove();
    };
    return view;
  };

  window.yiping = Object.assign(window.yiping || {}, { view: { create } });
})();
