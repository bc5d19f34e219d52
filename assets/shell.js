/* What every page wears: the theme that the address names, the title, and the way along the bar. */
(function () {
  "use strict";

  const theme = () => {
    const dark = new URLSearchParams(window.location.search).get("theme") === "dark";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  theme();
  window.addEventListener("popstate", theme);
  window.addEventListener("_dashprivate_pushstate", theme);

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    shell: {
      dress: (data) => {
        if (data && data.title) document.title = data.title;
        const shell = document.querySelector("[data-version-store]");
        if (shell && shell.lang) document.documentElement.lang = shell.lang;
      },
    },
  });
})();
