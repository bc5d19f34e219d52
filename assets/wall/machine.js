/* The wall's state machine: events in, the next state and what is to be done out. It reads no clock, rolls no dice, asks
   nobody: instants (`mono`: the browser's monotonic milliseconds, `wall`: its time of day) and chances come with the events. */
(function () {
  "use strict";

  const PACE = 500; /* between two looks at the pulse */
  const SLOWEST = 5000; /* of the back-off */
  const PATIENCE = { pulse: 4000, panels: 15000 };
  const FRESH = 3000; /* so long a figure counts as current without a word from the server */
  const GAP = 5000; /* two ticks further apart: the tab or the machine has slept */
  const DRIFT = 250; /* below it a sample of the server's clock is noise */
  const JUMP = 2000; /* from it a clock was set */
  const NOTE = 10000; /* so long a notice stands */
  const QUIET = 1500; /* after a change nothing is reloaded for so long */
  const OVERDUE = 20000; /* a reload waits no longer for a quiet moment */
  const AGAIN = 300000; /* between two reloads for one reason */
  const LONG = 1800000; /* so long a soft reload should have helped */

  const RETURN = 2000; /* after the day has turned, the new day's figures are asked for this often */

  /* `build`: the version of the document; `bound`: bytes of heap from which the wall is made anew; `reloaded`: by reason,
     when that was done last. */
  const begin = (build, bound, reloaded = {}) => ({
    phase: "starting",
    build,
    bound,
    reloaded,
    token: "", /* what the panels on the screen belong to */
    heard: "", /* the newest token */
    boot: "",
    clock: null, /* { at, mono, trip }: the server's instant at one of ours */
    sure: false, /* whether that clock can be shown: not between waking and the first answer */
    confirmed: null, /* mono: when the figures were last known to be current */
    asOf: null, /* the server's instant of the figures */
    good: null, /* the server's instant at which they were last known to be current */
    aged: false, /* the server itself says that they are not of now */
    day: "", /* the city's day of the figures */
    asking: null, /* "pulse" or "panels": never two */
    number: 0, /* of the question: an answer to an older one is not listened to */
    failures: 0,
    cause: "",
    next: null, /* mono: when to ask again */
    anew: true, /* the next panels are asked for whole */
    hidden: false,
    offline: null, /* mono: when the browser said that it has no network */
    silent: 0, /* sources without news */
    mode: "normal",
    tick: null,
    shift: null, /* wall - mono: moves when somebody sets this machine's clock */
    note: null, /* { key, until } */
    changed: -Infinity, /* mono: when panels last changed */
    turned: null, /* { day, mono }: the turn of the day that was noticed, and when its figures were asked for */
    reload: null, /* { reason, since } */
  });

  /* The server's instant as it is now, in milliseconds; null before the first answer. */
  const instant = (state, mono) => (state.clock ? state.clock.at + (mono - state.clock.mono) : null);

  const said = (state, key, mono) => ({ ...state, note: { key, until: mono + NOTE } });

  const turned = (before, after) =>
    !before || before === after ? "" : before.slice(0, 7) === after.slice(0, 7) ? "midnight" : "month";

  /* Asks when nothing is under way. A shown document asks for panels when it knows of a newer token. */
  const ask = (state, mono) => {
    if (state.asking || state.hidden) return { state, effects: [] };
    const what = state.anew || state.heard !== state.token ? "panels" : "pulse";
    const number = state.number + 1;
    return {
      state: { ...state, asking: what, number, next: null, asked: mono },
      effects: [{ do: "ask", what, number, known: state.anew ? "" : state.token, patience: PATIENCE[what] }],
    };
  };

  const later = (state, mono, ms) => ({ ...state, asking: null, next: mono + ms });

  /* The server's clock: the sample of the shortest way wins; a jump of it is taken over and said. */
  const timed = (state, event) => {
    const trip = event.mono - event.sent;
    const sample = { at: event.at + trip / 2, mono: event.mono, trip };
    const held = instant(state, event.mono);
    if (held === null || !state.sure) return { ...state, clock: sample, sure: true };
    const off = Math.abs(sample.at - held);
    if (off >= JUMP + trip) return said({ ...state, clock: sample }, "clock", event.mono);
    const better = trip <= state.clock.trip || event.mono - state.clock.mono > 60000;
    return off >= DRIFT && better ? { ...state, clock: sample } : state;
  };

  const booted = (state, event) => {
    if (!event.boot || event.boot === state.boot) return state;
    const next = { ...state, boot: event.boot };
    if (!state.boot) return next;
    return said({ ...next, anew: true }, "restarted", event.mono);
  };

  const deployed = (state, event) =>
    !event.build || event.build === state.build ? state : wished(state, "deployed", event.mono);

  const wished = (state, reason, mono) => {
    if (state.reload) return state;
    const last = state.reloaded[reason];
    if (last !== undefined && mono - last < AGAIN) return state;
    return { ...state, reload: { reason, since: mono } };
  };

  const heard = (state, event) => ({
    ...deployed(booted(timed(state, event), event), event),
    failures: 0,
    cause: "",
    /* An answer to what was asked before says nothing of the network now. */
    offline: state.offline !== null && event.sent > state.offline ? null : state.offline,
    phase: state.phase === "starting" ? "starting" : "live",
  });

  const answered = (state, event) => {
    if (event.number !== state.number) return { state, effects: [] };
    const next = { ...heard(state, event), asking: null };
    if (event.what === "panels") {
      return { state: taken(next, event), effects: [{ do: "draw", panels: event.panels }] };
    }
    const current = { ...next, heard: event.v };
    if (current.anew || event.v !== current.token) return ask(current, event.mono);
    const kept = later(current, event.mono, pace(current, event.mono));
    /* Nothing new about figures that the server called old leaves them as old as they were. */
    const good = current.aged ? current.good : event.at;
    return { state: { ...kept, confirmed: event.mono, good, phase: "live" }, effects: [] };
  };

  /* From one pulse to the next, whatever came between. */
  const pace = (state, mono) => Math.max(0, PACE - (mono - (state.asked ?? mono)));

  const taken = (state, event) => {
    const kept = later(state, event.mono, pace(state, event.mono));
    return {
      ...kept,
      phase: "live",
      token: event.v,
      heard: event.v,
      anew: false,
      asOf: event.asOf,
      aged: Boolean(event.old),
      day: event.day,
      confirmed: event.mono,
      good: event.old ? event.asOf : event.at,
      silent: event.silent ?? kept.silent,
      mode: event.mode || kept.mode,
      changed: event.changed ? event.mono : kept.changed,
    };
  };

  const PHASES = { 401: "denied", 403: "denied", 503: "away" };

  /* Each failure doubles the wait, up to five seconds; the dice keep many walls from asking at once. */
  const failed = (state, event) => {
    if (event.number !== state.number) return { state, effects: [] };
    const failures = state.failures + 1;
    const wait = Math.min(SLOWEST, PACE * 2 ** Math.min(failures - 1, 10)) * (0.75 + 0.25 * event.dice);
    const phase = PHASES[event.status] || (state.phase === "starting" ? "starting" : "reconnecting");
    const next = { ...later(state, event.mono, wait), failures, cause: String(event.status || event.cause || ""), phase };
    if (phase !== "denied") return { state: next, effects: [] };
    return { state: { ...next, token: "", anew: true, asOf: null }, effects: [{ do: "clear" }] };
  };

  /* After a sleep nothing on the screen is known to be true: the clock too is asked anew. */
  const woken = (state, mono) => {
    const given = state.asking ? [{ do: "abort" }] : [];
    const fresh = { ...state, asking: null, number: state.number + 1, sure: false, confirmed: null, failures: 0, next: mono };
    const asked = ask(said(fresh, "woken", mono), mono);
    return { state: asked.state, effects: [...given, ...asked.effects] };
  };

  const ticked = (state, event) => {
    const { mono, wall } = event;
    const shift = wall - mono;
    const slept = state.tick !== null && !state.hidden && mono - state.tick.mono > GAP;
    const moved = state.shift !== null && Math.abs(shift - state.shift) > JUMP;
    let next = { ...state, tick: { mono, wall }, shift };
    if (next.note && mono >= next.note.until) next = { ...next, note: null };
    /* The monotonic clock of some systems stands still while the machine sleeps: then only the time of day has moved. */
    if (slept || (moved && shift > state.shift)) return woken(next, mono);
    next = turning(next, event);
    const due = reloading(next, mono);
    if (due.effects.length) return due;
    if (next.next !== null && mono >= next.next) return ask(next, mono);
    return { state: next, effects: [] };
  };

  /* The city's day has turned by the server's clock: all figures are asked for anew until they are the new day's. */
  const turning = (state, { mono, day }) => {
    const turn = state.sure && day ? turned(state.day, day) : "";
    if (!turn) return state.turned ? { ...state, turned: null } : state;
    if (state.turned && mono - state.turned.mono < RETURN) return state;
    const next = { ...state, anew: true, turned: { day, mono }, next: state.asking ? state.next : mono };
    return state.turned ? next : said(next, turn, mono);
  };

  const reloading = (state, mono) => {
    if (!state.reload || state.asking || state.phase !== "live") return { state, effects: [] };
    const quiet = mono - state.changed >= QUIET && state.mode !== "emergency";
    if (!quiet && mono - state.reload.since < OVERDUE) return { state, effects: [] };
    const { reason } = state.reload;
    /* Where a new page in the same window has not helped for long, the window itself is loaded again. */
    const hard = mono - (state.reloaded[reason] ?? -Infinity) < LONG;
    const reloaded = { ...state.reloaded, [reason]: mono };
    return { state: { ...state, reload: null, reloaded }, effects: [{ do: "reload", reason, hard }] };
  };

  const HANDLERS = {
    start: (state, event) => ask({ ...state, next: event.mono }, event.mono),
    tick: ticked,
    answer: answered,
    failure: failed,
    hide: (state) => ({ state: { ...state, hidden: true }, effects: [] }),
    show: (state, event) => (state.hidden ? woken({ ...state, hidden: false, tick: null, shift: null }, event.mono) : { state, effects: [] }),
    offline: (state, event) => ({ state: { ...state, offline: event.mono, phase: state.phase === "starting" ? "starting" : "reconnecting" }, effects: [] }),
    online: (state, event) => {
      const next = { ...state, offline: null, failures: 0 };
      return ask({ ...next, next: event.mono }, event.mono);
    },
    memory: (state, event) => ({
      state: state.bound && event.used > state.bound ? wished(state, "memory", event.mono) : state,
      effects: [],
    }),
  };

  /* The next state and the effects of an event. An event that nobody knows is a mistake of the program. */
  const step = (state, event) => {
    const handler = HANDLERS[event.type];
    if (!handler) throw new Error(`expected one of ${Object.keys(HANDLERS).join(", ")}, found ${event.type}`);
    return handler(state, event);
  };

  /* What the screen says of the state: its condition, whether the figures are old and of which age, and the server's
     instant to show. A single answer that is late is no news: what was current three seconds ago still counts as such. */
  const told = (state, mono, day) => {
    const at = instant(state, mono);
    const unheard = state.confirmed === null ? Infinity : mono - state.confirmed;
    const yesterday = Boolean(state.day && day && day !== state.day);
    const old = state.asOf !== null && (unheard > FRESH || yesterday || state.aged);
    const calm = state.asOf !== null && !old && state.offline === null && state.failures < 3;
    return {
      condition: condition(state, old, yesterday, calm),
      old,
      good: state.good,
      age: state.good === null || at === null ? null : Math.max(0, at - state.good),
      clock: state.sure ? at : null,
      note: state.note && mono < state.note.until ? state.note.key : "",
      silent: state.silent,
    };
  };

  const condition = (state, old, yesterday, calm) => {
    if (state.phase === "starting" || state.phase === "denied") return state.phase;
    if (state.phase !== "live" && !calm) return state.phase === "reconnecting" && state.offline !== null ? "offline" : state.phase;
    if (yesterday) return "turning";
    if (old) return state.aged ? "away" : "waiting";
    return state.silent ? "stale" : "live";
  };

  window.yiping = Object.assign(window.yiping || {}, {
    machine: { begin, step, told, instant, PACE, SLOWEST, FRESH, NOTE, GAP, AGAIN, LONG },
  });
})();
