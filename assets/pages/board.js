/* The ranking: a table of many grids and a small curve for each of them, made from what the server has put into words.
   Dash would need a component for each cell; a few thousand of those are slow where plain elements are not. */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const TEXT = 0, N = 1, CHANGE = 2, VERDICT = 3, RANK = 4, MET = 5, VALUE = 6, WORSENED = 7;
  const DEFAULT = "handling_timeliness";

  const make = (name, className, text) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const link = (text, href, className, reachable) => {
    const node = make("a", className, text);
    node.href = href;
    if (!reachable) node.tabIndex = -1;
    return node;
  };
  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const query = (search, changes) => {
    const found = new URLSearchParams(search || "");
    found.delete("event");
    Object.entries(changes).forEach(([name, value]) => (value ? found.set(name, value) : found.delete(name)));
    const text = found.toString();
    return text ? "?" + text : "";
  };
  const indicatorOf = (key) => (key === DEFAULT ? "" : key);
  const gridPage = (search, code, key) =>
    "/grid/" + encodeURIComponent(code) + query(search, { scope: "", order: "", level: "", indicator: indicatorOf(key) });
  const eventList = (search, code, behind) =>
    "/events" + query(search, { scope: code, order: "", level: "", indicator: "", list: "", ...Object.fromEntries(new URLSearchParams(behind)) });

  /* Those without a rank stay last whichever way round. */
  const sorted = (rows, place, order) => {
    if (order === "name" || place < 0) return rows;
    const cell = (row) => row[3][place];
    const by = {
      best: (a, b) => cell(a)[RANK] - cell(b)[RANK],
      worst: (a, b) => cell(b)[RANK] - cell(a)[RANK],
      change: (a, b) => cell(b)[WORSENED] - cell(a)[WORSENED],
    }[order];
    const judged = rows.filter((row) => cell(row)[RANK] > 0);
    return [...judged.sort(by), ...rows.filter((row) => cell(row)[RANK] === 0)];
  };

  const head = (column, chosen, order, search, words) => {
    const cell = make("th", chosen ? "num is-sorted" : "num");
    cell.scope = "col";
    cell.title = column.formula;
    const next = chosen && order === "best" ? "worst" : "";
    const button = link(column.label, query(search, { indicator: indicatorOf(column.key), order: next }) || "?", "sort", true);
    button.setAttribute("aria-label", fill(words.sort, { label: column.label }));
    cell.append(button);
    if (column.target) cell.append(make("span", "head-target", column.target));
    if (chosen) cell.setAttribute("aria-sort", order === "worst" ? "descending" : order === "best" ? "ascending" : "other");
    return cell;
  };

  const figure = (row, column, given, chosen, search, words) => {
    const cell = make("td", "num cell" + (chosen ? " is-sorted" : "") + (given[MET] < 0 ? " is-missed" : ""));
    cell.append(link(given[TEXT], gridPage(search, row[0], column.key), "go cell-value", chosen));
    const listed = given[N] && typeof column.behind === "string";
    if (listed) cell.append(link(given[N], eventList(search, row[0], column.behind), "go cell-n", chosen));
    else if (given[N]) cell.append(make("span", "cell-n", given[N]));
    const tail = make("span", "cell-tail");
    if (given[CHANGE]) tail.append(make("span", "is-" + given[VERDICT], given[CHANGE]));
    tail.append(make("span", "cell-rank", given[RANK] ? fill(words.rank, { rank: given[RANK] }) : words.unranked));
    cell.append(tail);
    return cell;
  };

  const table = (box, data, search, key, order) => {
    const words = JSON.parse(box.dataset.words);
    if (!data.rows.length) return box.replaceChildren(make("p", "quiet", words.nothing));
    const at = data.columns.findIndex((column) => column.key === key);
    const places = [at, ...data.columns.keys()].filter((place, index) => place >= 0 && (index === 0 || place !== at));
    const top = make("tr");
    [["num board-place", words.place], ["board-name", words.grid]].forEach(([name, text]) => {
      const cell = make("th", name, text);
      cell.scope = "col";
      top.append(cell);
    });
    places.forEach((place) => top.append(head(data.columns[place], place === at, order, search, words)));
    const body = make("tbody");
    sorted(data.rows, at, order).forEach((row) => {
      const line = make("tr");
      const rank = at < 0 ? 0 : row[3][at][RANK];
      line.append(make("td", "num board-place", rank || "—"));
      const name = make("th", "board-name");
      name.scope = "row";
      name.append(link(row[1], gridPage(search, row[0], key), "go", true));
      if (row[2]) name.append(make("span", "board-above", row[2]));
      line.append(name);
      places.forEach((place) => line.append(figure(row, data.columns[place], row[3][place], place === at, search, words)));
      body.append(line);
    });
    const made = make("table", "table board-table");
    const caption = make("caption", "unseen", box.getAttribute("aria-label"));
    const heads = make("thead");
    heads.append(top);
    made.append(caption, heads, body);
    const left = box.scrollLeft;
    box.replaceChildren(made);
    box.scrollLeft = left;
    return undefined;
  };

  /* One curve: broken where there is no data, on a scale that all share. */
  const curve = (values, low, high, label) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 100 30");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("class", "curve");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    const across = (index) => (values.length > 1 ? (100 * index) / (values.length - 1) : 50).toFixed(2);
    const up = (value) => (28.5 - (27 * (value - low)) / (high - low)).toFixed(2);
    let path = "";
    values.forEach((value, index) => {
      if (value === null) return;
      const lone = (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
      path += ((values[index - 1] ?? null) === null ? "M" : "L") + across(index) + " " + up(value);
      if (lone) path += "h0.01";
    });
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    line.setAttribute("vector-effect", "non-scaling-stroke");
    svg.append(line);
    return svg;
  };

  const asTable = (data, words) => {
    const made = make("table", "table");
    const heads = make("thead");
    const top = make("tr");
    [words.grid, ...data.labels].forEach((text, place) => {
      const cell = make("th", place ? "num" : "board-name", text);
      cell.scope = "col";
      top.append(cell);
    });
    heads.append(top);
    const body = make("tbody");
    data.rows.forEach(([, name, , told]) => {
      const line = make("tr");
      const first = make("th", "board-name", name);
      first.scope = "row";
      line.append(first, ...told.map((text) => make("td", "num", text)));
      body.append(line);
    });
    made.append(heads, body);
    const scroll = make("div", "chart-table-scroll");
    scroll.tabIndex = 0;
    scroll.append(made);
    return scroll;
  };

  /* `leads` gives the address behind a curve; `current` is the row in view. */
  const small = (box, data, rows, leads, current) => {
    const words = JSON.parse(box.dataset.words);
    if (!data) return box.replaceChildren();
    const list = make("div", "multiples");
    rows.forEach((row) => {
      const [code, name, values, told, low = data.low, high = data.high] = row;
      const last = told.length ? told[told.length - 1] : "—";
      const one = link(undefined, leads(code), "go multiple" + (code === current ? " is-current" : ""), true);
      if (code === current) one.setAttribute("aria-current", "true");
      one.append(make("span", "multiple-name", name), make("span", "multiple-last", last.split(" (")[0]));
      one.append(curve(values, low, high, name + " " + (data.labels[data.labels.length - 1] || "") + " " + last));
      list.append(one);
    });
    const details = make("details", "chart-table");
    details.append(make("summary", "", words.table));
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(asTable({ ...data, rows }, words));
    });
    box.replaceChildren(list, details);
    return undefined;
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    board: {
      draw: (data, courses, search) => {
        const box = document.querySelector(".board");
        const below = document.querySelector(".rank-page .small-multiples");
        if (!box || !below || !data) return window.dash_clientside.no_update;
        const asked = new URLSearchParams(search || "");
        const known = data.columns.some((column) => column.key === asked.get("indicator"));
        const key = known ? asked.get("indicator") : DEFAULT;
        const order = ["worst", "change", "name"].find((one) => one === asked.get("order")) || "best";
        table(box, data, search, key, order);
        const at = data.columns.findIndex((column) => column.key === key);
        const rank = new Map(sorted(data.rows, at, order).map((row, place) => [row[0], place]));
        const rows = courses ? [...courses.rows].sort((a, b) => (rank.get(a[0]) ?? 0) - (rank.get(b[0]) ?? 0)) : [];
        small(below, courses, rows, (code) => gridPage(search, code, key));
        return window.dash_clientside.no_update;
      },
      /* The indicators of one grid: each leads to the same page with that one chosen. */
      courses: (data, search) => {
        const box = document.querySelector(".grid-page .small-multiples");
        if (!box || !data) return window.dash_clientside.no_update;
        const current = new URLSearchParams(search || "").get("indicator") || DEFAULT;
        small(box, data, data.rows, (key) => query(search, { indicator: indicatorOf(key) }) || "?", current);
        return window.dash_clientside.no_update;
      },
    },
  });

  /* Dates that are chosen in a form go into the address, beside the rest of the view. */
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-view-form]");
    if (!form) return;
    event.preventDefault();
    const found = new URLSearchParams(window.location.search);
    new FormData(form).forEach((value, name) => (value ? found.set(name, value) : found.delete(name)));
    found.delete("event");
    (form.dataset.drops || "").split(" ").filter(Boolean).forEach((name) => found.delete(name));
    form.closest("details.menu")?.removeAttribute("open");
    window.yiping.go("?" + found.toString());
  });
})();
