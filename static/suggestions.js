/* Fields that suggest while somebody types: <input data-suggest="address">, which answers {found: [{value, words}]}.
   Arrows choose, Enter takes the marked one, Escape closes; what was typed stays as it is until something is taken.
   data-suggest-after=";" suggests for the first word behind the last one of these. */
"use strict";
(() => {
  const WAIT_MS = 150;
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  document.body.append(list);

  let field = null;
  let found = [];
  let marked = -1;
  let chosenByArrow = false;
  let timer = 0;
  let asking = null;

  const part = (input) => {
    const after = input.dataset.suggestAfter;
    const begin = after ? input.value.lastIndexOf(after, (input.selectionStart ?? input.value.length) - 1) + 1 : 0;
    const text = input.value.slice(begin);
    const lead = text.length - text.trimStart().length;
    const word = after ? text.trimStart().split(" ")[0] : text.trim();
    return { begin: begin + lead, word };
  };

  function prepare(input) {
    if (input.getAttribute("role") === "combobox") return;
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id], ["autocomplete", "off"]]) input.setAttribute(name, value);
  }
  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    marked = -1;
    chosenByArrow = false;
    if (field) {
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    }
  }
  function mark(place) {
    marked = place;
    [...list.children].forEach((line, number) => line.setAttribute("aria-selected", String(number === place)));
    const line = list.children[place];
    if (!line) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  }
  function show(input) {
    list.replaceChildren(...found.map((one, number) => {
      const line = document.createElement("li");
      const code = document.createElement("span");
      line.id = `suggestion-${number}`;
      line.setAttribute("role", "option");
      code.className = "code";
      code.textContent = one.value;
      line.append(code, ` ${one.words}`);
      return line;
    }));
    const box = input.getBoundingClientRect();
    list.hidden = !found.length;
    if (!found.length) return;
    const below = innerHeight - box.bottom;
    list.style.insetInlineStart = `${Math.max(4, Math.min(box.left, innerWidth - list.offsetWidth - 4))}px`;
    list.style.insetBlockStart = below > list.offsetHeight + 4 || below > box.top ? `${box.bottom + 2}px` : `${box.top - list.offsetHeight - 2}px`;
    input.setAttribute("aria-expanded", "true");
    mark(0);
  }
  async function ask(input) {
    const { word } = part(input);
    asking?.abort();
    if (!word) return close();
    asking = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(word)}`, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok || document.activeElement !== input) return;
      const told = (await answer.json()).found;
      /* nothing to suggest where it already says the only thing there is */
      found = told.length === 1 && told[0].value === word ? [] : told;
      field = input;
      show(input);
    } catch { /* typed on, or no answer: the field takes what is typed */ }
  }
  function take(place) {
    const one = found[place];
    const { begin, word } = part(field);
    field.setRangeText(one.value, begin, begin + word.length, "end");
    const input = field;
    close();
    input.dispatchEvent(new CustomEvent("suggestion", { bubbles: true, detail: one }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("focusin", (event) => { if (event.target.matches?.("input[data-suggest]")) prepare(event.target); });
  document.addEventListener("focusout", (event) => { if (event.target === field) close(); });
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.matches?.("input[data-suggest]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => ask(input), WAIT_MS);
  });
  /* before anything else hears the key: while the list is open, arrows and Enter are its own */
  document.addEventListener("keydown", (event) => {
    if (list.hidden || event.target !== field || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      mark((marked + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length);
      chosenByArrow = true;
    } else if (event.key === "Enter" && marked >= 0) take(marked);
    else if (event.key === "Escape") close();
    else {
      if (event.key === "Tab" && chosenByArrow && marked >= 0) take(marked);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (place >= 0) take(place);
  });
  addEventListener("scroll", (event) => { if (event.target !== list) close(); }, true);
  addEventListener("resize", close);
})();
