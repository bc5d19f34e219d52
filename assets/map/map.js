/* The map of the page in view: made when the page comes, shown anew with each scene, taken away when the page goes. */
(function () {
  "use strict";

  const RETRY = 5000;

  const drawable = () => {
    const trial = document.createElement("canvas");
    const context = trial.getContext("webgl2") || trial.getContext("webgl");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  };

  const forget = () => {
    window.yiping.map.now?.remove();
    window.yiping.map.now = null;
  };

  const show = async (scene) => {
    const box = document.querySelector(".map-box");
    if (!scene || !box) return;
    const before = window.yiping.map.now;
    if (before && (before.box !== box || before.revision !== scene.revision)) forget();
    if (!window.yiping.map.now) {
      if (!drawable()) {
        box.hidden = true;
        window.dash_clientside.set_props(box.dataset.without, { data: true });
        return;
      }
      const made = await window.yiping.view.create(box, scene);
      made.revision = scene.revision;
      window.yiping.map.now = made;
    }
    window.yiping.map.now.show(scene);
  };

  /* Scenes come one after another; of those that wait only the last is shown. */
  let next = null;
  let busy = false;
  const queue = async (scene) => {
    next = scene;
    if (busy) return;
    busy = true;
    while (next) {
      const now = next;
      next = null;
      try {
        await show(now);
      } catch (error) {
        console.warn(error);
        await new Promise((done) => window.setTimeout(done, RETRY));
        next ||= now;
      }
    }
    busy = false;
  };

  const leave = () =>
    window.setTimeout(() => {
      if (document.querySelector(".map-box")) return;
      forget();
    }, 600);
  window.addEventListener("popstate", leave);
  window.addEventListener("_dashprivate_pushstate", leave);

  window.yiping = Object.assign(window.yiping || {}, { map: { now: null } });
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    map: {
      show: (scene) => {
        queue(scene);
        return window.dash_clientside.no_update;
      },
    },
  });
})();
