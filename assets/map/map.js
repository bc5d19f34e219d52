/* The big map: what is in view follows the address; geometry is fetched once, then only values. */
(function () {
  "use strict";

  const CELL_PIXELS = 30;
  const CLOSER = 0.35;
  const RETRY = 5000;

  const kept = new Map();
  let script = null;
  let live = null;

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

  const drawable = () => {
    const trial = document.createElement("canvas");
    const context = trial.getContext("webgl2") || trial.getContext("webgl");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  };

  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* One map on one page. */
  const create = async (box, scene) => {
    const words = JSON.parse(box.dataset.words);
    const themes = JSON.parse(box.dataset.style);
    const { geometry, layers, board, overlay } = window.yiping;
    const manifest = await (await fetch(box.dataset.manifest, { cache: "no-cache" })).json();
    await library(manifest.library);
    const metas = manifest.levels;
    const ordinary = metas.filter((meta) => !meta.dedicated);
    const by = Object.fromEntries(metas.map((meta) => [meta.key, meta]));
    const dedicated = metas.find((meta) => meta.dedicated);

    const self = { box, shows: 0, recolours: 0 };
    let colors = themes[scene.theme];
    let shown = null; /* the key of the level that is filled */
    let fitted = null; /* the scope that the view was fitted to */
    let answer = null; /* header and classes of the last refresh */
    let figures = null;
    let pointed = null; /* the place in the shown level under the pointer or the keys */
    let failures = 0;
    const painted = new Map(); /* by level: what each grid is painted with */
    const loaded = new Map();

    const canvas = board.make("div", "map-canvas");
    canvas.setAttribute("aria-hidden", "true");
    box.replaceChildren(canvas);
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    const map = new window.maplibregl.Map({
      container: canvas,
      style: layers.style(colors, manifest.basemap),
      bounds: scene.scope.bounds,
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
    self.map = map;
    map.touchZoomRotate.disableRotation();
    map.getCanvas().tabIndex = -1;
    await new Promise((done) => map.once("load", done));
    layers.hatch(map, colors);
    const over = overlay.create(map, box);
    const legend = board.legend(box, words);
    const card = board.card(box);
    const loading = board.make("p", "map-loading", words.loading);
    loading.setAttribute("role", "status");
    box.append(loading);

    const go = (scope) => {
      const query = new URLSearchParams(window.location.search);
      query.delete("event");
      if (scope) query.set("scope", scope);
      else query.delete("scope");
      window.yiping.go(`?${query}`);
    };

    const table = board.table(
      box,
      words,
      (code) => go(code),
      () => box.focus(),
    );

    const tools = board.make("div", "map-tools");
    const tool = (name, mark, act) => {
      const button = board.make("button", `map-tool is-${name}`, mark);
      button.type = "button";
      button.title = words[name];
      button.setAttribute("aria-label", words[name]);
      button.addEventListener("click", act);
      tools.append(button);
    };
    tool("zoom_in", "+", () => map.zoomIn());
    tool("zoom_out", "\u2212", () => map.zoomOut());
    tool("fit", "\u2922", () => fit(true));
    tool("up", "\u2191", () => up());
    tool("table", "\u2261", () => toggleTable());
    box.append(tools);

    /* Geometry: a level needs those above it, for codes, names and borders. */
    const level = (meta) => {
      if (loaded.has(meta.key)) return loaded.get(meta.key);
      const upper = ordinary.find((other) => other.depth === meta.depth - 1);
      const coming = (async () => {
        const [buffer, above] = await Promise.all([
          kept.get(meta.address) || asked(meta.address),
          upper ? level(upper) : null,
        ]);
        if (buffer.outlines) return buffer;
        const found = geometry.level(buffer, above);
        kept.set(meta.address, found);
        return found;
      })();
      loaded.set(meta.key, coming);
      coming.catch(() => loaded.delete(meta.key));
      return coming;
    };
    const ready = new Map();
    const placed = async (meta) => {
      const found = await level(meta);
      if (ready.has(meta.key)) return found;
      ready.set(meta.key, found);
      layers.addLevel(map, meta, geometry.features(found), colors);
      const upper = ordinary.filter((other) => other.depth < meta.depth && map.getLayer(`line-${other.key}`));
      const lowest = upper.length ? `line-${upper[upper.length - 1].key}` : "after-lines";
      layers.addLines(map, meta, lowest, colors);
      painted.set(meta.key, new Uint8Array(found.count).fill(layers.OUTSIDE));
      return found;
    };
    const withLevel = async (key) => {
      const chosen = by[key];
      for (const meta of ordinary.filter((one) => one.depth <= chosen.depth && one.drawn)) await placed(meta);
    };

    /* Which grids are filled: those that the address names, else the finest that are large enough at this zoom. */
    const below = () => ordinary.filter((meta) => meta.drawn && meta.depth > scene.scope.depth);
    const pick = (zoom) => {
      const choices = below();
      if (scene.scope.leaf || !choices.length) return scene.scope.level;
      const fixed = choices.find((meta) => meta.key === scene.level);
      if (fixed) return fixed.key;
      const pixels = (512 * 2 ** zoom) / 360;
      const fine = choices.filter((meta) => meta.width * pixels >= CELL_PIXELS);
      return (fine.length ? fine[fine.length - 1] : choices[0]).key;
    };

    const padding = () => {
      const wide = box.clientWidth > 700;
      const unit = parseFloat(window.getComputedStyle(document.documentElement).fontSize);
      return wide
        ? { top: 2 * unit, bottom: 2.5 * unit, left: 3 * unit, right: 3 * unit }
        : { top: unit, bottom: 3.5 * unit, left: unit, right: unit };
    };
    const target = (bounds) => map.cameraForBounds(bounds, { padding: padding(), maxZoom: 16 });
    const fit = (again) => {
      if (fitted === scene.scope.code && !again) return map.getZoom();
      const first = fitted === null;
      fitted = scene.scope.code;
      const camera = target(scene.scope.bounds);
      if (first || still()) map.jumpTo(camera);
      else map.easeTo({ ...camera, duration: 420 });
      return camera.zoom;
    };

    /* The path of a grid from the city down, as places by level. */
    const path = (key, place) => {
      const way = [];
      let meta = by[key];
      let at = place;
      while (meta && at >= 0) {
        const found = ready.get(meta.key) || kept.get(meta.address);
        way.unshift({ meta, place: at, code: found.codes[at], name: found.names[at] });
        at = found.above[at];
        meta = ordinary.find((other) => other.depth === meta.depth - 1);
      }
      return way;
    };
    /* A click goes down to the clicked grid, yet never to one so large that the view would have to move away. */
    const opening = (key, place) => {
      const way = path(key, place);
      const inside = way.filter((step) => step.meta.depth > scene.scope.depth);
      const within = scene.scope.depth === 0 || way.some((step) => step.code === scene.scope.code);
      if (!within) return way.find((step) => step.meta.depth === Math.max(scene.scope.depth, 1)) || way[way.length - 1];
      for (const step of inside) {
        const box4 = ready.get(step.meta.key).boxes.subarray(4 * step.place, 4 * step.place + 4);
        if (Number.isNaN(box4[0]) || target(Array.from(box4)).zoom >= map.getZoom() - CLOSER) return step;
      }
      return inside[inside.length - 1] || null;
    };
    const up = () => {
      if (scene.up !== null) go(scene.up);
    };

    /* Values */
    let flight = null;
    let again = false;
    const query = (key) => {
      const search = new URLSearchParams(scene.search);
      search.set("level", key);
      search.delete("theme");
      search.delete("layers");
      return search.toString();
    };
    /* One question at a time: a newer wish ends the one that is under way. */
    const refresh = async () => {
      if (flight) flight.abort();
      const mine = (flight = new AbortController());
      const wish = shown;
      const asking = query(wish);
      try {
        const [buffer] = await Promise.all([asked(`/values?${asking}`, mine.signal), withLevel(wish)]);
        if (mine.signal.aborted) return;
        answer = { ...geometry.classes(buffer), query: asking, bytes: buffer.byteLength };
        figures = null;
        paint();
        await extras(mine.signal);
        if (pointed !== null || table.open) await details();
        if (table.open) fillTable(false);
        failures = 0;
        loading.hidden = true;
        self.shows += 1;
        box.dataset.shown = `${wish} ${scene.search} ${scene.token}`;
      } catch (error) {
        if (mine.signal.aborted) return;
        failures += 1;
        loading.textContent = words.failed;
        loading.hidden = false;
        window.setTimeout(() => mine === flight && refresh(), Math.min(RETRY * failures, 30000));
      }
    };

    const paint = () => {
      const { header, classes } = answer;
      const source = `level-${header.level}`;
      const now = painted.get(header.level);
      const shift = header.kind === "diverging" ? layers.DIVERGING : 0;
      const codes = Uint8Array.from({ length: 256 }, (_, place) => (place < header.colors.length ? shift + header.colors[place] : place));
      const end = header.first + header.count;
      for (let place = 0; place < now.length; place++) {
        const code = place >= header.first && place < end ? codes[classes[place - header.first]] : layers.OUTSIDE;
        if (now[place] === code) continue;
        now[place] = code;
        map.setFeatureState({ source, id: place }, { c: code });
      }
      layers.showLevel(map, metas, header.level, colors, scene.layers.includes("heat"));
      self.recolours += 1;
      describe();
      outlines();
    };

    const notes = new Map();
    const describe = () => {
      const level4 = `${by[answer.header.level].name} \u00b7 ${scene.period}`;
      legend.show(scene.indicator, level4, answer.header, colors, [...notes.values()]);
    };

    /* What is written, and what is outlined. */
    const outlines = () => {
      const rings = [];
      const scope = ready.get(scene.scope.level);
      if (scope && scene.scope.depth > 0 && scene.scope.place >= 0)
        rings.push({ outline: scope.outlines[scene.scope.place], color: colors.focus, width: 2.4, halo: true });
      if (pointed !== null && ready.has(shown))
        rings.push({ outline: ready.get(shown).outlines[pointed], color: colors.focus, width: 1.6, halo: false });
      over.show({ rings, groups: names(), colors });
    };
    const run = (meta, found) => {
      /* The places of a level within the scope, found once: grids of a scope stand in one run. */
      if (meta.key === answer?.header.level && answer.header.scope === scene.scope.code) return [answer.header.first, answer.header.first + answer.header.count];
      let first = 0;
      let last = found.count;
      if (scene.scope.depth > 0) {
        const inside = (place) => path(meta.key, place).some((step) => step.code === scene.scope.code);
        first = 0;
        while (first < found.count && !inside(first)) first += 1;
        last = first;
        while (last < found.count && inside(last)) last += 1;
      }
      return [first, last];
    };
    const orders = new Map();
    const names = () => {
      const groups = [];
      const wanted = ordinary.filter(
        (meta) => ready.has(meta.key) && meta.depth > scene.scope.depth && meta.depth <= by[shown].depth,
      );
      wanted.forEach((meta, number) => {
        const found = ready.get(meta.key);
        const key = `${meta.key} ${scene.scope.code}`;
        if (!orders.has(key)) {
          const [first, last] = run(meta, found);
          const order = Array.from({ length: last - first }, (_, place) => first + place);
          order.sort((a, b) => found.room[b] - found.room[a]);
          orders.set(key, order);
        }
        const upper = number < wanted.length - 1;
        groups.push({
          order: orders.get(key),
          sorted: true,
          names: found.names,
          lon: found.lon,
          lat: found.lat,
          room: found.room,
          size: upper && number === 0 ? 16 : 12.5,
          weight: upper && number === 0 ? 700 : 500,
          space: upper && number === 0 ? 1.5 : 0,
          loose: upper && number === 0 ? 1.6 : 1.05,
        });
      });
      if (scene.layers.includes("areas") && areaNames) groups.unshift({ ...areaNames, color: colors.area });
      return groups;
    };

    /* Layers over the grids */
    let areaNames = null;
    const kinds = ["overdue", "newest"];
    const extras = async (signal) => {
      const on = (layer) => scene.layers.includes(layer);
      notes.clear();
      if (on("areas") && manifest.areas) {
        if (!areaNames) {
          const found = JSON.parse(new TextDecoder().decode(await asked(manifest.areas, signal)));
          map.getSource("areas").setData(found);
          const told = found.features.map((one) => one.properties);
          areaNames = {
            order: told.map((_, place) => place),
            names: told.map((one) => one.name),
            lon: told.map((one) => one.lon),
            lat: told.map((one) => one.lat),
            room: told.map(() => 1),
            size: 13,
            weight: 600,
            space: 1,
            loose: 9,
          };
        }
        notes.set("areas", { shape: "line", color: colors.area, text: words.areas });
      }
      ["areas", "zones"].forEach((id) => layers.show(map, id, on("areas")));
      if (on("dedicated") && dedicated && !map.getSource("level-dedicated"))
        layers.addDedicated(map, dedicated, await level(dedicated), colors);
      if (on("dedicated") && dedicated)
        notes.set("dedicated", {
          shape: "dot",
          color: colors.dedicated,
          text: board.fill(words.dedicated, { n: board.grouped(dedicated.count) }),
        });
      ["spots-dedicated", "fill-dedicated", "line-dedicated"].forEach((id) => layers.show(map, id, on("dedicated")));
      for (const kind of kinds) {
        if (on(kind)) {
          const found = geometry.points(await asked(`/points?${query(shown)}&kind=${kind}`, signal));
          map.getSource(kind).setData(found.data);
          const told = [board.fill(words[`points_${kind}`], { n: board.grouped(found.header.count) })];
          if (found.header.more) told.push(board.fill(words.points_more, { n: board.grouped(found.header.count) }));
          if (found.header.unplaced) told.push(board.fill(words.points_unplaced, { n: board.grouped(found.header.unplaced) }));
          notes.set(kind, { shape: "dot", color: colors[kind], text: told.join("\uff0c") });
        }
        layers.show(map, kind, on(kind));
        layers.show(map, `${kind}-cluster`, on(kind));
      }
      if (on("heat")) await warm(signal);
      layers.show(map, "heat", on("heat"));
      describe();
      outlines();
    };
    const warm = async (signal) => {
      const drawn = below();
      const finest = drawn[drawn.length - 1] || by[scene.scope.level];
      const [buffer, found] = await Promise.all([asked(`/weights?${query(finest.key)}`, signal), level(finest)]);
      const { header, numbers } = geometry.weights(buffer);
      map.getSource("heat").setData(geometry.spots(found, numbers, header.first));
      const sorted = Float64Array.from(numbers).sort();
      const strong = Math.max(sorted[Math.floor(sorted.length * 0.98)] || header.most, 1);
      const base = layers.zoomFor(finest.width, 8);
      map.setPaintProperty("heat", "heatmap-weight", ["min", 1, ["/", ["get", "n"], strong]]);
      map.setPaintProperty("heat", "heatmap-radius", ["interpolate", ["exponential", 2], ["zoom"], base - 2, 9, base, 16, base + 3, 110]);
      map.setPaintProperty("heat", "heatmap-intensity", ["interpolate", ["linear"], ["zoom"], base - 2, 0.28, base, 0.55, base + 3, 0.9]);
      notes.set("heat", { shape: "heat", color: colors.heat[4], text: board.fill(words.heat, { n: board.grouped(header.total) }) });
    };

    /* Figures of single grids travel when somebody looks at one. */
    let detailing = null;
    const details = () => {
      if (figures && figures.query === answer.query) return figures;
      const wish = answer.query;
      if (!detailing || detailing.query !== wish)
        detailing = {
          query: wish,
          coming: asked(`/figures?${wish}`)
            .then((buffer) => {
              if (answer.query === wish) figures = { ...geometry.figures(buffer), query: wish };
              return figures;
            })
            .finally(() => {
              detailing = null;
            }),
        };
      return detailing.coming;
    };
    const row = (place) => {
      const found = ready.get(shown);
      const told = { name: found.names[place], path: path(shown, place).slice(1, -1).map((step) => step.name).join(" \u203a ") };
      const number = place - (figures?.header.first ?? 0);
      if (!answer || place < answer.header.first || place >= answer.header.first + answer.header.count)
        return { ...told, note: words.outside };
      if (!figures || figures.query !== answer.query) return told;
      const figure = board.told(scene.indicator, words, figures.numerator[number], figures.denominator[number], figures.header.blank);
      const rank = figures.rank[number];
      return {
        ...told,
        value: figure.value,
        n: figure.n,
        rank: rank ? board.fill(words.rank, { rank: board.grouped(rank), total: board.grouped(figures.header.ranked) }) : "",
        note: !rank && figure.known ? words.few : "",
      };
    };

    let spot = null;
    const point = async (place, at, aloud) => {
      if (place === null) {
        if (pointed !== null) {
          pointed = null;
          card.hide();
          outlines();
        }
        return;
      }
      const moved = pointed !== place;
      pointed = place;
      spot = at;
      if (moved) outlines();
      const tell = () => {
        if (pointed !== place) return;
        const step = opening(shown, place);
        const told = row(place);
        if (step && step.code !== scene.scope.code) told.open = board.fill(words.open, { grid: step.name });
        card.show(told, spot);
        if (aloud) card.say(told);
      };
      tell();
      if (moved || !figures) {
        await details();
        tell();
      }
    };
    const under = (at) => {
      if (!shown || !map.getLayer(`fill-${shown}`)) return null;
      const found = map.queryRenderedFeatures(at, { layers: [`fill-${shown}`] })[0];
      return found ? found.id : null;
    };
    const event = (at) => {
      const ids = kinds.flatMap((kind) => [kind, `${kind}-cluster`]).filter((id) => map.getLayoutProperty(id, "visibility") === "visible");
      return ids.length ? map.queryRenderedFeatures(at, { layers: ids })[0] : undefined;
    };

    let frame = 0;
    let last = null;
    map.on("mousemove", (moved) => {
      last = moved.point;
      frame ||= window.requestAnimationFrame(() => {
        frame = 0;
        if (!answer) return;
        const single = event(last);
        map.getCanvas().style.cursor = single || under(last) !== null ? "pointer" : "";
        if (single) {
          point(null);
          const count = single.properties.point_count;
          card.show({ path: "", name: count ? board.fill(words.cluster, { n: board.grouped(count) }) : words.event }, last);
        } else if (under(last) === null) {
          point(null);
          card.hide();
        } else point(under(last), last, false);
      });
    });
    map.on("mouseout", () => {
      point(null);
      card.hide();
    });
    map.on("click", async (clicked) => {
      const single = event(clicked.point);
      if (single) {
        if (!single.properties.point_count) {
          const search = new URLSearchParams(window.location.search);
          search.set("event", single.properties.event);
          window.yiping.go(`?${search}`);
        } else {
          const zoom = await map.getSource(single.source).getClusterExpansionZoom(single.properties.cluster_id);
          map.easeTo({ center: single.geometry.coordinates, zoom });
        }
        return;
      }
      const place = under(clicked.point);
      const step = place === null || !answer ? null : opening(shown, place);
      if (step && step.code !== scene.scope.code) go(step.meta.depth ? step.code : "");
    });
    map.on("zoomend", () => {
      if (!answer || map.isEasing()) return;
      const wish = pick(map.getZoom());
      if (wish === shown) return;
      shown = wish;
      point(null);
      refresh();
    });

    /* Numbers on clusters are written by the overlay: the library would need a font server. */
    map.on("idle", () => {
      self.idle = (self.idle || 0) + 1;
      const ids = kinds.filter((kind) => scene.layers.includes(kind)).map((kind) => `${kind}-cluster`);
      const found = ids.length ? map.queryRenderedFeatures({ layers: ids }) : [];
      const short = (count) => (count >= 10000 ? `${Math.round(count / 1000)}k` : board.grouped(count));
      over.show({ counts: found.map((one) => ({ at: one.geometry.coordinates, text: short(one.properties.point_count) })) });
    });
    map.on("movestart", () => over.show({ counts: [] }));

    /* Keys: arrows go from grid to grid, Enter opens, Escape goes up. */
    const neighbour = (key) => {
      const found = ready.get(shown);
      const { first, count } = answer.header;
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
      const middle = map.getCenter();
      const from = pointed === null ? [middle.lng, middle.lat] : [found.lon[pointed], found.lat[pointed]];
      let best = null;
      let least = Infinity;
      for (let place = first; place < first + count; place++) {
        if (place === pointed) continue;
        const dx = (found.lon[place] - from[0]) * 0.82;
        const dy = found.lat[place] - from[1];
        const along = dx * way[0] + dy * way[1];
        const aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
        if (pointed !== null && (along <= 0 || aside > 1.2 * along)) continue;
        const cost = pointed === null ? Math.hypot(dx, dy) : along + 2 * aside;
        if (cost < least) [best, least] = [place, cost];
      }
      return best;
    };
    const toggleTable = async () => {
      if (table.open) return table.hide();
      if (!answer) return undefined;
      await details();
      return fillTable(true);
    };
    const fillTable = (fresh) => {
      const found = ready.get(shown);
      const { first, count } = figures.header;
      const rows = Array.from({ length: count }, (_, number) => {
        const place = first + number;
        const [numerator, denominator] = [figures.numerator[number], figures.denominator[number]];
        const figure = board.told(scene.indicator, words, numerator, denominator, figures.header.blank);
        return {
          place,
          code: found.codes[place],
          name: found.names[place],
          rank: figures.rank[number],
          numerator,
          denominator,
          value: figure.value,
          number: figure.known ? (scene.indicator.kind === "rate" ? numerator / denominator : numerator) : NaN,
        };
      });
      const title = board.fill(words.table_title, { grid: scene.scope.name, level: by[shown].name, label: scene.indicator.label });
      table.show({ rows, title, indicator: scene.indicator }, fresh);
    };
    box.addEventListener("keydown", (pressed) => {
      if (pressed.target !== box || !answer || pressed.metaKey || pressed.ctrlKey || pressed.altKey) return;
      if (pressed.key.startsWith("Arrow")) {
        const place = neighbour(pressed.key);
        if (place !== null) {
          const found = ready.get(shown);
          const at = [found.lon[place], found.lat[place]];
          if (!map.getBounds().contains(at)) map.panTo(at, { animate: false });
          point(place, map.project(at), true);
        }
      } else if (pressed.key === "Enter" && pressed.target === box && pointed !== null) {
        const step = opening(shown, pointed);
        if (step) go(step.code);
      } else if (pressed.key === "+" || pressed.key === "=") map.zoomIn();
      else if (pressed.key === "-") map.zoomOut();
      else if (pressed.key === "t") toggleTable();
      else return;
      pressed.preventDefault();
    });
    box.addEventListener("focusout", (left) => {
      if (!box.contains(left.relatedTarget)) point(null);
    });

    const dress = () => {
      colors = themes[scene.theme];
      const fresh = layers.style(colors, manifest.basemap);
      for (const layer of fresh.layers)
        Object.entries(layer.paint || {}).forEach(([name, value]) => map.setPaintProperty(layer.id, name, value));
      layers.hatch(map, colors);
      for (const key of ready.keys())
        map.setPaintProperty(`fill-${key}`, "fill-color", layers.colorOf(colors));
      if (map.getSource("level-dedicated")) {
        map.setPaintProperty("spots-dedicated", "circle-color", colors.dedicated);
        map.setPaintProperty("fill-dedicated", "fill-color", colors.dedicated);
        map.setPaintProperty("line-dedicated", "line-color", colors.dedicated);
      }
    };

    self.show = (given) => {
      const before = scene;
      scene = given;
      if (before.theme !== scene.theme) dress();
      box.setAttribute("aria-label", `${scene.scope.name} ${scene.indicator.label} ${scene.period}`);
      if (before.scope.code !== scene.scope.code) {
        pointed = null;
        card.hide();
        orders.clear();
      }
      shown = pick(fit(false));
      return refresh();
    };
    self.look = () => ({
      shown,
      zoom: map.getZoom(),
      answer: answer && { ...answer.header, bytes: answer.bytes },
      painted: answer && Array.from(painted.get(answer.header.level)),
      pointed,
      project: (key, place) => {
        const found = ready.get(key);
        return map.project([found.lon[place], found.lat[place]]);
      },
      place: (key, code) => ready.get(key)?.codes.indexOf(code),
    });
    self.remove = () => {
      if (flight) flight.abort();
      map.remove();
    };
    return self;
  };

  let coming = null;
  const show = async (scene) => {
    const box = document.querySelector(".map-box");
    if (!scene || !box) return;
    document.documentElement.dataset.theme = scene.theme;
    if (live && (live.box !== box || live.revision !== scene.revision)) {
      live.remove();
      live = null;
      window.yiping.map.now = null;
    }
    if (!drawable()) {
      box.hidden = true;
      window.dash_clientside.set_props(box.dataset.without, { data: true });
      return;
    }
    if (!live) {
      const made = await create(box, scene);
      made.revision = scene.revision;
      live = made;
      window.yiping.map.now = made;
    }
    await live.show(scene);
  };
  /* Views come one after another; of those that wait only the last is drawn. */
  let next = null;
  const queue = (scene) => {
    next = scene;
    coming ||= (async () => {
      while (next) {
        const now = next;
        next = null;
        try {
          if (live && live.box.isConnected && live.revision === now.revision) {
            live.show(now);
            document.documentElement.dataset.theme = now.theme;
          } else await show(now);
        } catch (error) {
          console.warn(error);
          await new Promise((done) => window.setTimeout(done, RETRY));
          next ||= now;
        }
      }
      coming = null;
    })();
  };

  const leave = () =>
    window.setTimeout(() => {
      if (document.querySelector(".map-box")) return;
      document.documentElement.dataset.theme = "light";
      if (live) live.remove();
      live = null;
      window.yiping.map.now = null;
    }, 600);
  window.addEventListener("popstate", leave);
  window.addEventListener("_dashprivate_pushstate", leave);

  window.yiping = Object.assign(window.yiping || {}, { map: { now: null } });
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    map: {
      show: (scene) => {
        queue(scene);
        return window.dash_clientside.no_update;
      },
    },
  });
  document.documentElement.dataset.theme =
    window.location.pathname.startsWith("/map") && new URLSearchParams(window.location.search).get("theme") === "dark"
      ? "dark"
      : "light";
})();
