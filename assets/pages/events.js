/* The list of all events goes on when its end comes into view; an event's page prints. */
(() => {
  "use strict";

  const end = () => document.querySelector("[data-goes-on]");
  let asked = 0;

  const go = () => {
    const button = end();
    if (!button || button.hidden || document.hidden || document.querySelector("[data-dash-is-loading]")) return;
    const place = button.getBoundingClientRect();
    if (place.top > window.innerHeight + 400 || !place.height) return;
    // One question at a time, and a pause between two: a list whose next events lie far away goes on by itself.
    if (performance.now() - asked < 600) return;
    asked = performance.now();
    button.click();
  };

  let waiting = false;
  const soon = () => {
    if (waiting || !end()) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      go();
    }, 120);
  };
  window.addEventListener("scroll", soon, { passive: true });
  setInterval(() => {
    if (end() && !end().hidden) go();
  }, 1000);

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
