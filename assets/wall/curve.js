/* The curve of a day as SVG in true pixels: today strong, yesterday and the same weekday beside it, told apart by their
   strokes as well as by their colours. Its elements are made once; then only their numbers change. */
(function () {
  "use strict";

  const SPACE = "http://www.w3.org/2000/svg";
  const ORDER = ["week", "yesterday", "today"];

  const svg = (tag, name) => {
    const node = document.createElementNS(SPACE, tag);
    if (name) node.setAttribute("class", name);
    return node;
  };
  const place = (node, values) => Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));

  /* A round number of steps whose top is not below `most`. */
  const ticks = (most) => {
    if (most <= 0) return [0, 1];
    const rough = most / 3;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = Math.max(1, [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough));
    const made = [0];
    while (made[made.length - 1] < most) made.push(made[made.length - 1] + step);
    return made;
  };

  const whole = (number) => Math.round(number).toLocaleString("en-US");

  /* A path through the known values; a gap where there is none. A single value is a dot of no length. */
  const path = (values, x, y) => {
    let open = false;
    return values
      .map((value, hour) => {
        if (value === null) {
          open = false;
          return "";
        }
        const point = `${open ? "L" : "M"}${x(hour).toFixed(1)} ${y(value).toFixed(1)}`;
        const alone = !open && (values[hour + 1] ?? null) === null;
        open = true;
        return alone ? `${point}h0.1` : point;
      })
      .join("");
  };

  const over = (values, now) => values.map((value, hour) => (hour === now ? null : value));
  const shown = (node, on) => node.setAttribute("visibility", on ? "visible" : "hidden");

  const create = (box) => {
    const root = svg("svg", "curve");
    root.setAttribute("aria-hidden", "true");
    box.append(root);
    const grid = svg("g", "curve-grid");
    const paths = Object.fromEntries(ORDER.map((key) => [key, svg("path", `curve-line is-${key}`)]));
    const running = svg("line", "curve-running");
    const spot = svg("circle", "curve-now");
    root.append(grid, running, ...ORDER.map((key) => paths[key]), spot);
    let held = null;
    let drawn = "";

    const line = (at) => {
      while (grid.children.length <= at) grid.append(svg(at % 2 ? "text" : "line"));
      return grid.children[at];
    };

    const draw = () => {
      if (!held) return;
      const wide = box.clientWidth;
      const high = box.clientHeight;
      if (wide < 20 || high < 20) return;
      const unit = parseFloat(window.getComputedStyle(document.documentElement).fontSize);
      const steps = ticks(held.most);
      const top = steps[steps.length - 1];
      const text = 0.9 * unit;
      const left = whole(top).length * text * 0.62 + 0.5 * unit;
      const foot = text * 1.5;
      const hours = held.labels.length;
      const x = (hour) => left + ((wide - left - 0.6 * unit) * hour) / (hours - 1);
      const y = (value) => text * 0.6 + (high - foot - text * 0.6) * (1 - value / top);
      place(root, { width: wide, height: high, viewBox: `0 0 ${wide} ${high}` });
      const frame = `${wide} ${high} ${steps} ${held.labels}`;
      if (frame !== drawn) {
        drawn = frame;
        grid.replaceChildren();
        let at = 0;
        for (const step of steps) {
          place(line(at++), { x1: left, x2: wide, y1: y(step), y2: y(step) });
          const label = line(at++);
          place(label, { x: left - 0.4 * unit, y: y(step), "text-anchor": "end", "dominant-baseline": "central" });
          label.textContent = whole(step);
        }
        const every = (wide - left) / hours < text * 1.1 ? 6 : 3;
        held.labels.forEach((text_, hour) => {
          if (hour % every) return;
          place(line(at++), { x1: x(hour), x2: x(hour), y1: y(0), y2: y(0) + text * 0.3 });
          const label = line(at++);
          place(label, { x: x(hour), y: high - text * 0.15, "text-anchor": hour ? "middle" : "start" });
          label.textContent = text_;
        });
      }
      /* The hour that is not over stands as a bar of what it has so far: in the line it would be a fall that never was. */
      const now = held.now;
      for (const key of ORDER) {
        const found = held.lines.find((one) => one.key === key);
        const values = found ? (key === "today" ? over(found.values, now) : found.values) : [];
        const d = path(values, x, y);
        if (paths[key].getAttribute("d") !== d) paths[key].setAttribute("d", d);
      }
      const today = held.lines.find((one) => one.key === "today");
      const values = today ? over(today.values, now) : [];
      const last = values.reduce((kept, value, hour) => (value === null ? kept : hour), -1);
      shown(spot, last >= 0);
      if (last >= 0) place(spot, { cx: x(last), cy: y(values[last]), r: 0.28 * unit });
      const part = today && now !== null ? today.values[now] : null;
      shown(running, part !== null && part !== undefined);
      if (part) place(running, { x1: x(now), x2: x(now), y1: y(0), y2: y(part) });
    };
    new ResizeObserver(draw).observe(box);
    return {
      show: (curve) => {
        held = curve;
        draw();
      },
    };
  };

  window.yiping = Object.assign(window.yiping || {}, { curve: { create, ticks } });
})();
