/* The map of the scores: a click opens a grid's arithmetic, on a phone the map is folded, and what opens comes into view. */
(() => {
  "use strict";
  const NARROW = 760;
  let open;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    assess: {
      /* A second click on the same polygon fires only because clickData is put back to nothing. */
      drill: (click, search) => {
        const keep = window.dash_clientside.no_update;
        if (!click) return [keep, keep];
        const code = click.points && click.points[0] && click.points[0].location;
        if (!code) return [keep, null];
        document.querySelectorAll(".assess-map .hoverlayer").forEach((layer) => layer.replaceChildren());
        const query = new URLSearchParams(search || "");
        query.set("grid", code);
        return ["?" + query.toString(), null];
      },
      folded: () => window.innerWidth > NARROW,
      opened: (children, search) => {
        const grid = new URLSearchParams(search || "").get("grid");
        const other = open !== undefined && grid && grid !== open;
        open = grid;
        const sheet = document.getElementById("assess-sheet");
        if (!other || !sheet) return window.dash_clientside.no_update;
        requestAnimationFrame(() => {
          const box = sheet.getBoundingClientRect();
          if (box.top < 0 || box.top > 0.7 * window.innerHeight) sheet.scrollIntoView({ block: "start" });
        });
        return window.dash_clientside.no_update;
      },
    },
  });
})();
