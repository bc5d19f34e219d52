/* The session of an open page: the server hears that somebody is there, and a page whose session is over asks to sign in. */
(function () {
  "use strict";

  const TOLD_EVERY = 60000;
  const AGAIN_AFTER = 10000;
  const MARK = "yiping-left-at";

  let told = 0;
  const active = () => {
    if (Date.now() - told < TOLD_EVERY || !document.querySelector("[data-version-store]")) return;
    told = Date.now();
    fetch("/active", { method: "POST", keepalive: true }).catch(() => {});
  };
  ["pointerdown", "keydown", "wheel", "touchstart"].forEach((kind) => {
    document.addEventListener(kind, active, { passive: true, capture: true });
  });

  /* Loading the page again leads to the sign-in and from there back to this very view. Once: a second refusal is no matter of signing in. */
  let leaving = false;
  const leave = () => {
    /* What was asked before the page is gone is refused too. */
    if (leaving) return true;
    const left = Number(window.sessionStorage.getItem(MARK) || 0);
    if (Date.now() - left < AGAIN_AFTER) return false;
    window.sessionStorage.setItem(MARK, String(Date.now()));
    leaving = true;
    window.location.reload();
    return true;
  };
  const never = new Promise(() => {});
  const ask = window.fetch;
  window.fetch = (...request) =>
    ask(...request).then((answer) => {
      const refused = answer.status === 401 && answer.url.startsWith(window.location.origin);
      /* Whoever asked is about to be gone and need not stumble over the refusal. */
      return refused && leave() ? never : answer;
    });
})();
