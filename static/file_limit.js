// Says at once that a file is too large, before it is sent. The server holds the same limit.
"use strict";
for (const form of document.querySelectorAll("form[data-most-bytes]")) {
  const field = form.querySelector("input[type=file]");
  const said = form.querySelector("[data-too-large]");
  const tooLarge = () => [...field.files].some((file) => file.size > Number(form.dataset.mostBytes));
  field.addEventListener("change", () => { said.hidden = !tooLarge(); });
  form.addEventListener("submit", (event) => {
    if (tooLarge()) { event.preventDefault(); said.hidden = false; field.focus(); }
  });
}
