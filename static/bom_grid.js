/* The BOM editor's grid: moving by keys, lines added, repeated, moved, taken out and put back, costs as one types.
   One listener each on the form, whatever the number of lines; only adding or moving a line walks through them.
   Without this script the page still adds lines, takes them out and saves. */
"use strict";
(() => {
  const form = document.querySelector("form.bom-editor");
  const grid = form?.querySelector("[data-bom-grid]");
  if (!grid) return;
  const MOST = 500;
  const COST_WAIT_MS = 800;
  const total = form.elements["lines-TOTAL_FORMS"];
  const bar = form.querySelector(".line-bar");
  const said = form.querySelector("[data-line-said]");
  const names = new Map([...document.querySelectorAll("#operations option")].map((one) => [one.value, one.textContent]));

  let current = null;
  const takenOut = [];
  let typedSince = false;
  let dirty = false;

  form.classList.add("scripted");
  for (const button of bar.querySelectorAll("[data-line-do]")) {
    button.hidden = button.dataset.lineDo === "undo";
    button.type = "button";
  }

  const column = (field) => field.name.slice(field.name.lastIndexOf("-") + 1);
  const fieldOf = (line, name) => line.querySelector(`[name$="-${name}"]`);
  const isOut = (line) => fieldOf(line, "DELETE").checked;
  const lineOf = (element) => element.closest?.("[data-line]");
  const code = (line) => fieldOf(line, "item").value.trim() || "the empty line";
  const operationOf = (line) => fieldOf(line, "operation").value.trim();
  const cells = (line) => [...line.querySelectorAll(":scope > .grid-row :is(input, select)")];
  const say = (words) => { said.textContent = words; };

  /* the next line in reading order that still counts; `way` 1 or -1 */
  function beside(line, way) {
    const step = (element) => way > 0 ? element?.nextElementSibling : element?.previousElementSibling;
    let group = line.parentElement;
    let next = step(line);
    while (group) {
      while (next) {
        if (next.matches("[data-line]") && !isOut(next)) return next;
        next = step(next);
      }
      group = step(group);
      if (!group?.matches(".operation-group")) return null;
      next = way > 0 ? group.firstElementChild : group.lastElementChild;
    }
    return null;
  }
  function focus(line, name) {
    const field = (name && fieldOf(line, name)) || fieldOf(line, "item");
    const to = field.closest(".grid-row") ? field : fieldOf(line, "item");
    to.focus();
    if (to.matches("input")) to.select();
  }
  function choose(line) {
    if (line === current) return;
    current?.classList.remove("current");
    current = line;
    current?.classList.add("current");
  }

  /* numbers and places, after lines came, went or moved */
  function renumber() {
    let number = 0;
    let place = 0;
    const set = (holder, name, value) => { if (holder[name] !== value) holder[name] = value; };
    for (const line of grid.querySelectorAll("[data-line]")) {
      const counts = !isOut(line);
      if (counts) number += 1;
      set(fieldOf(line, "place"), "value", String(++place));
      set(line.querySelector(".place"), "textContent", counts ? String(number) : "");
      set(line, "ariaLabel", counts ? `Line ${number}` : `${code(line)}, taken out`);
      if (line.classList.contains("taken-out") === counts) line.classList.toggle("taken-out", !counts);
    }
  }
  function groupOf(operation) {
    const known = [...grid.querySelectorAll(".operation-group")];
    const found = known.find((group) => group.dataset.operation === operation);
    if (found) return found;
    const group = document.getElementById("new-group").content.firstElementChild.cloneNode(true);
    group.dataset.operation = operation;
    group.querySelector("[data-number]").textContent = operation;
    group.querySelector("[data-name]").textContent = names.get(operation) || "";
    const after = (one) => one.length - operation.length || (one > operation ? 1 : -1);
    const later = known.find((one) => after(one.dataset.operation) > 0);
    grid.insertBefore(group, later || null);
    return group;
  }
  function tidy(group) {
    if (group && !group.querySelector("[data-line]")) group.remove();
  }
  function newLine() {
    const number = Number(total.value);
    if (number >= MOST) {
      say(`A BOM has at most ${MOST} lines.`);
      return null;
    }
    const box = document.createElement("template");
    box.innerHTML = document.getElementById("new-line").innerHTML.replaceAll("__prefix__", String(number));
    total.value = number + 1;
    return box.content.querySelector("[data-line]");
  }
  function add(after) {
    const line = newLine();
    if (!line) return;
    const operation = after ? operationOf(after) : names.keys().next().value || "10";
    fieldOf(line, "operation").value = operation;
    if (after) after.after(line);
    else groupOf(operation).append(line);
    changed();
    focus(line);
    say("A line is added.");
  }
  function duplicate(line) {
    const copy = newLine();
    if (!copy) return;
    for (const field of line.querySelectorAll("[name]")) {
      const name = column(field);
      if (["identity", "place", "DELETE"].includes(name)) continue;
      const to = fieldOf(copy, name);
      if (field.type === "checkbox") to.checked = field.checked;
      else to.value = field.value;
    }
    line.after(copy);
    name(copy);
    changed();
    focus(copy);
    say(`${code(line)} is there once more.`);
  }
  function move(line, way) {
    /* what is typed counts before the line moves: a node that is moved while it changes is lost on the way */
    const focused = document.activeElement;
    if (lineOf(focused) === line) focused.blur();
    let next = line;
    do next = way > 0 ? next.nextElementSibling : next.previousElementSibling;
    while (next && next.matches("[data-line]") && isOut(next));
    if (!next?.matches("[data-line]")) {
      focused?.focus?.();
      say(`${code(line)} is the ${way > 0 ? "last" : "first"} of its operation. Change its operation to move it to another.`);
      return;
    }
    if (way > 0) next.after(line);
    else next.before(line);
    focused?.focus?.();
    changed();
    say(`${code(line)} is moved ${way > 0 ? "down" : "up"}.`);
  }
  function takeOut(line) {
    const name = document.activeElement && lineOf(document.activeElement) === line ? column(document.activeElement) : "item";
    const next = beside(line, 1) || beside(line, -1);
    fieldOf(line, "DELETE").checked = true;
    takenOut.push(line);
    typedSince = false;
    changed();
    if (next) focus(next, name);
    else bar.querySelector("[data-line-do=undo]").focus();
    say(`${code(line)} is taken out. Ctrl+Z puts it back; it is gone once you save.`);
  }
  function putBack(line) {
    const found = line || takenOut.at(-1);
    if (!found) return;
    const place = takenOut.indexOf(found);
    if (place >= 0) takenOut.splice(place, 1);
    fieldOf(found, "DELETE").checked = false;
    changed();
    focus(found);
    say(`${code(found)} is back.`);
  }
  function more(line) {
    const details = line.querySelector("details.more");
    details.open = !details.open;
    if (details.open) details.querySelector("input, select").focus();
    else focus(line);
  }
  function name(line) {
    line.querySelector("[data-named]").textContent = fieldOf(line, "item").value;
  }
  function changed() {
    dirty = true;
    renumber();
    bar.querySelector("[data-line-do=undo]").hidden = !takenOut.length;
    cost();
  }

  const doing = {
    add: () => add(current || [...grid.querySelectorAll("[data-line]")].at(-1)),
    duplicate: () => current && duplicate(current),
    up: () => current && move(current, -1),
    down: () => current && move(current, 1),
    more: () => current && more(current),
    out: () => current && !isOut(current) && takeOut(current),
    undo: () => putBack(),
  };
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-line-do]");
    if (!button) return;
    if (!current && !["add", "undo"].includes(button.dataset.lineDo)) return say("Go to a line first.");
    doing[button.dataset.lineDo]();
  });

  form.addEventListener("focusin", (event) => {
    const line = lineOf(event.target);
    if (line) choose(line);
  });
  form.addEventListener("input", () => { dirty = true; typedSince = true; });
  form.addEventListener("change", (event) => {
    dirty = true;
    const line = lineOf(event.target);
    if (line) {
      const what = column(event.target);
      if (what === "operation") regroup(line);
      if (what === "item") {
        name(line);
        recognise(line);
      }
      if (what === "DELETE") {
        if (event.target.checked) takeOut(line);
        else putBack(line);
        return;
      }
    }
    cost();
  });
  /* Whoever types on before anything is suggested is told of a code that there is not, beside it */
  async function recognise(line) {
    const field = fieldOf(line, "item");
    const typed = field.value.trim();
    let known = null;
    try {
      if (typed) known = (await (await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`)).json()).found;
    } catch { return; }
    if (field.value.trim() !== typed) return;
    line.querySelector("[data-unknown]")?.remove();
    const same = known?.find((one) => one.value.toUpperCase() === typed.toUpperCase());
    if (same) {
      field.value = same.value;
      name(line);
      if (!fieldOf(line, "unit").value) fieldOf(line, "unit").value = same.unit;
    } else if (typed) {
      const fault = document.createElement("p");
      fault.className = "row-faults";
      fault.dataset.unknown = "";
      fault.id = `${field.id}_unknown`;
      fault.textContent = `There is no item ${typed}. Type a part of its code or name, and choose.`;
      line.querySelector(".grid-row").after(fault);
      field.setAttribute("aria-describedby", fault.id);
    }
    if (typed && !same) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  grid.addEventListener("suggestion", (event) => {
    const line = lineOf(event.target);
    const unit = line && column(event.target) === "item" && fieldOf(line, "unit");
    if (unit && !unit.value && event.detail.unit) unit.value = event.detail.unit;
  });
  function regroup(line) {
    const from = line.parentElement;
    if (from.dataset.operation === operationOf(line)) return;
    const focused = document.activeElement;
    groupOf(operationOf(line)).append(line);
    tidy(from);
    renumber();
    if (lineOf(focused) === line) focused.focus();
    say(`${code(line)} stands at operation ${operationOf(line)} now.`);
  }

  /* Keys */
  const atEdge = (field, way) => {
    if (field.matches("select, [type=checkbox]")) return true;
    const { selectionStart: start, selectionEnd: end, value } = field;
    if (start === 0 && end === value.length) return true;
    return start === end && (way > 0 ? end === value.length : start === 0);
  };
  function vertical(field, line, way) {
    const next = beside(line, way);
    if (next) focus(next, column(field));
    return Boolean(next);
  }
  function horizontal(field, line, way) {
    const row = cells(line);
    const next = row[row.indexOf(field) + way];
    if (!next) return false;
    next.focus();
    if (next.matches("input")) next.select();
    return true;
  }
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    const line = lineOf(field);
    if (event.isComposing || event.defaultPrevented || !line) return;
    const key = event.key;
    const control = (event.ctrlKey || event.metaKey) && !event.altKey;
    let done = true;
    if (control && key === "Enter") add(line);
    else if (control && key.toLowerCase() === "d") duplicate(line);
    else if (control && (key === "ArrowUp" || key === "ArrowDown")) move(line, key === "ArrowDown" ? 1 : -1);
    else if (control && key === "Delete") takeOut(line);
    else if (control && !event.shiftKey && key.toLowerCase() === "z" && takenOut.length && !typedSince) putBack();
    else if (event.altKey && !control && key.toLowerCase() === "m") more(line);
    else if (control || event.altKey || !field.matches("input, select")) return;
    else if (!field.closest(".grid-row")) {
      if (key !== "Enter" || field.type === "checkbox") return;
      /* nobody sends the form by Enter in a field */
    } else if (key === "Enter" && event.shiftKey) vertical(field, line, -1);
    else if (key === "Enter") {
      if (field.name.endsWith("-operation")) field.blur();
      if (!vertical(field, line, 1)) add(line);
    } else if (key === "ArrowDown" || key === "ArrowUp") vertical(field, line, key === "ArrowDown" ? 1 : -1);
    else if ((key === "ArrowRight" || key === "ArrowLeft") && !event.shiftKey && atEdge(field, key === "ArrowRight" ? 1 : -1)) done = horizontal(field, line, key === "ArrowRight" ? 1 : -1);
    else return;
    if (done) event.preventDefault();
  });

  /* Costs, a moment after the last change; an answer that was overtaken is dropped */
  const state = form.querySelector("[data-cost-state]");
  let costTimer = 0;
  let asking = null;
  function cost() {
    clearTimeout(costTimer);
    costTimer = setTimeout(askCost, COST_WAIT_MS);
    state.textContent = "…";
  }
  async function askCost() {
    asking?.abort();
    asking = new AbortController();
    const sent = new URLSearchParams(new FormData(form));
    sent.set("do", "cost");
    try {
      const answer = await fetch(location.href, { method: "POST", body: sent, signal: asking.signal });
      if (!answer.ok || answer.redirected) throw new Error("no cost");
      const box = document.createElement("template");
      box.innerHTML = await answer.text();
      for (const one of box.content.querySelectorAll("[data-for]")) document.getElementById(one.dataset.for)?.replaceChildren(...one.childNodes);
      state.textContent = "";
    } catch (fault) {
      if (fault.name !== "AbortError") state.textContent = "not computed anew: the server did not answer";
    }
  }

  /* Leaving with something typed asks first; sending does not */
  form.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  for (const line of grid.querySelectorAll("[data-line]")) if (isOut(line)) takenOut.push(line);
  renumber();
  bar.querySelector("[data-line-do=undo]").hidden = !takenOut.length;
  const faulty = form.querySelector("[aria-invalid=true]");
  if (faulty) dirty = true;
})();
