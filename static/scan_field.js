/* Scanning by keyboard wedge, on every page.
   - Typing or scanning outside a field goes to the page's scan field, else to the find box.
   - Group separators (FNC1) survive; a scanner that ends with Tab counts as Enter.
   - Answers marked data-sound="good|refused" are heard; the words stay on the screen.
   - A field marked data-keep-focus takes the focus back after every answer. */
"use strict";
(() => {
  const GROUP_SEPARATOR = "\u001d";
  const BURST_MS = 50;          /* scanners type faster than this between keys; people do not */
  const BURST_LENGTH = 5;

  const shortcutsOn = () => {
    try { return localStorage.getItem("shortcuts") !== "off"; } catch { return true; }
  };
  const usable = (field) => field && !field.disabled && !field.readOnly && field.offsetParent !== null;
  const pageField = () =>
    [...document.querySelectorAll("input[data-scan-field]")].find(usable) || null;
  const findField = () => document.querySelector("input[data-find]");
  const takesText = (element) =>
    element && (element.isContentEditable || element.matches("select, textarea, input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset], [type=range], [type=file])"));
  const isScanning = (element) => element && element.matches("input[data-scan-field], input[data-find]");

  let lastKeyAt = 0;
  let burst = 0;

  function insert(field, text) {
    field.setRangeText(text, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("keydown", (event) => {
    const now = event.timeStamp;
    burst = now - lastKeyAt < BURST_MS ? burst + 1 : 1;
    lastKeyAt = now;
    if (event.isComposing || event.defaultPrevented) return;

    const field = event.target;
    if (isScanning(field)) {
      /* A wedge sends FNC1 as Ctrl+] ; the browser would swallow it. */
      if (event.ctrlKey && (event.key === "]" || event.code === "BracketRight")) {
        event.preventDefault();
        insert(field, GROUP_SEPARATOR);
      } else if (event.key === "Tab" && !event.shiftKey && burst > BURST_LENGTH && field.value) {
        event.preventDefault();
        field.form?.requestSubmit();
      } else if (event.key === "Escape" && field.value) {
        field.value = "";
      }
      return;
    }

    if (takesText(field) || document.querySelector("dialog[open]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || event.key === " ") return;
    if (!shortcutsOn()) return;

    if (event.key === "/" && findField()) {
      event.preventDefault();
      findField().focus();
      findField().select();
      return;
    }
    /* Focus now: this very key then lands in the field, so no first character is lost. */
    const target = pageField() || (document.body.classList.contains("floor") ? findField() : null);
    if (target) {
      target.focus();
      target.select();
    }
  });

  /* One scan, one message: a second Enter while the first is under way is dropped. */
  document.addEventListener("submit", (event) => {
    const box = event.target.querySelector("[data-scan-field]")?.closest(".scan");
    if (!box) return;
    if (box.classList.contains("is-busy") || !box.querySelector("[data-scan-field]").value.trim()) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    box.classList.add("is-busy");
  }, true);
  addEventListener("pageshow", () => release());

  function release() {
    for (const box of document.querySelectorAll(".scan.is-busy")) box.classList.remove("is-busy");
  }
  function refocus() {
    const field = document.querySelector("input[data-scan-field][data-keep-focus]");
    if (!usable(field)) return;
    const active = document.activeElement;
    if (!active || active === document.body || isScanning(active)) {
      field.focus({ preventScroll: true });
      field.select();
    }
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    release();
    /* Answered, yes or no: ready for the next scan. Not answered: what was scanned stays. */
    const field = event.detail.elt.querySelector?.("input[data-scan-field][data-clear-after]");
    const status = event.detail.xhr?.status || 0;
    if (field && status >= 200 && status < 500) field.value = "";
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    hear(event.target);
    refocus();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("a, button, input, select, textarea, label, summary, [tabindex]")) setTimeout(refocus, 0);
  });

  /* Sound: one high note for yes, two low ones for no. */
  let audio = null;
  function note(frequency, at, length) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = "square";
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.08, audio.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + at + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + length);
  }
  function play(kind) {
    try {
      audio ??= new AudioContext();
      audio.resume();
      if (kind === "good") note(1760, 0, 0.12);
      if (kind === "refused") { note(220, 0, 0.18); note(165, 0.22, 0.3); }
    } catch { /* no sound on this device: word, shape and colour still answer */ }
  }
  function hear(root) {
    const answers = root.matches?.("[data-sound]") ? [root] : [...root.querySelectorAll("[data-sound]")];
    for (const answer of answers) {
      if (answer.dataset.heard) continue;
      answer.dataset.heard = "yes";
      play(answer.dataset.sound);
    }
  }

  document.addEventListener("answer", (event) => hear(event.target));
  document.addEventListener("DOMContentLoaded", () => {
    hear(document.body);
    const field = document.querySelector("input[data-scan-field][data-keep-focus]");
    if (usable(field)) field.focus({ preventScroll: true });
    for (const button of document.querySelectorAll("[data-shortcuts-button]")) {
      const show = () => { button.textContent = shortcutsOn() ? button.dataset.on : button.dataset.off; };
      button.addEventListener("click", () => {
        try { localStorage.setItem("shortcuts", shortcutsOn() ? "off" : "on"); } catch { /* not remembered */ }
        show();
      });
      show();
    }
  });
})();
