// Pages whose list is swapped by htmx. htmx itself (15 kB) comes when a filter is first touched: who only reads the list
// never pays for it, and a choice made meanwhile is played again. Says how many results came, or that the network failed.
//   <div id="liste" data-zone-resultats>…<p data-annonce>12 séances</p>…</div>
//   <p class="visually-hidden" role="status" data-resultats-annonce data-echec="…"></p>   outside the swapped part
"use strict";

(() => {
  const adresse = document.currentScript.dataset.htmx;
  const COMMANDES = "[hx-get], [hx-get] *";
  let demande = false;
  let enAttente = null;

  const charger = () => {
    if (demande) {
      return;
    }
    demande = true;
    const script = document.createElement("script");
    script.src = adresse;
    script.addEventListener("load", () => {
      document.removeEventListener("change", retenir, true);
      if (enAttente && enAttente.isConnected) {
        enAttente.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
    const ajouter = () => document.head.append(script);
    // htmx starts by itself only in a page that is complete.
    if (document.readyState === "complete") {
      ajouter();
    } else {
      window.addEventListener("load", ajouter, { once: true });
    }
  };

  const retenir = ({ target }) => {
    if (target.matches(COMMANDES)) {
      enAttente = target;
      charger();
    }
  };

  const approcher = ({ target }) => {
    if (target instanceof Element && target.matches(COMMANDES)) {
      charger();
    }
  };

  document.addEventListener("change", retenir, true);
  ["focusin", "pointerover", "touchstart"].forEach((nom) => {
    document.addEventListener(nom, approcher, { capture: true, passive: true });
  });

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
