/* Boards that update themselves, and requests that fail, in words.
   - [data-live] shows when it was last fresh in its [data-live-when], and says so when it is stale.
   - Banners that arrive are read out by screen readers.
   - A request that got no answer leaves a banner: nothing is silently lost. */
"use strict";
(() => {
  const region = () => document.getElementById("announcements");
  const text = (name) => region()?.dataset[name] || "";
  /* The site's time in 24 hours, as everything else on the page, wherever the browser thinks it is. */
  const clock = () => new Date().toLocaleTimeString("en-GB", { timeZone: document.documentElement.dataset.timeZone || undefined, hourCycle: "h23" });

  function announce(sentence) {
    const place = region();
    if (!place || !sentence) return;
    place.textContent = "";
    setTimeout(() => { place.textContent = sentence; }, 50);
  }

  function fresh(board) {
    board.classList.remove("is-stale");
    const when = board.querySelector("[data-live-when]");
    if (when) when.textContent = `${text("asOf")} ${clock()}`;
  }
  function stale(board) {
    if (board.classList.contains("is-stale")) return;
    board.classList.add("is-stale");
    const when = board.querySelector("[data-live-when]");
    if (when) {
      when.textContent = `${text("stale")} (${when.textContent})`;
      announce(when.textContent);
    }
  }

  function lost(event, sentence) {
    const element = event.target;
    const board = element.closest("[data-live]");
    if (board) { stale(board); return; }
    const template = document.getElementById("no-answer");
    const messages = document.getElementById("messages");
    if (!template || !messages) return;
    messages.querySelector("[data-no-answer]")?.remove();
    /* The answer to the scan before must not be taken for the answer to this one. */
    for (const old of event.detail.target?.querySelectorAll(".banner[data-sound]") ?? []) old.remove();
    const banner = template.content.firstElementChild.cloneNode(true);
    banner.querySelector(".sentence-text").textContent = sentence;
    messages.prepend(banner);
    banner.dispatchEvent(new CustomEvent("answer", { bubbles: true }));
    announce(sentence);
    banner.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("htmx:sendError", (event) => lost(event, text("noAnswer")));
  document.addEventListener("htmx:timeout", (event) => lost(event, text("noAnswer")));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401 || status === 403) lost(event, text("notAllowed"));
    else if (status === 404) lost(event, text("notThere"));
    else lost(event, text("failed"));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const board = event.target.closest?.("[data-live]");
    if (board) fresh(board);
    const banner = event.target.matches?.(".banner") ? event.target : event.target.querySelector?.(".banner[data-announce]");
    if (banner) announce(banner.querySelector(".said")?.innerText || "");
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const board of document.querySelectorAll("[data-live]")) fresh(board);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });
})();
