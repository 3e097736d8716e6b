// "Près de chez moi", in a <form data-proximite> with the fields lieu, lat and lon (commune, if any, goes with lieu):
// suggests communes while one types, and fills lat and lon with the device's position, only when tapped. Keeps nothing.
"use strict";

(() => {
  const PAUSE_MS = 180;

  const suggerer = (champ, adresse) => {
    const liste = document.createElement("datalist");
    liste.id = `${champ.id || champ.name}-communes`;
    champ.after(liste);
    champ.setAttribute("list", liste.id);
    champ.setAttribute("autocomplete", "off");
    let minuterie = 0;
    let demande = null;

    champ.addEventListener("input", () => {
      clearTimeout(minuterie);
      const saisie = champ.value.trim();
      const deja = Array.from(liste.options, (option) => option.value);
      if (saisie.length < 2 || deja.includes(saisie)) {
        return;
      }
      minuterie = setTimeout(async () => {
        if (demande) {
          demande.abort();
        }
        demande = new AbortController();
        try {
          const reponse = await fetch(`${adresse}?q=${encodeURIComponent(saisie)}`, { signal: demande.signal });
          if (!reponse.ok) {
            return;
          }
          const { communes } = await reponse.json();
          liste.replaceChildren(
            ...communes.map(({ libelle, departement }) => {
              const option = document.createElement("option");
              option.value = libelle;
              option.textContent = departement;
              return option;
            }),
          );
        } catch {
          // No suggestion: the form works without.
        }
      }, PAUSE_MS);
    });
  };

  const localiser = (formulaire, { lieu, lat, lon, commune }) => {
    const offre = formulaire.querySelector("[data-proximite-offre]");
    const etat = formulaire.querySelector("[data-proximite-etat]");
    if (!offre || !lat || !lon || !("geolocation" in navigator) || !window.isSecureContext) {
      return;
    }
    offre.hidden = false;
    offre.querySelector("[data-proximite-bouton]").addEventListener("click", () => {
      etat.textContent = etat.dataset.attente;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          // Two decimals are about a kilometre: enough to sort houses, too little to tell a home.
          lat.value = coords.latitude.toFixed(2);
          lon.value = coords.longitude.toFixed(2);
          lieu.value = "";
          if (commune) {
            commune.value = "";
          }
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
  };

  document.querySelectorAll("[data-proximite]").forEach((formulaire) => {
    const champs = {};
    ["lieu", "lat", "lon", "commune"].forEach((nom) => {
      champs[nom] = formulaire.elements.namedItem(nom);
    });
    if (!champs.lieu) {
      return;
    }
    if (formulaire.dataset.communes) {
      suggerer(champs.lieu, formulaire.dataset.communes);
    }
    localiser(formulaire, champs);

    // A commune that was typed comes before a position; what is empty stays out of the address.
    const preparer = () => {
      [champs.lat, champs.lon].forEach((champ) => {
        if (champ) {
          champ.disabled = champs.lieu.value.trim() !== "" || champ.value === "";
        }
      });
    };
    formulaire.addEventListener("submit", preparer, { capture: true });
    champs.lieu.addEventListener("change", () => {
      if (champs.commune) {
        champs.commune.value = "";
      }
      preparer();
    });
  });
})();
