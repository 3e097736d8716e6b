// What htmx leaves to the page: say how many results came, and say when the network failed.
//   <div id="liste" data-zone-resultats>…<p data-annonce>12 séances</p>…</div>
//   <p class="visually-hidden" role="status" data-resultats-annonce data-echec="…"></p>   outside the swapped part
"use strict";

(() => {
  const annoncer = (texte) => {
    const zone = document.querySelector("[data-resultats-annonce]");
    if (zone && texte) {
      zone.textContent = texte;
    }
  };

  document.addEventListener("htmx:afterSettle", () => {
    const annonce = document.querySelector("[data-zone-resultats] [data-annonce]");
    annoncer(annonce && annonce.textContent.trim());
  });

  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((nom) => {
    document.addEventListener(nom, () => {
      const zone = document.querySelector("[data-resultats-annonce]");
      annoncer(zone && zone.dataset.echec);
    });
  });
})();
