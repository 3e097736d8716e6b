// "Utiliser ma position": asks the device only when tapped, sends the search, keeps nothing.
"use strict";

(() => {
  if (!("geolocation" in navigator) || !window.isSecureContext) {
    return;
  }
  document.querySelectorAll("[data-proximite]").forEach((formulaire) => {
    const offre = formulaire.querySelector("[data-proximite-offre]");
    const etat = formulaire.querySelector("[data-proximite-etat]");
    const lieu = formulaire.querySelector("input[type=text]");
    const { lat, lon } = formulaire.elements;
    offre.hidden = false;

    offre.querySelector("[data-proximite-bouton]").addEventListener("click", () => {
      etat.textContent = etat.dataset.attente;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          // Three decimals are about 100 m: enough to sort houses, too little to tell a door.
          lat.value = coords.latitude.toFixed(3);
          lon.value = coords.longitude.toFixed(3);
          lat.disabled = lon.disabled = false;
          lieu.disabled = true;
          etat.textContent = "";
          formulaire.requestSubmit();
        },
        () => {
          etat.textContent = etat.dataset.refus;
          lieu.focus();
        },
        { maximumAge: 60000, timeout: 10000 },
      );
    });

    window.addEventListener("pageshow", () => {
      lat.disabled = lon.disabled = true;
      lieu.disabled = false;
    });
  });
})();
