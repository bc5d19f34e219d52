/* What the page does by itself: following links without a reload, drilling on the map, and asking for newer data. */
(function () {
  "use strict";

  const POLL = 2000;
  const SLOWEST = 15000;
  const PATIENCE = 10000;

  const root = () => document.querySelector("[data-version-store]");
  const scale = () => (window.innerWidth >= 3000 ? 2 : window.innerWidth >= 2400 ? 1.5 : 1);

  const go = (address) => {
    window.history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  };
  window.yiping = Object.assign(window.yiping || {}, { go });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    overview: {
      /* A second click on the same polygon fires only because clickData is put back to nothing. */
      drill: (click, search) => {
        const keep = window.dash_clientside.no_update;
        if (!click) return [keep, keep];
        const code = click.points && click.points[0] && click.points[0].location;
        if (!code) return [keep, null];
        document.querySelectorAll(".map .hoverlayer").forEach((layer) => layer.replaceChildren());
        const query = new URLSearchParams(search || "");
        query.set("scope", code);
        ["event", "page", "warning"].forEach((name) => query.delete(name));
        return ["?" + query.toString(), null];
      },
      scale: () => scale(),
    },
  });

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    let link = event.target.closest('a[href^="?"], a.go, .crumbs a');
    const row = event.target.closest(".event-row");
    if (!link && row && !String(window.getSelection())) link = row.querySelector('a[href^="?"], a.go');
    if (!link) return;
    event.preventDefault();
    if (link.classList.contains("picker-item")) link.blur();
    link.closest("details.menu")?.removeAttribute("open");
    go(link.getAttribute("href"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const drawer = document.querySelector(".drawer:not([hidden])");
    const menu = document.querySelector("details.menu[open]");
    if (document.activeElement && document.activeElement.closest(".picker")) document.activeElement.blur();
    else if (menu) menu.removeAttribute("open");
    else if (drawer) drawer.querySelector(".drawer-close").click();
    else if (document.querySelector(".map-page")) document.querySelector(".map-page .crumbs li:nth-last-child(2) a")?.click();
  });

  /* A menu closes when something else is clicked. */
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    });
  });

  /* The trace takes the focus when it opens and gives it back when it closes. */
  let left = null;
  new MutationObserver((changes) => {
    for (const change of changes) {
      const drawer = change.target;
      if (!drawer.classList.contains("drawer")) continue;
      if (!drawer.hidden) {
        left = document.activeElement;
        drawer.focus();
      } else if (left && left.isConnected) {
        left.focus({ preventScroll: true });
      }
    }
  }).observe(document.documentElement, { subtree: true, attributeFilter: ["hidden"] });

  let scaled = scale();
  window.addEventListener("resize", () => {
    if (scale() === scaled || !root()) return;
    scaled = scale();
    window.dash_clientside.set_props(root().dataset.scaleStore, { data: scaled });
  });

  /* Text is measured when a figure is drawn; a face that arrives later needs it measured again. */
  if (document.fonts) {
    document.fonts.addEventListener("loadingdone", () => {
      document.querySelectorAll(".js-plotly-plot").forEach((plot) => window.Plotly && window.Plotly.Plots.resize(plot));
    });
  }

  const busy = () => document.querySelector("[data-dash-is-loading]") !== null;
  const tell = (lost) => {
    let note = document.querySelector(".lost");
    if (!lost) return note && note.remove();
    if (note) return undefined;
    note = document.createElement("div");
    note.className = "lost";
    note.setAttribute("role", "status");
    note.textContent = root().dataset.lost;
    return document.body.appendChild(note);
  };

  let known = null;
  let wait = POLL;
  let timer = null;
  let asking = false;

  /* One question at a time: the next is asked only after the last was answered and the panels have been drawn. */
  const poll = async () => {
    if (asking) return;
    if (document.hidden || !root() || busy()) return later();
    asking = true;
    const limit = new AbortController();
    const over = setTimeout(() => limit.abort(), PATIENCE);
    try {
      const answer = await fetch(root().dataset.versionAddress, { cache: "no-store", signal: limit.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const version = (await answer.json()).version;
      // After a break the panels are fetched again in any case: one of them may have asked in vain.
      if (wait > POLL || version !== (known || root().dataset.version)) {
        window.dash_clientside.set_props(root().dataset.versionStore, { data: version });
      }
      known = version;
      wait = POLL;
      tell(false);
    } catch (error) {
      wait = Math.min(wait * 2, SLOWEST);
      tell(true);
    } finally {
      clearTimeout(over);
      asking = false;
      later();
    }
    return undefined;
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(poll, wait);
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) poll();
  });
  later();
})();
