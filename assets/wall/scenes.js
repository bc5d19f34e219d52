/* The panels that only one scene has: the league of all grids, an event's trace, and the response to an emergency. */
(function () {
  "use strict";

  const { make, put, attribute, figure, fit, list } = window.yiping.show;
  const { titled, hotRow, hotWrite } = window.yiping.parts;

  const league = (box) => {
    const { title, note, body } = titled(box, "rows league-rows");
    const empty = make("p", "empty");
    const head = make("div", "row league-row league-head");
    const rank = make("span", "row-rank");
    const name = make("span", "row-name");
    head.append(rank, name);
    body.before(empty, head);
    const labels = [];
    let columns = 0;
    const rows = list(body, {
      key: (item) => item.code,
      make: () => {
        const place = make("span", "row-rank");
        const grid = make("span", "row-name");
        const cells = Array.from({ length: columns }, () => {
          const value = make("span", "cell-value");
          const n = make("span", "cell-n");
          return { root: make("span", "cell", value, n), value, n };
        });
        const root = make("div", "row league-row", place, grid, ...cells.map((cell) => cell.root));
        return { root, place, grid, cells, fit: () => fit(grid) };
      },
      write: (row, item, same) => {
        put(row.place, item.rank);
        if (put(row.grid, item.name)) fit(row.grid);
        row.cells.forEach((cell, at) => {
          const given = item.cells[at];
          figure(cell.value, given ? given.value : "", same);
          put(cell.n, given ? given.n : "");
          attribute(cell.root, "data-band", given ? given.band : null);
        });
      },
    });
    note.after(rows.place);
    return {
      show: (data) => {
        if (columns !== data.columns.length) {
          columns = data.columns.length;
          labels.splice(0).forEach((one) => one.root.remove());
          data.columns.forEach(() => {
            const label = make("span", "cell-label");
            const target = make("span", "cell-n");
            const root = make("span", "cell", label, target);
            head.append(root);
            labels.push({ root, label, target });
          });
          box.style.setProperty("--cells", String(columns));
          rows.again();
        }
        put(title, data.title);
        put(note, data.period);
        data.columns.forEach((column, at) => {
          put(labels[at].label, column.label);
          put(labels[at].target, column.target);
        });
        put(empty, data.rows.length ? "" : data.empty);
        rows.show(data.rows);
      },
      turn: rows.turn,
    };
  };

  const trace = (box) => {
    const title = make("h2", "trace-title");
    const status = make("p", "trace-status");
    const state = make("b");
    const overdue = make("span", "trace-overdue");
    const key = make("span", "trace-key");
    status.append(state, overdue, key);
    const why = make("p", "trace-why");
    const facts = make("div", "rows trace-facts");
    const steps = make("div", "rows trace-steps");
    const empty = make("p", "empty");
    box.replaceChildren(make("div", "trace-top", title, status, why, empty), facts, steps);
    const told = list(facts, {
      key: (item) => item.label,
      make: () => {
        const label = make("span", "fact-label");
        const value = make("span", "fact-value");
        return { root: make("div", "row fact", label, value), label, value, fit: () => fit(value) };
      },
      write: (row, item) => {
        put(row.label, item.label);
        if (put(row.value, item.value)) fit(row.value);
      },
    });
    const way = list(steps, {
      key: (item) => `${item.kind} ${item.time}`,
      make: () => {
        const time = make("span", "step-time");
        const name = make("b", "step-name");
        const actor = make("span", "step-actor");
        const note = make("span", "step-note");
        const late = make("span", "step-late");
        const line = make("p", "step-line", name, actor, late);
        return { root: make("div", "row step", time, make("span", "step-mark"), line, note), time, name, actor, note, late };
      },
      write: (row, item) => {
        put(row.time, item.time);
        put(row.name, item.name);
        put(row.actor, item.actor);
        put(row.note, item.note);
        put(row.late, item.late);
      },
    });
    return {
      show: (data) => {
        put(empty, data.missing);
        put(title, data.missing ? "" : data.title);
        put(state, data.status);
        put(overdue, data.overdue);
        put(key, data.key);
        put(why, data.why);
        told.show(data.facts);
        way.show(data.steps);
      },
      turn: (mono) => {
        told.turn(mono);
        way.turn(mono);
      },
    };
  };

  const span = (seconds) => {
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    return `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  };

  const emergency = (box) => {
    const title = make("h2", "alarm-title");
    const reason = make("p", "alarm-reason");
    const by = make("p", "alarm-by");
    const since = make("p", "alarm-since");
    const clock = make("b", "alarm-clock");
    const clockLabel = make("span", "alarm-label");
    since.append(clock, clockLabel);
    const counts = make("div", "alarm-counts");
    const units = make("div", "rows unit-rows");
    const unitsMore = make("p", "panel-foot");
    const tasks = make("div", "rows hot-rows");
    const empty = make("p", "empty");
    const words = JSON.parse(document.getElementById("wall").dataset.words);
    const section = (name, heading, ...inside) => {
      const label = make("h2", "panel-title");
      put(label, heading);
      const top = make("div", "panel-top", label);
      return { root: make("div", name, top, ...inside), top };
    };
    const commands = make("div", "rows command-rows");
    const commandsMore = make("p", "panel-foot");
    const work = section("alarm-tasks", words.tasks, empty, tasks);
    const crew = section("alarm-units", words.units, units, unitsMore);
    const told = section("alarm-commands", words.commands, commands, commandsMore);
    box.replaceChildren(make("div", "alarm-top", make("div", "alarm-what", title, reason, by), since, counts), work.root, make("div", "alarm-crew", crew.root, told.root));
    const made = new Map();
    const held = list(tasks, { key: (item) => String(item.id), make: hotRow, write: hotWrite });
    const crews = list(units, {
      key: (item) => item.name,
      make: () => {
        const name = make("span", "row-name");
        const open = make("span", "row-value");
        const closed = make("span", "row-n");
        return { root: make("div", "row unit", name, closed, open), name, open, closed, fit: () => fit(name) };
      },
      write: (row, item, same) => {
        if (put(row.name, item.name)) fit(row.name);
        figure(row.open, item.open, same);
        put(row.closed, item.closed);
      },
    });
    const orders = list(commands, {
      key: (item) => String(item.id),
      make: () => {
        const title = make("span", "row-name");
        const done = make("span", "row-value");
        const due = make("span", "row-n");
        return { root: make("div", "row command", title, due, done), title, done, due, fit: () => fit(title) };
      },
      write: (row, item, same) => {
        if (put(row.title, item.title)) fit(row.title);
        figure(row.done, item.done, same);
        put(row.due, item.due);
        attribute(row.root, "data-level", item.level);
      },
    });
    const columned = (top, place, says) => {
      const columns = make("p", "unit-columns");
      put(columns, says);
      top.append(place, columns);
    };
    work.top.append(held.place);
    columned(crew.top, crews.place, words.unit_columns);
    columned(told.top, orders.place, words.command_columns);
    const count = (key) => {
      if (!made.has(key)) {
        const number = make("b", "count-number");
        const label = make("span", "count-label");
        counts.append(make("p", "count", number, label));
        made.set(key, { number, label });
      }
      return made.get(key);
    };
    let started = null;
    return {
      show: (data) => {
        started = data.started;
        put(title, data.title);
        put(reason, data.reason);
        put(by, [data.started_text, data.by].filter(Boolean).join(" \u00b7 "));
        put(clockLabel, words.since);
        data.counts.forEach((item) => {
          const one = count(item.key);
          put(one.label, item.label);
          figure(one.number, item.count, true);
        });
        const rate = count("completion");
        put(rate.label, [words.completion, data.completion_n].filter(Boolean).join(" "));
        figure(rate.number, data.completion, true);
        counts.style.setProperty("--many", String(data.counts.length + 1));
        counts.style.setProperty("--digits", String(Math.max(4, ...data.counts.map((item) => item.count.length))));
        put(empty, data.tasks.length ? "" : data.empty);
        held.show(data.tasks);
        crews.show(data.units);
        put(unitsMore, data.units_more);
        attribute(told.root, "hidden", data.commands.length ? null : "");
        orders.show(data.commands);
        put(commandsMore, data.commands_more);
      },
      /* The time since the start runs on the server's clock. */
      clock: (at) => put(clock, at === null || started === null ? "--:--:--" : span(Math.max(0, Math.floor((at - started) / 1000)))),
      turn: (mono) => {
        held.turn(mono);
        crews.turn(mono);
        orders.turn(mono);
      },
    };
  };

  Object.assign(window.yiping.panels, { league, trace, emergency });
})();
