// Attendance, quicker: htmx swaps a row. When the session is over or the network fails nothing is lost unsaid.
"use strict";

(() => {
  const dire = () => {
    const dit = document.getElementById("dit");
    const panne = document.getElementById("panne");
    panne.textContent = dit.textContent = dit.dataset.echec;
    panne.hidden = false;
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    // Signed out meanwhile: the answer is another page, which must not land in a row.
    if (new URL(xhr.responseURL, location.href).pathname.indexOf("/presences/") === -1) {
      event.detail.shouldSwap = false;
      location.reload();
      return;
    }
    document.getElementById("panne").hidden = true;
  });
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((nom) => {
    document.addEventListener(nom, dire);
  });
})();
