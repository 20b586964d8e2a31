/* Light, dark or as the device says: chosen once, remembered on this device.
   Loaded without defer, before the first paint, so that the page never flashes. */
"use strict";
(() => {
  const THEMES = ["auto", "light", "dark"];
  const NAMES = { auto: "auto", light: "light", dark: "dark" };
  const root = document.documentElement;

  function remembered(key, fallback) {
    try { return localStorage.getItem(key) || fallback; } catch { return fallback; }
  }
  function remember(key, value) {
    try { localStorage.setItem(key, value); } catch { /* private window: holds for this page only */ }
  }

  function show(theme) {
    root.dataset.theme = THEMES.includes(theme) ? theme : "auto";
    for (const button of document.querySelectorAll("[data-theme-button]")) {
      const prefix = button.dataset.label || "Theme";
      const word = button.dataset["name" + root.dataset.theme[0].toUpperCase() + root.dataset.theme.slice(1)];
      button.setAttribute("aria-label", `${prefix}: ${word || NAMES[root.dataset.theme]}`);
    }
  }

  show(remembered("theme", root.dataset.theme || "auto"));
  document.addEventListener("DOMContentLoaded", () => show(root.dataset.theme));
  addEventListener("storage", (event) => { if (event.key === "theme") show(event.newValue); });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-button]");
    if (!button) return;
    const next = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    remember("theme", next);
    show(next);
  });
})();
