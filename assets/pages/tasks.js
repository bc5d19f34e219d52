/* The form of an act takes the focus when it opens and gives it back when it closes. */
(() => {
  "use strict";
  let left = null;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    tasks: {
      opened: (hidden) => {
        if (hidden) {
          if (left && left.isConnected) left.focus({ preventScroll: true });
          left = null;
        } else {
          left = document.activeElement;
          setTimeout(() => {
            const note = document.getElementById("tasks-note");
            if (note) note.focus();
          }, 0);
        }
        return window.dash_clientside.no_update;
      },
    },
  });

  document.addEventListener("keydown", (event) => {
    const act = document.getElementById("tasks-act");
    if (event.key === "Escape" && act && !act.hidden) document.getElementById("tasks-cancel").click();
  });
})();
