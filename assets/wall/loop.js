/* What turns the state machine's effects into deeds: the one loop that asks, the clock, what the screen says of itself,
   the reload without leaving full screen, and the keys. */
(function () {
  "use strict";

  const { machine, panels: makers } = window.yiping;
  const { put, attribute, fill, unmarked } = window.yiping.show;

  const MEMORY = 30000;
  const RELOADS = "yiping-wall-reloads";
  const IDLE = 4000;

  const root = document.getElementById("wall");
  const words = JSON.parse(root.dataset.words);
  const over = new AbortController(); /* ends every listener of this document */
  const listen = (target, type, act) => target.addEventListener(type, act, { signal: over.signal });
  const now = () => window.performance.now();
  const node = (name) => root.querySelector(`[data-say="${name}"]`);

  /* When a reload was done last, by reason, in the milliseconds of this window's clock. */
  const reloaded = () => {
    try {
      const kept = JSON.parse(window.sessionStorage.getItem(RELOADS) || "{}");
      return Object.fromEntries(Object.entries(kept).map(([reason, at]) => [reason, now() - (Date.now() - at)]));
    } catch {
      return {};
    }
  };
  const remember = (reason) => {
    try {
      const kept = JSON.parse(window.sessionStorage.getItem(RELOADS) || "{}");
      window.sessionStorage.setItem(RELOADS, JSON.stringify({ ...kept, [reason]: Date.now() }));
    } catch {
      /* Without a memory over reloads the window's own has to do. */
    }
  };

  let state = machine.begin(root.dataset.build, Number(root.dataset.bound) || 0, reloaded());
  let head = null;
  let scene = null;
  let timer = null;
  let flight = null;
  const made = new Map();

  /* The city's time, by the offset that the server tells with every head. */
  const local = (at) => new Date(at + (head ? head.offset_minutes * 60000 : 0)).toISOString();
  const dayOf = (at) => (head && at !== null ? local(at).slice(0, 10) : "");
  const timeOf = (at) => local(at).slice(11, 19);

  const dispatch = (event) => {
    if (over.signal.aborted) return;
    const { state: next, effects } = machine.step(state, event);
    state = next;
    effects.forEach((effect) => deeds[effect.do](effect));
    say();
    wind();
  };

  /* One question at a time; an answer that is not awaited any more is not heard. */
  const ask = async ({ what, number, known, patience }) => {
    const mine = (flight = new AbortController());
    const limit = window.setTimeout(() => mine.abort(), patience);
    const sent = now();
    const address = what === "pulse" ? root.dataset.pulse : root.dataset.panels + encodeURIComponent(known);
    try {
      const answer = await fetch(address, { cache: "no-store", signal: mine.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) {
        answer.body?.cancel();
        dispatch({ type: "failure", number, mono: now(), status: answer.status, dice: Math.random() });
        return;
      }
      const found = await answer.json();
      dispatch({ ...heard(what, found), type: "answer", what, number, sent, mono: now() });
    } catch (error) {
      dispatch({ type: "failure", number, mono: now(), status: 0, cause: error.name, dice: Math.random() });
    } finally {
      window.clearTimeout(limit);
    }
  };

  const heard = (what, found) => {
    if (what === "pulse") return { v: found.v, at: found.at };
    head = found.panels.head || head;
    const sources = found.panels.sources;
    return {
      v: found.v,
      at: found.at,
      boot: found.boot,
      build: found.build,
      asOf: found.as_of,
      old: found.old,
      day: dayOf(found.as_of),
      mode: found.mode,
      silent: sources ? sources.rows.filter((one) => one.stale).length : undefined,
      changed: Object.keys(found.panels).length > 0,
      panels: found,
    };
  };

  /* Panels. */
  const box = (name) => root.querySelector(`[data-panel="${name}"]`);
  const draw = (found) => {
    scene = found.scene;
    put(node("notice"), found.notice);
    attribute(root, "data-empty", found.notice ? "" : null);
    attribute(root, "data-mode", found.mode);
    attribute(root, "data-scene", scene ? scene.kind : "overview");
    if (found.panels.head) drawHead(found.panels.head);
    drawScene();
    const about = { scope: scene ? scene.scope : "" };
    for (const [name, data] of Object.entries(found.panels)) {
      const place = box(name);
      if (!place || !makers[name]) continue;
      attribute(place, "data-none", data === null ? "" : null);
      if (data === null) continue;
      if (!made.has(name)) made.set(name, makers[name](place));
      made.get(name).show(data, about);
    }
    attribute(root, "data-v", found.v);
  };
  const drawHead = (data) => {
    put(node("title"), data.title);
    put(node("mode"), data.mode_label);
    put(node("marks"), data.marks.join(" \u00b7 "));
    attribute(document.documentElement, "lang", data.language === "en" ? "en" : "zh-CN");
  };
  const drawScene = () => {
    put(node("scene"), scene ? scene.title : "");
    put(node("scene-of"), scene && scene.count > 1 && scene.index >= 0 ? `${scene.index + 1} / ${scene.count}` : "");
    put(node("held"), scene ? scene.held : "");
  };

  /* What the screen says of itself. */
  const age = (ms) => {
    const seconds = Math.floor(ms / 1000);
    if (seconds < 60) return fill(words.seconds, { n: seconds });
    if (seconds < 3600) return fill(words.minutes, { n: Math.floor(seconds / 60) });
    return fill(words.hours, { n: Math.floor(seconds / 3600), m: Math.floor(seconds / 60) % 60 });
  };
  const say = () => {
    const mono = now();
    const at = machine.instant(state, mono);
    const told = machine.told(state, mono, state.sure ? dayOf(at) : "");
    attribute(root, "data-condition", told.condition);
    attribute(root, "data-old", told.old ? "" : null);
    attribute(root, "data-note", told.note || null);
    put(node("condition"), fill(words[told.condition], { n: told.silent }));
    put(node("detail"), told.old && told.good !== null && head ? fill(words.old, { time: timeOf(told.good), age: told.age === null ? words.unknown : age(told.age) }) : "");
    put(node("note"), told.note ? words[`note_${told.note}`] : "");
    put(node("clock"), told.clock === null || !head ? "--:--:--" : timeOf(told.clock));
    put(node("date"), told.clock === null || !head ? "" : head.dates[dayOf(told.clock)] || dayOf(told.clock));
    const left = scene && scene.until && told.clock !== null ? Math.max(0, Math.ceil((scene.until - told.clock) / 1000)) : null;
    put(node("left"), left === null ? "" : fill(words.left, { n: left }));
    made.get("emergency")?.clock(told.clock);
    made.forEach((panel) => panel.turn?.(mono));
    unmarked(mono);
  };

  /* The one timer: for the next question, and for the next second of the clock. */
  const wind = () => {
    window.clearTimeout(timer);
    const mono = now();
    const at = machine.instant(state, mono);
    const second = at === null ? 500 : 1000 - (at % 1000);
    const due = state.next === null ? 1000 : Math.max(0, state.next - mono);
    timer = window.setTimeout(tick, Math.min(second + 5, due, 1000));
  };
  const tick = () => {
    const mono = now();
    const at = machine.instant(state, mono);
    dispatch({ type: "tick", mono, wall: Date.now(), day: state.sure ? dayOf(at) : "" });
  };

  const measure = async () => {
    if (over.signal.aborted) return;
    const used = window.crossOriginIsolated && window.performance.measureUserAgentSpecificMemory
      ? (await window.performance.measureUserAgentSpecificMemory().catch(() => ({ bytes: 0 }))).bytes
      : window.performance.memory?.usedJSHeapSize || 0;
    dispatch({ type: "memory", mono: now(), used });
  };

  /* The document is asked for anew and put in place of this one: the window, and with it the full screen, stays. */
  const stop = () => {
    over.abort();
    flight?.abort();
    window.clearTimeout(timer);
    window.clearInterval(memory);
    made.forEach((panel) => panel.remove?.());
  };
  const swap = async () => {
    const answer = await fetch(window.location.href, { cache: "no-store", headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!found.getElementById("wall")) throw new Error("the answer is no wall");
    const sheets = [...found.querySelectorAll('link[rel="stylesheet"]')].map((one) => one.getAttribute("href"));
    const scripts = [...found.querySelectorAll("script[src]")].map((one) => one.getAttribute("src"));
    /* All that is needed is at hand before anything is taken away. */
    await Promise.all([...sheets, ...scripts].map(async (address) => {
      const part = await fetch(address);
      if (!part.ok) throw new Error(`${part.status} ${address}`);
      await part.arrayBuffer();
    }));
    const worn = [...document.querySelectorAll('link[rel="stylesheet"][data-wall]')];
    await Promise.all(sheets.map((href) => new Promise((done) => {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
      sheet.dataset.wall = "";
      sheet.addEventListener("load", done);
      sheet.addEventListener("error", done);
      document.head.append(sheet);
    })));
    stop();
    worn.forEach((sheet) => sheet.remove());
    document.querySelectorAll("script[data-wall]").forEach((script) => script.remove());
    document.body.replaceChildren(document.importNode(found.getElementById("wall"), true));
    for (const src of scripts) {
      const script = Object.assign(document.createElement("script"), { src, async: false });
      script.dataset.wall = "";
      document.head.append(script);
    }
  };
  let swapping = false;
  const reload = async ({ reason, hard }) => {
    if (swapping) return;
    swapping = true;
    remember(reason);
    if (hard) {
      window.location.reload();
      return;
    }
    try {
      await swap();
    } catch {
      swapping = false; /* the machine tries again after its time, then by loading the window */
    }
  };

  const clear = () => {
    made.forEach((panel) => panel.remove?.());
    made.clear();
    root.querySelectorAll("[data-panel]").forEach((place) => place.replaceChildren());
    head = null;
    scene = null;
    ["title", "mode", "marks", "scene", "scene-of", "held"].forEach((name) => put(node(name), ""));
  };

  const deeds = {
    ask,
    draw: ({ panels }) => draw(panels),
    abort: () => flight?.abort(),
    reload,
    clear,
  };

  /* The screen is kept awake where the browser lets a page do that. */
  let lock = null;
  const awake = async () => {
    try {
      if (!document.hidden && (!lock || lock.released)) lock = await navigator.wakeLock?.request("screen");
    } catch {
      lock = null;
    }
  };

  const keys = {
    f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
    "?": () => node("help").toggleAttribute("hidden"),
    Escape: () => node("help").setAttribute("hidden", ""),
  };
  let idle = null;
  const stirred = () => {
    root.classList.remove("is-idle");
    window.clearTimeout(idle);
    idle = window.setTimeout(() => root.classList.add("is-idle"), IDLE);
  };

  listen(document, "visibilitychange", () => {
    dispatch({ type: document.hidden ? "hide" : "show", mono: now() });
    awake();
  });
  listen(window, "offline", () => dispatch({ type: "offline", mono: now() }));
  listen(window, "online", () => dispatch({ type: "online", mono: now() }));
  listen(document, "pointermove", stirred);
  listen(document, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    Promise.resolve(act()).catch(() => {});
  });
  const memory = window.setInterval(measure, MEMORY);

  window.yiping.wall = {
    /* What is on the screen, for whoever has to check it. */
    look: () => ({ ...state, told: machine.told(state, now(), state.sure ? dayOf(machine.instant(state, now())) : "") }),
    map: () => made.get("map"),
    dispatch,
    stop,
  };
  stirred();
  awake();
  dispatch({ type: "start", mono: now() });
})();
