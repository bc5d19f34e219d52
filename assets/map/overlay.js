/* What is written and outlined over the map, on a canvas of its own: names without a font server, none over another. */
(function () {
  "use strict";

  const cell = 64;

  /* Boxes that are taken, found again by the squares of the screen that they touch. */
  const taken = () => {
    const squares = new Map();
    const over = (box, act) => {
      for (let x = Math.floor(box[0] / cell); x <= Math.floor(box[2] / cell); x++)
        for (let y = Math.floor(box[1] / cell); y <= Math.floor(box[3] / cell); y++) if (act(`${x},${y}`)) return true;
      return false;
    };
    const meets = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    return {
      free: (box) => !over(box, (key) => (squares.get(key) || []).some((other) => meets(box, other))),
      take: (box) => {
        over(box, (key) => {
          if (!squares.has(key)) squares.set(key, []);
          squares.get(key).push(box);
          return false;
        });
      },
    };
  };

  const create = (map, box) => {
    const canvas = document.createElement("canvas");
    canvas.className = "map-overlay";
    canvas.setAttribute("aria-hidden", "true");
    box.appendChild(canvas);
    const pen = canvas.getContext("2d");
    const widths = new Map();
    /* `groups` are sets of names, the most important first; `rings` are outlines of grids. */
    const shown = { groups: [], rings: [], counts: [], colors: null, unit: 1 };

    const resize = () => {
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.round(box.clientWidth * ratio);
      canvas.height = Math.round(box.clientHeight * ratio);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      shown.unit = parseFloat(window.getComputedStyle(document.documentElement).fontSize) / 16;
    };

    const width = (name, font) => {
      const key = font + name;
      if (!widths.has(key)) {
        pen.font = font;
        if (widths.size > 60000) widths.clear();
        widths.set(key, pen.measureText(name).width);
      }
      return widths.get(key);
    };

    const outline = (ring) => {
      pen.beginPath();
      for (const polygon of ring.outline)
        for (const line of polygon) {
          line.forEach((place, number) => {
            const at = map.project(place);
            if (number) pen.lineTo(at.x, at.y);
            else pen.moveTo(at.x, at.y);
          });
          pen.closePath();
        }
      pen.lineJoin = "round";
      if (ring.halo) {
        pen.strokeStyle = shown.colors.halo;
        pen.lineWidth = (ring.width + 2.5) * shown.unit;
        pen.stroke();
      }
      pen.strokeStyle = ring.color;
      pen.lineWidth = ring.width * shown.unit;
      pen.stroke();
    };

    const label = (name, x, y, font, space) => {
      pen.font = font;
      if ("letterSpacing" in pen) pen.letterSpacing = `${space}px`;
      pen.strokeStyle = shown.colors.halo;
      pen.lineWidth = 3 * shown.unit;
      pen.strokeText(name, x, y);
      pen.fillText(name, x, y);
      if ("letterSpacing" in pen) pen.letterSpacing = "0px";
    };

    /* Drawn again only when the view has moved or something else is to be shown: a change of colours is not. */
    let drawn = "";
    const draw = (anew) => {
      const wide = box.clientWidth;
      const high = box.clientHeight;
      const { lng, lat: north } = map.getCenter();
      const here = `${lng} ${north} ${map.getZoom()} ${wide} ${high}`;
      if (anew !== true && here === drawn) return;
      drawn = here;
      pen.clearRect(0, 0, wide, high);
      if (!shown.colors) return;
      shown.rings.forEach(outline);
      const family = window.getComputedStyle(box).fontFamily;
      const zoomed = (512 * 2 ** map.getZoom()) / 360;
      const bounds = map.getBounds();
      const used = taken();
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      let written = 0;
      for (const group of shown.groups) {
        const size = group.size * shown.unit;
        const font = `${group.weight || 400} ${size}px ${family}`;
        const space = (group.space || 0) * shown.unit;
        pen.fillStyle = group.color || shown.colors.ink;
        for (const place of group.order) {
          const lon = group.lon[place];
          const lat = group.lat[place];
          const room = group.room[place] * zoomed;
          if (room * group.loose < size * 0.55) {
            if (group.sorted) break;
            continue;
          }
          if (lon < bounds.getWest() || lon > bounds.getEast() || lat < bounds.getSouth() || lat > bounds.getNorth()) continue;
          const name = group.names[place];
          const half = width(name, font) / 2 + (space * name.length) / 2;
          if (half > room * group.loose * 1.35) continue;
          const at = map.project([lon, lat]);
          const frame = [at.x - half - 3, at.y - size * 0.65, at.x + half + 3, at.y + size * 0.65];
          if (!used.free(frame)) continue;
          used.take(frame);
          label(name, at.x, at.y, font, space);
          if (++written > 420) break;
        }
      }
      pen.fillStyle = "#ffffff";
      pen.font = `600 ${11.5 * shown.unit}px ${family}`;
      for (const one of shown.counts) {
        const at = map.project(one.at);
        pen.fillText(one.text, at.x, at.y + 0.5);
      }
    };

    resize();
    map.on("resize", () => {
      resize();
      drawn = "";
    });
    map.on("render", () => draw(false));
    return {
      show: (what) => {
        Object.assign(shown, what);
        draw(true);
      },
    };
  };

  window.yiping = Object.assign(window.yiping || {}, { overlay: { create } });
})();
