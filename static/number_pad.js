/* Number pad: keys write into the figure of the form that was touched last, at first the one that they stand under; a
   keyboard still works.
   <div data-number-pad><input …> <button data-key="7">7</button> … data-key="back|clear|point|step" data-by="10" */
"use strict";
(() => {
  const asNumber = (text) => Number(String(text).trim().replace(",", ".")) || 0;
  /* Steps are taken only from a figure that has one reading; the server says what is wrong with others. */
  const isClear = (text) => /^[0-9]*([.][0-9]*|,([0-9]{0,2}|[0-9]{4,}))?$/.test(String(text).trim());
  const places = (text) => (String(text).split(/[.,]/)[1] || "").length;

  function stepped(field, by, mark) {
    const digits = Math.max(places(field.value), places(by));
    const least = field.dataset.min === undefined ? 0 : asNumber(field.dataset.min);
    const sum = Math.max(least, asNumber(field.value) + asNumber(by));
    return sum.toFixed(digits).replace(".", mark);
  }

  const served = new WeakMap();
  /* A pad of a PIN serves itself alone. */
  const isFigure = (pad) => pad && pad.querySelector(".display");

  function serve(pad) {
    const form = pad.closest("form");
    if (!form || served.get(form) === pad) return;
    delete pad.dataset.fresh;
    served.set(form, pad);
    for (const one of form.querySelectorAll("[data-number-pad].is-served")) one.classList.remove("is-served");
    pad.classList.add("is-served");
    for (const name of form.querySelectorAll("[data-serves]")) {
      name.textContent = pad.closest(".field").querySelector("label").textContent;
      name.parentElement.hidden = pad.contains(name);
    }
  }

  function press(keys, button) {
    const form = keys.closest("form");
    const pad = isFigure(keys) && button.dataset.key !== "step" && form && served.get(form) || keys;
    const field = pad.querySelector("input");
    const mark = pad.dataset.point || ".";
    const key = button.dataset.key;
    if (key === "point" && pad.dataset.point === "") return;
    /* The first key replaces what stood there, as on a calculator. */
    const fresh = pad.dataset.fresh !== "no" && /^[0-9]$/.test(key);
    let value = fresh ? "" : field.value;
    if (key === "clear") value = "";
    else if (key === "back") value = value.slice(0, -1);
    else if (key === "step") value = !isClear(field.value) ? field.value : stepped(field, button.dataset.by, mark);
    else if (key === "point") value = /[.,]/.test(value) ? value : (value || "0") + mark;
    else if (value.length < Number(field.maxLength > 0 ? field.maxLength : 12)) value = value === "0" ? key : value + key;
    pad.dataset.fresh = "no";
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("focusin", (event) => {
    const pad = event.target.closest("[data-number-pad]");
    if (event.target.matches("input") && isFigure(pad)) serve(pad);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-number-pad] button[data-key]");
    if (!button) return;
    event.preventDefault();
    press(button.closest("[data-number-pad]"), button);
  });
})();
