/* The remote says so when it has not heard from the server for some seconds: what it shows may be over. */
window.dash_clientside = window.dash_clientside || {};
(() => {
  const PATIENCE = 4000;
  let heard = null;

  const look = () => {
    const note = document.getElementById("remote-stale");
    if (!note) {
      heard = null;
      return;
    }
    const silent = heard !== null && performance.now() - heard > PATIENCE;
    if (silent) {
      note.textContent = note.dataset.text.replace("{seconds}", Math.round((performance.now() - heard) / 1000));
    }
    note.hidden = !silent;
  };

  window.setInterval(look, 1000);
  window.dash_clientside.remote = {
    heard: () => {
      heard = performance.now();
      look();
    },
  };
})();
