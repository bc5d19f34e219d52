/* The wall's map without WebGL: the outlines of the level as SVG paths, in the same colours. */
(function () {
  "use strict";

  const SPACE = "http://www.w3.org/2000/svg";
  const MOST = 4000; /* so many outlines SVG carries easily; above it the level above is drawn */

  const svg = (tag, name) => {
    const node = document.createElementNS(SPACE, tag);
    if (name) node.setAttribute("class", name);
    return node;
  };

  const create = (box, { colors }) => {
    const root = svg("svg", "ground-plain");
    const fills = svg("g");
    const borders = svg("g");
    const dots = svg("g");
    const names = svg("g", "ground-names");
    root.append(fills, borders, dots, names);
    box.replaceChildren(root);
    let laid = "";
    let held = null;

    const projected = (bounds) => {
      const [west, south, east, north] = bounds;
      const flat = Math.cos((((south + north) / 2) * Math.PI) / 180);
      const wide = box.clientWidth;
      const high = box.clientHeight;
      const unit = parseFloat(window.getComputedStyle(document.documentElement).fontSize);
      const scale = Math.min((wide - 2 * unit) / ((east - west) * flat || 1), (high - 4 * unit) / (north - south || 1));
      const left = (wide - (east - west) * flat * scale) / 2;
      const top = (high - 2 * unit - (north - south) * scale) / 2;
      return (lon, lat) => [left + (lon - west) * flat * scale, top + (north - lat) * scale];
    };
    const path = (polygons, at) =>
      polygons.map((rings) => rings.map((ring) => `M${ring.map(([lon, lat]) => at(lon, lat).map((one) => one.toFixed(1)).join(" ")).join("L")}Z`).join("")).join("");

    const lay = ({ level, upper, header, focus }) => {
      const name = `${level.meta.key} ${header.first} ${header.count} ${box.clientWidth} ${box.clientHeight}`;
      if (name === laid) return;
      laid = name;
      root.setAttribute("viewBox", `0 0 ${box.clientWidth} ${box.clientHeight}`);
      const at = projected(focus.bounds);
      held = at;
      fills.replaceChildren();
      borders.replaceChildren();
      names.replaceChildren();
      for (let place = header.first; place < header.first + header.count; place++) {
        const area = svg("path", "ground-area");
        area.setAttribute("d", path(level.found.outlines[place], at));
        area.setAttribute("stroke", colors.line);
        fills.append(area);
      }
      const around = upper[upper.length - 1];
      if (around && around.meta.depth > focus.meta.depth) {
        const inside = new Set(Array.from({ length: header.count }, (_, one) => level.found.above[header.first + one]));
        for (const place of inside) {
          const line = svg("path", "ground-border");
          line.setAttribute("d", path(around.found.outlines[place], at));
          line.setAttribute("stroke", colors.border);
          borders.append(line);
        }
      }
      const [labels, places] =
        around && around.meta.depth > focus.meta.depth
          ? [around.found, [...new Set(Array.from({ length: header.count }, (_, one) => level.found.above[header.first + one]))]]
          : [level.found, Array.from({ length: header.count }, (_, one) => header.first + one)];
      if (places.length > 40) return;
      for (const place of places) {
        const text = svg("text");
        const [x, y] = at(labels.lon[place], labels.lat[place]);
        text.setAttribute("x", x.toFixed(1));
        text.setAttribute("y", y.toFixed(1));
        text.setAttribute("fill", colors.ink);
        text.setAttribute("stroke", colors.halo);
        text.textContent = labels.names[place];
        names.append(text);
      }
    };

    const show = async (wanted) => {
      const { header, classes, layers, mark } = wanted;
      lay(wanted);
      const palette = header.kind === "diverging" ? colors.diverging : colors.sequence;
      const special = { 253: colors.context, 254: colors.few, 255: colors.none };
      Array.from(fills.children).forEach((area, at) => {
        const found = classes[at];
        area.setAttribute("fill", found < header.colors.length ? palette[header.colors[found]] : special[found]);
      });
      const spots = layers.flatMap(({ kind, data }) => data.features.slice(-MOST).map((one) => [kind, one.geometry.coordinates]));
      if (mark) spots.push(["focus", [mark.lon, mark.lat]]);
      while (dots.children.length > spots.length) dots.lastChild.remove();
      while (dots.children.length < spots.length) dots.append(svg("circle", "ground-dot"));
      spots.forEach(([kind, place], at) => {
        const [x, y] = held(...place);
        const dot = dots.children[at];
        dot.setAttribute("cx", x.toFixed(1));
        dot.setAttribute("cy", y.toFixed(1));
        dot.setAttribute("fill", colors[kind]);
        dot.setAttribute("stroke", colors.halo);
      });
    };

    return {
      show,
      look: () => ({ surface: laid, painted: Array.from(fills.children, (area) => area.getAttribute("fill")), moving: false }),
      remove: () => root.remove(),
    };
  };

  window.yiping = Object.assign(window.yiping || {}, { plain: { create, MOST } });
})();
