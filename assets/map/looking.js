/* Looking at single grids: by pointer, by keys, and in the table. Their figures travel when somebody looks. */
(function () {
  "use strict";

  const CLOSER = 0.35;

  const looking = (view) => {
    const { map, box, words } = view;
    const { geometry, board } = window.yiping;
    const card = board.card(box);
    let figures = null;
    let coming = null;
    let spot = null;

    const table = board.table(
      box,
      words,
      (code) => view.go(code),
      () => box.focus(),
    );

    const current = () => figures !== null && view.answer !== null && figures.query === view.answer.query;
    /* One question at a time, for all who look. */
    const details = async () => {
      while (!current()) {
        const { query } = view.answer;
        coming ||= view
          .asked(`/figures?${query}`)
          .then((buffer) => {
            figures = { ...geometry.figures(buffer), query };
          })
          .finally(() => {
            coming = null;
          });
        await coming;
      }
    };
    const number = (place) => {
      const at = place - figures.header.first;
      const [numerator, denominator] = [figures.numerator[at], figures.denominator[at]];
      const figure = board.told(view.scene.indicator, words, numerator, denominator, figures.header.blank);
      return { ...figure, numerator, denominator, rank: figures.rank[at] };
    };

    /* A click goes down towards the clicked grid, yet never to one so large that the view would have to move away. */
    const opening = (key, place) => {
      const { scope } = view.scene;
      const way = view.path(key, place);
      const within = way.some((step) => step.code === scope.code);
      if (!within) return way.find((step) => step.meta.depth === Math.max(scope.depth, 1)) || way[way.length - 1];
      const inside = way.filter((step) => step.meta.depth > scope.depth);
      for (const step of inside) {
        const frame = view.ready.get(step.meta.key).boxes.slice(4 * step.place, 4 * step.place + 4);
        if (Number.isNaN(frame[0]) || view.target(Array.from(frame)).zoom >= map.getZoom() - CLOSER) return step;
      }
      return inside[inside.length - 1] || null;
    };

    const told = (place) => {
      const way = view.path(view.shown, place);
      const above = way.slice(1, -1).map((step) => step.name);
      const found = { name: way[way.length - 1].name, path: above.join(" \u203a ") };
      const { first, count } = view.answer.header;
      if (place < first || place >= first + count) found.note = words.outside;
      else if (current()) {
        const figure = number(place);
        const total = board.grouped(figures.header.ranked);
        found.value = figure.value;
        found.n = figure.n;
        found.rank = figure.rank ? board.fill(words.rank, { rank: board.grouped(figure.rank), total }) : "";
        found.note = !figure.rank && figure.known ? words.few : "";
      }
      const step = opening(view.shown, place);
      if (step && step.code !== view.scene.scope.code) found.open = board.fill(words.open, { grid: step.name });
      return found;
    };

    /* The grid that is looked at: outlined, and told beside `at`; null looks away. */
    const point = async (place, at, aloud) => {
      if (place === null || !view.answer) {
        card.hide();
        if (view.pointed !== null) {
          view.pointed = null;
          view.outlines();
        }
        return;
      }
      const moved = view.pointed !== place;
      view.pointed = place;
      spot = at;
      if (moved) view.outlines();
      card.show(told(place), spot);
      if (!current()) {
        await details();
        if (view.pointed !== place) return;
        card.show(told(place), spot);
      }
      if (aloud) card.say(told(place));
    };

    const under = (at) => {
      const layer = `fill-${view.surface}`;
      if (!view.answer || !map.getLayer(layer)) return null;
      const found = map.queryRenderedFeatures(at, { layers: [layer] })[0];
      return found ? found.id : null;
    };

    let frame = 0;
    let last = null;
    map.on("mousemove", (moved) => {
      last = moved.point;
      frame ||= window.requestAnimationFrame(() => {
        frame = 0;
        if (!last) return;
        const single = view.event(last);
        const place = single ? null : under(last);
        map.getCanvas().style.cursor = single || place !== null ? "pointer" : "";
        point(place, last, false).catch(() => card.hide());
        if (single) {
          const n = single.properties.point_count;
          const name = n ? board.fill(words.cluster, { n: board.grouped(n) }) : words.event;
          card.show({ path: "", name }, last);
        }
      });
    });
    map.on("mouseout", () => {
      last = null;
      point(null);
    });
    map.on("click", (clicked) => {
      const single = view.event(clicked.point);
      if (single) {
        view.openEvent(single);
        return;
      }
      const place = under(clicked.point);
      const step = place === null ? null : opening(view.shown, place);
      if (step && step.code !== view.scene.scope.code) view.go(step.meta.depth ? step.code : "");
    });

    /* Keys: arrows go from grid to grid, Enter opens, Escape goes up. */
    const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const neighbour = (key) => {
      const found = view.ready.get(view.shown);
      const { first, count } = view.answer.header;
      const [east, north] = WAYS[key];
      const middle = map.getCenter();
      const here = view.pointed;
      const from = here === null ? [middle.lng, middle.lat] : [found.lon[here], found.lat[here]];
      const squeeze = Math.cos((from[1] * Math.PI) / 180);
      let best = null;
      let least = Infinity;
      for (let place = first; place < first + count; place++) {
        if (place === here) continue;
        const x = (found.lon[place] - from[0]) * squeeze;
        const y = found.lat[place] - from[1];
        const along = x * east + y * north;
        const aside = Math.abs(x * north) + Math.abs(y * east);
        if (here !== null && (along <= 0 || aside > 1.2 * along)) continue;
        const cost = here === null ? Math.hypot(x, y) : along + 2 * aside;
        if (cost < least) [best, least] = [place, cost];
      }
      return best;
    };
    const step = (key) => {
      const place = neighbour(key);
      if (place === null) return;
      const found = view.ready.get(view.shown);
      const at = [found.lon[place], found.lat[place]];
      if (!map.getBounds().contains(at)) map.panTo(at, { animate: false });
      point(place, map.project(at), true);
    };
    box.addEventListener("keydown", (pressed) => {
      if (pressed.target !== box || !view.answer || pressed.metaKey || pressed.ctrlKey || pressed.altKey) return;
      if (WAYS[pressed.key]) step(pressed.key);
      else if (pressed.key === "Enter" && view.pointed !== null) {
        const way = opening(view.shown, view.pointed);
        if (way) view.go(way.code);
      } else if (pressed.key === "+" || pressed.key === "=") map.zoomIn();
      else if (pressed.key === "-") map.zoomOut();
      else return;
      pressed.preventDefault();
    });
    box.addEventListener("focusout", (left) => {
      if (!box.contains(left.relatedTarget)) point(null);
    });

    /* The table of the same figures */
    const fill = (fresh) => {
      const found = view.ready.get(view.shown);
      const { scene } = view;
      const meta = view.by[view.shown];
      const upper = view.ready.get(view.ordinary.find((other) => other.depth === meta.depth - 1)?.key);
      const deep = upper && meta.depth > scene.scope.depth + 1;
      const { first, count } = figures.header;
      const rows = Array.from({ length: count }, (_, at) => {
        const place = first + at;
        const figure = number(place);
        const rate = scene.indicator.kind === "rate" ? figure.numerator / figure.denominator : figure.numerator;
        const parent = deep && found.above[place] >= 0 ? `${upper.names[found.above[place]]} \u203a ` : "";
        return {
          ...figure,
          place,
          code: found.codes[place],
          name: parent + found.names[place],
          number: figure.known ? rate : NaN,
        };
      });
      const title = board.fill(words.table_title, {
        grid: scene.scope.name,
        level: meta.name,
        label: scene.indicator.label,
      });
      table.show({ rows, title, indicator: scene.indicator }, fresh);
    };
    const toggle = async () => {
      if (table.open) table.hide();
      else if (view.answer) {
        await details();
        fill(true);
      }
    };

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
    tool("fit", "\u2922", () => view.fit(true));
    tool("up", "\u2191", () => view.up());
    tool("table", "\u2261", toggle);
    box.append(tools);

    const refresh = async () => {
      if (view.pointed === null && !table.open) return;
      await details();
      if (table.open) fill(false);
      if (view.pointed !== null && spot) card.show(told(view.pointed), spot);
    };

    return { point, refresh };
  };

  window.yiping = Object.assign(window.yiping || {}, { looking });
})();
