/* A part that is drawn anew takes the focus away with what had it. Whoever goes by keyboard keeps their place. */
(function () {
  "use strict";

  const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
  /* So long an answer may take to put back what it took away. */
  const PATIENCE = 2000;

  let held = null;

  const alike = (one) => `${one.tagName} ${one.getAttribute("href") || ""} ${one.textContent}`;
  const near = (one) => `${one.tagName} ${one.getAttribute("href") || one.textContent}`;

  const placed = (element) => {
    const box = element.parentElement && element.parentElement.closest("[id]");
    if (!box) return null;
    const all = [...box.querySelectorAll(FOCUSABLE)];
    return { element, box: box.id, path: window.location.pathname, alike: alike(element), near: near(element), at: all.indexOf(element), lost: null };
  };

  /* The same thing; what leads to the same; what stands in its place. */
  const again = (box) => {
    const all = [...box.querySelectorAll(FOCUSABLE)];
    return all.find((one) => alike(one) === held.alike) || all.find((one) => near(one) === held.near) || all[Math.min(held.at, all.length - 1)];
  };

  const restore = () => {
    if (!held || held.element.isConnected) return;
    const active = document.activeElement;
    held.lost = held.lost === null ? window.performance.now() : held.lost;
    if ((active && active !== document.body) || window.location.pathname !== held.path || window.performance.now() - held.lost > PATIENCE) {
      held = null;
      return;
    }
    const box = document.getElementById(held.box);
    const found = box && again(box);
    if (!found) return;
    /* Some boxes are shown only while they have the focus. */
    box.setAttribute("data-held", "");
    found.focus({ preventScroll: true });
    box.removeAttribute("data-held");
  };

  document.addEventListener("focusin", (event) => {
    held = placed(event.target);
  });
  document.addEventListener("focusout", (event) => {
    /* What was taken away is not in the document any more by then; whoever left it on purpose finds it there. */
    window.setTimeout(() => {
      if (held && held.element === event.target && held.element.isConnected) held = null;
    });
  });
  new MutationObserver(restore).observe(document.documentElement, { childList: true, subtree: true });
})();
