/* The remote says so when it has not heard from the server for some seconds: what it shows may be over. */
window.dash_clientside = window.dash_clientside || {};
(() => {
  const PATIENCE = 4000;
  let heard = 0;
  let last = null;
  window.dash_clientside.remote = {
    stale: (_ticks, seen) => {
      const now = performance.now();
      if (seen && seen.at !== last) {
        last = seen.at;
        heard = now;
      }
      const text = document.getElementById("remote-stale")?.dataset.text || "";
      const silent = last !== null && now - heard > PATIENCE;
      return [!silent, silent ? text.replace("{seconds}", Math.round((now - heard) / 1000)) : ""];
    },
  };
})();
