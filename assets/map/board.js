/* What stands beside the drawing: the legend, the card of a grid, and the table of the same figures. */
(function () {
  "use strict";

  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

  /* The same digits as the server writes: exactly half is rounded to the even digit. */
  const percent = (value, decimals) => {
    const scaled = value * 100;
    if (decimals === 1 && Number.isInteger(scaled * 4) && (scaled * 4) % 2) {
      const tenths = Math.floor(scaled * 10);
      return `${((tenths % 2 ? tenths + 1 : tenths) / 10).toFixed(1)}%`;
    }
    return `${scaled.toFixed(decimals)}%`;
  };

  /* One grid's figure as it is shown: value, n, and whether there is one at all. */
  const told = (indicator, words, numerator, denominator, blank) => {
    if (indicator.kind === "count")
      return { value: blank ? words.none : grouped(numerator), n: "", known: !blank };
    if (!denominator || blank) return { value: words.none, n: "", known: false };
    return {
      value: percent(numerator / denominator, indicator.decimals),
      n: `${grouped(numerator)} / ${grouped(denominator)}`,
      known: true,
    };
  };

  const legend = (box, words) => {
    const root = make("div", "map-legend");
    root.setAttribute("role", "group");
    box.appendChild(root);
    const swatch = (color, text, extra, hatched) => {
      const row = make("div", "legend-row");
      const mark = make("span", hatched ? "legend-mark is-hatched" : "legend-mark");
      mark.style.setProperty("--mark", color);
      row.append(mark, make("span", "legend-text", text));
      if (extra !== "") row.append(make("span", "legend-count", extra));
      return row;
    };
    return {
      show: (indicator, level, header, colors, extras) => {
        const rows = [make("p", "legend-title", indicator.label), make("p", "legend-level", level)];
        const palette = header.kind === "diverging" ? colors.diverging : colors.sequence;
        const count = header.colors.length;
        const scale = make("div", "legend-scale");
        for (let place = count - 1; place >= 0; place--) {
          const row = swatch(palette[header.colors[place]], header.labels[place], grouped(header.sizes[place]), false);
          if (place === header.aim) row.classList.add("is-target");
          scale.append(row);
        }
        rows.push(scale);
        if (header.few) rows.push(swatch(colors.few, words.few, grouped(header.few), true));
        if (header.none) rows.push(swatch(colors.none, words.no_data, grouped(header.none), true));
        extras.forEach((one) => {
          const row = make("div", "legend-row legend-layer");
          const mark = make("span", `legend-dot is-${one.shape}`);
          mark.style.setProperty("--mark", one.color);
          row.append(mark, make("span", "legend-text", one.text));
          rows.push(row);
        });
        if (header.how) rows.push(make("p", "legend-how", header.how));
        root.style.setProperty("--hatch", colors.hatch);
        root.replaceChildren(...rows);
      },
      hide: () => root.replaceChildren(),
      root,
    };
  };

  const card = (box) => {
    const root = make("div", "map-card");
    root.hidden = true;
    box.appendChild(root);
    const aloud = make("div", "unseen");
    aloud.setAttribute("aria-live", "polite");
    box.appendChild(aloud);
    return {
      show: (grid, at) => {
        const rows = [make("p", "card-path", grid.path), make("p", "card-name", grid.name)];
        if (grid.value !== undefined) {
          const line = make("p", "card-line");
          line.append(make("span", "card-figure", grid.value), make("span", "card-of", grid.n));
          rows.push(line);
        }
        if (grid.rank) rows.push(make("p", "card-rank", grid.rank));
        if (grid.note) rows.push(make("p", "card-note", grid.note));
        if (grid.open) rows.push(make("p", "card-open", grid.open));
        root.replaceChildren(...rows);
        root.hidden = false;
        const wide = box.clientWidth;
        const high = box.clientHeight;
        const left = at.x + 18 + root.offsetWidth > wide ? at.x - 18 - root.offsetWidth : at.x + 18;
        const top = Math.min(Math.max(at.y - root.offsetHeight / 2, 8), high - root.offsetHeight - 8);
        root.style.transform = `translate(${Math.round(Math.max(left, 8))}px, ${Math.round(top)}px)`;
      },
      say: (grid) => {
        aloud.textContent = [grid.path, grid.name, grid.value, grid.n, grid.rank].filter(Boolean).join(" ");
      },
      hide: () => {
        root.hidden = true;
      },
    };
  };

  const PAGE = 200;

  /* Rows are sorted places; a click or Enter on a row opens its grid. */
  const table = (box, words, open, closed) => {
    const root = make("section", "map-table");
    root.hidden = true;
    root.setAttribute("role", "dialog");
    box.appendChild(root);
    let given = null;
    let by = "rank";
    let down = false;
    let most = PAGE;

    const columns = () => [
      { key: "rank", label: words.table_rank, number: true },
      { key: "name", label: words.table_grid },
      { key: "code", label: words.table_code },
      { key: "value", label: given.indicator.label, number: true },
      ...(given.indicator.kind === "rate"
        ? [
            { key: "numerator", label: words.numerator, number: true },
            { key: "denominator", label: words.denominator, number: true },
          ]
        : []),
    ];
    const ordered = () => {
      const value = {
        rank: (row) => row.rank || Infinity,
        name: (row) => row.name,
        code: (row) => row.code,
        value: (row) => row.number,
        numerator: (row) => row.numerator,
        denominator: (row) => row.denominator,
      }[by];
      const sign = down ? -1 : 1;
      return [...given.rows].sort((a, b) => {
        const x = value(a);
        const y = value(b);
        if (typeof x === "string") return sign * x.localeCompare(y, "zh-CN");
        if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
        return x === y ? a.place - b.place : sign * (x - y);
      });
    };
    const head = () => {
      const row = make("tr");
      columns().forEach((column) => {
        const cell = make("th", column.number ? "num" : "");
        cell.scope = "col";
        const button = make("button", "sort", column.label);
        button.type = "button";
        if (column.key === by) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        button.addEventListener("click", () => {
          down = by === column.key ? !down : column.key !== "rank" && !!column.number;
          by = column.key;
          draw();
          root.querySelector("th[aria-sort] .sort").focus();
        });
        cell.append(button);
        row.append(cell);
      });
      const all = make("thead");
      all.append(row);
      return all;
    };
    const draw = () => {
      const body = make("tbody");
      const rows = ordered();
      rows.slice(0, most).forEach((row) => {
        const line = make("tr", "grid-row");
        line.tabIndex = 0;
        line.dataset.code = row.code;
        columns().forEach((column) => {
          const shown = {
            rank: row.rank || "—",
            name: row.name,
            code: row.code,
            value: row.value,
            numerator: grouped(row.numerator),
            denominator: grouped(row.denominator),
          }[column.key];
          line.append(make("td", column.number ? "num" : "", shown));
        });
        body.append(line);
      });
      const sheet = make("table", "table");
      sheet.append(head(), body);
      const close = make("button", "button table-close", words.table_close);
      close.type = "button";
      close.addEventListener("click", hide);
      const bar = make("div", "table-bar");
      bar.append(make("h2", "", given.title), close);
      const scroll = make("div", "scroll");
      scroll.append(sheet);
      if (rows.length > most) {
        const more = make("button", "button more", fill(words.table_more, { n: grouped(Math.min(PAGE, rows.length - most)) }));
        more.type = "button";
        more.addEventListener("click", () => {
          most += PAGE;
          draw();
        });
        scroll.append(more);
      }
      const kept = root.querySelector(".scroll");
      const top = kept ? kept.scrollTop : 0;
      root.replaceChildren(bar, scroll);
      scroll.scrollTop = top;
    };
    const hide = () => {
      root.hidden = true;
      closed();
    };
    root.addEventListener("click", (event) => {
      const row = event.target.closest(".grid-row");
      if (row) open(row.dataset.code);
    });
    root.addEventListener("keydown", (event) => {
      const row = event.target.closest(".grid-row");
      if (event.key === "Enter" && row) open(row.dataset.code);
      else if (event.key === "Escape") hide();
      else if (row && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        const other = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
        if (other) other.focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return {
      show: (rows, fresh) => {
        given = rows;
        if (fresh) most = PAGE;
        root.setAttribute("aria-label", rows.title);
        const first = root.hidden;
        root.hidden = false;
        const inside = root.contains(document.activeElement);
        const code = inside ? document.activeElement.dataset.code : undefined;
        draw();
        if (!first && !inside) return;
        const same = code && root.querySelector(`[data-code="${CSS.escape(code)}"]`);
        (same || root.querySelector(".grid-row, .sort")).focus();
      },
      hide,
      get open() {
        return !root.hidden;
      },
    };
  };

  window.yiping = Object.assign(window.yiping || {}, { board: { make, fill, grouped, told, legend, card, table } });
})();
