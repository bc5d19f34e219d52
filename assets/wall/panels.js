/* One function a panel: it takes the panel's box when the wall begins, and gives what shows its data. */
(function () {
  "use strict";

  const { make, put, attribute, figure, fit, list } = window.yiping.show;

  const UP = "\u25b2";
  const DOWN = "\u25bc";

  /* Which way a change went is said by a triangle, whether that is good by a colour. */
  const change = (node, text, verdict) => {
    const falls = /^[\u2212\u2013-]/.test(text);
    const moves = /[1-9]/.test(text);
    put(node, text ? `${moves ? (falls ? DOWN : UP) : ""}\u2009${text.replace(/^[+\u2212\u2013-]\s*/, "")}`.trim() : "");
    attribute(node, "data-verdict", verdict);
  };

  const titled = (box, name) => {
    const title = make("h2", "panel-title");
    const note = make("p", "panel-note");
    const top = make("div", "panel-top", title, note);
    const body = make("div", name || "panel-body");
    box.replaceChildren(top, body);
    return { title, note, top, body };
  };

  const share = (node, value) => node.style.setProperty("--share", String(Math.max(0, Math.min(1, value || 0))));

  /* Figures. */
  const card = () => {
    const label = make("p", "card-label");
    const value = make("p", "card-value");
    const moved = make("span", "card-change");
    const n = make("span", "card-n");
    const target = make("span", "card-target");
    const sub = make("p", "card-sub", moved, n);
    const name = make("span", "card-name");
    label.append(name, target);
    return { root: make("div", "card", label, value, sub), label: name, value, moved, n, target };
  };
  const cards = (box) => {
    const counts = make("div", "cards-counts");
    const rates = make("div", "cards-rates");
    const title = make("p", "cards-title");
    box.replaceChildren(counts, rates, title);
    const made = new Map();
    const row = (parent, items) => {
      const digits = Math.max(4, ...items.map((item) => item.value.length));
      parent.style.setProperty("--digits", String(digits));
      parent.style.setProperty("--many", String(items.length));
      items.forEach((item) => {
        const known = made.get(item.key) || made.set(item.key, card()).get(item.key);
        if (known.root.parentNode !== parent) parent.append(known.root);
        put(known.label, item.label);
        figure(known.value, item.value, known.scope === scope);
        known.scope = scope;
        change(known.moved, item.change, item.verdict);
        put(known.n, item.n || item.before);
        put(known.target, item.target);
        attribute(known.root, "data-met", item.met);
        attribute(known.root, "title", item.formula);
      });
    };
    let scope = "";
    return {
      show: (data, about) => {
        scope = about.scope;
        row(counts, data.counts);
        row(rates, data.rates);
        put(title, [data.title, data.compared].filter(Boolean).join(" \u00b7 "));
      },
    };
  };

  const curve = (box) => {
    const { title, top, body } = titled(box, "curve-box");
    const keys = make("p", "curve-keys");
    top.append(keys);
    const drawn = window.yiping.curve.create(body);
    const parts = new Map();
    return {
      show: (data) => {
        put(title, data.title);
        data.lines.forEach((line) => {
          if (!parts.has(line.key)) {
            const total = make("b");
            const name = make("span");
            keys.append(make("span", `curve-key is-${line.key}`, name, total));
            parts.set(line.key, { name, total });
          }
          put(parts.get(line.key).name, line.name);
          put(parts.get(line.key).total, line.total);
        });
        drawn.show(data);
      },
    };
  };

  /* Channels and categories: a name, its count, its part as a bar, its change. */
  const groups = (columns) => (box) => {
    const { title, note, body } = titled(box, `rows groups has-${columns}`);
    const empty = make("p", "empty");
    body.before(empty);
    const rows = list(body, {
      columns: () => columns,
      key: (item) => item.code,
      make: () => {
        const name = make("span", "row-name");
        const count = make("span", "row-value");
        const moved = make("span", "row-change");
        const bar = make("span", "row-bar");
        return { root: make("div", "row group", name, count, moved, bar), name, count, moved, bar, fit: () => fit(name) };
      },
      write: (row, item, same) => {
        if (put(row.name, item.name)) fit(row.name);
        figure(row.count, item.count, same);
        change(row.moved, item.change, item.verdict);
        share(row.bar, item.share);
      },
    });
    note.after(rows.place);
    return {
      show: (data) => {
        put(title, data.title);
        put(note, [data.compared, data.more].filter(Boolean).join(" \u00b7 "));
        put(empty, data.rows.length ? "" : data.empty);
        rows.show(data.rows);
      },
      turn: rows.turn,
    };
  };

  /* Grids in order, and the lists of those that miss their target. */
  const ranked = () => {
    const rank = make("span", "row-rank");
    const name = make("span", "row-name");
    const value = make("span", "row-value");
    const n = make("span", "row-n");
    const bar = make("span", "row-bar");
    const root = make("div", "row ranked", rank, name, n, value, bar);
    return { root, rank, name, value, n, bar, fit: () => fit(name) };
  };
  const rankedRow = (row, item, same) => {
    put(row.rank, item.rank);
    if (put(row.name, item.name)) fit(row.name);
    figure(row.value, item.value, same);
    put(row.n, item.n);
    share(row.bar, item.share);
    attribute(row.root, "data-band", item.band);
  };
  const ranking = (box) => {
    const { title, note, body } = titled(box, "rows ranks");
    const empty = make("p", "empty");
    body.before(empty);
    const parts = { key: (item) => item.code, make: ranked, write: rankedRow };
    const rows = list(body, parts);
    note.after(rows.place);
    const bands = make("div", "bands");
    const band = (kind) => {
      const name = make("span", "band-name");
      const count = make("b", "band-count");
      const lines = make("div", "rows band-rows");
      const head = make("p", "band-head", make("span", `band-mark is-${kind}`), name, count);
      bands.append(make("div", `band is-${kind}`, head, lines));
      const held = list(lines, parts);
      head.append(held.place);
      return { name, count, held };
    };
    const red = band("red");
    const yellow = band("yellow");
    const rules = make("p", "panel-foot");
    box.append(bands, rules);
    const words = JSON.parse(document.getElementById("wall").dataset.words);
    return {
      show: (data) => {
        put(title, data.title);
        put(note, data.period);
        put(empty, data.rows.length ? "" : data.empty);
        rows.show(data.rows);
        put(red.name, words.red);
        put(yellow.name, words.yellow);
        put(red.count, String(data.red.length));
        put(yellow.count, String(data.yellow.length));
        red.held.show(data.red);
        yellow.held.show(data.yellow);
        attribute(bands, "data-none", data.red.length + data.yellow.length ? null : "");
        put(rules, [data.rules, data.few_text, data.more].filter(Boolean).join(" \u00b7 "));
      },
      turn: (mono) => [rows, red.held, yellow.held].forEach((one) => one.turn(mono)),
    };
  };

  /* Hot events: in a small box one list after another, in a large one all beside each other. */
  const hotRow = () => {
    const title = make("span", "hot-title");
    const where = make("span", "hot-where");
    const age = make("span", "hot-age");
    return { root: make("div", "row hot-row", title, where, age), title, where, age, fit: () => fit(title) };
  };
  const hotWrite = (row, item) => {
    if (put(row.title, item.title)) fit(row.title);
    put(row.where, [item.grid, item.unit].filter(Boolean).join(" \u00b7 "));
    put(row.age, item.age);
    attribute(row.root, "data-band", item.level);
  };
  const hot = (box) => {
    const { title, note, body } = titled(box, "hot-lists");
    const made = new Map();
    let shown = 0;
    let turned = 0;
    const one = (key) => {
      const name = make("span", "hot-name");
      const total = make("b", "hot-total");
      const head = make("p", "hot-head", name, total);
      const lines = make("div", "rows hot-rows");
      const empty = make("p", "empty");
      const root = make("div", "hot-list", head, empty, lines);
      attribute(root, "data-key", key);
      body.append(root);
      const held = list(lines, { key: (item) => String(item.id), make: hotRow, write: hotWrite });
      head.append(held.place);
      return { root, name, total, empty, held };
    };
    const front = () => [...made.values()].forEach((each, at) => attribute(each.root, "data-front", at === shown ? "" : null));
    return {
      show: (data) => {
        put(title, data.title);
        put(note, data.note);
        attribute(note, "data-late", data.late ? "" : null);
        data.lists.forEach((given) => {
          const held = made.get(given.key) || made.set(given.key, one(given.key)).get(given.key);
          put(held.name, given.title);
          figure(held.total, given.total, true);
          put(held.empty, given.rows.length ? "" : given.empty);
          attribute(held.root, "data-many", given.rows.length);
          attribute(held.root, "data-late", given.late ? "" : null);
          held.held.show(given.rows);
        });
        const there = new Set(data.lists.map((given) => given.key));
        made.forEach((held, key) => {
          attribute(held.root, "hidden", there.has(key) ? null : "");
          if (!there.has(key)) attribute(held.root, "data-many", 0);
        });
        front();
      },
      turn: (mono) => {
        const lists = [...made.values()];
        lists.forEach((each) => each.held.turn(mono));
        if (mono - turned < window.yiping.show.TURN || !lists.length) return;
        turned = mono;
        const filled = lists.map((each, at) => (each.root.dataset.many === "0" && each.root.dataset.late === undefined ? -1 : at)).filter((at) => at >= 0);
        const next = filled.find((at) => at > shown) ?? filled[0] ?? 0;
        if (next === shown) return;
        shown = next;
        front();
      },
    };
  };

  const ticker = (box) => {
    const { title, body } = titled(box, "rows ticks");
    const empty = make("p", "empty");
    body.before(empty);
    let newest = null;
    const rows = list(body, {
      columns: () => Number(window.getComputedStyle(body).getPropertyValue("--columns")) || 1,
      key: (item) => item.key,
      make: () => {
        const time = make("span", "tick-time");
        const kind = make("span", "tick-kind");
        const what = make("span", "tick-title");
        const grid = make("span", "tick-grid");
        const channel = make("span", "tick-channel");
        const where = make("span", "tick-where", grid, channel);
        return { root: make("div", "row tick", time, kind, what, where), time, kind, what, grid, channel };
      },
      write: (row, item) => {
        put(row.time, item.time);
        put(row.kind, item.kind_label);
        put(row.what, item.title);
        put(row.grid, item.grid);
        put(row.channel, item.channel);
        attribute(row.root, "data-kind", item.kind);
        attribute(row.root, "data-event", item.id);
        if (newest !== null && item.at > newest && row.key !== item.key) window.yiping.show.mark(row.root);
        else if (row.key !== item.key) window.yiping.show.unmark(row.root);
      },
    });
    return {
      show: (data) => {
        put(title, data.title);
        put(empty, data.rows.length ? "" : data.empty);
        rows.show(data.rows);
        newest = data.rows.length ? data.rows[0].at : newest;
      },
    };
  };

  const structure = (box) => {
    const { title, note, body } = titled(box, "rows structure-rows");
    const rows = list(body, {
      columns: () => {
        const unit = parseFloat(window.getComputedStyle(body).fontSize);
        const many = Math.max(1, Math.floor(body.clientWidth / (7.2 * unit)));
        body.style.setProperty("--columns", String(many));
        return many;
      },
      key: (item) => item.key,
      make: () => {
        const count = make("b", "count-number");
        const label = make("span", "count-label");
        return { root: make("p", "row count", count, label), count, label };
      },
      write: (row, item, same) => {
        put(row.label, item.label);
        figure(row.count, item.count, same);
      },
    });
    note.after(rows.place);
    return {
      show: (data) => {
        put(title, data.title);
        const people = { key: "people", label: data.people_label, count: data.people };
        rows.show([...data.levels, people, ...data.staff, ...data.organisations]);
      },
      turn: rows.turn,
    };
  };

  const bulletins = (box) => {
    const { title, note, body } = titled(box, "rows bulletin-rows");
    const rows = list(body, {
      key: (item) => item.kind,
      make: () => {
        const name = make("span", "row-name");
        const due = make("span", "bulletin-due");
        const state = make("span", "bulletin-state");
        return { root: make("div", "row bulletin", name, due, state), name, due, state, fit: () => fit(name) };
      },
      write: (row, item) => {
        if (put(row.name, item.name)) fit(row.name);
        put(row.due, item.due);
        put(row.state, item.state_label);
        attribute(row.root, "data-state", item.state);
      },
    });
    note.after(rows.place);
    return {
      show: (data) => {
        put(title, data.title);
        put(note, data.note);
        rows.show(data.rows);
      },
      turn: rows.turn,
    };
  };

  const sources = (box) => {
    const { title, note, body } = titled(box, "rows source-rows");
    const empty = make("p", "empty");
    body.before(empty);
    const rows = list(body, {
      columns: () => Number(window.getComputedStyle(body).getPropertyValue("--columns")) || 1,
      key: (item) => item.name,
      make: () => {
        const mark = make("span", "source-mark");
        const name = make("span", "row-name");
        const age = make("span", "source-age");
        return { root: make("div", "row source", mark, name, age), name, age, fit: () => fit(name) };
      },
      write: (row, item) => {
        if (put(row.name, item.name)) fit(row.name);
        put(row.age, item.age);
        attribute(row.root, "data-stale", item.stale ? "" : null);
      },
    });
    note.after(rows.place);
    return {
      show: (data) => {
        put(title, data.title);
        put(note, data.silent);
        put(empty, data.rows.length ? "" : data.empty);
        /* Those that are silent come first: they must not wait for their page. */
        rows.show([...data.rows].sort((a, b) => Number(b.stale) - Number(a.stale)));
      },
      turn: rows.turn,
    };
  };

  window.yiping = Object.assign(window.yiping || {}, {
    panels: { cards, curve, channels: groups(2), categories: groups(1), ranking, hot, ticker, structure, bulletins, sources },
    parts: { titled, change, hotRow, hotWrite, ranked, rankedRow },
  });
})();
