/* A tablet that nobody touches locks itself: <form data-idle-lock="300"> is sent after that many seconds without a touch or a key.
   Boards that update themselves do not count. A tablet that slept looks at the clock when it wakes. */
"use strict";
(() => {
  let touched = Date.now();
  const touch = () => { touched = Date.now(); };
  for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, touch, { passive: true, capture: true });

  function look() {
    const form = document.querySelector("form[data-idle-lock]");
    if (form && Date.now() - touched >= Number(form.dataset.idleLock) * 1000) {
      touch();
      form.submit();
    }
  }
  setInterval(look, 1000);
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);
})();
