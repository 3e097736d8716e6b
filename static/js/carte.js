// The map: Leaflet is fetched when "Voir la carte" is tapped. Our own contours, no tile, no third party.
"use strict";

(() => {
  const charger = (balise, attributs) =>
    new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement(balise), attributs);
      element.addEventListener("load", resolve, { once: true });
      element.addEventListener("error", reject, { once: true });
      document.head.append(element);
    });

  const lire = async (adresse) => {
    const reponse = await fetch(adresse, { credentials: "same-origin" });
    if (!reponse.ok) {
      throw new Error(`${reponse.status} ${adresse}`);
    }
    return reponse.json();
  };

  const SVG = "http://www.w3.org/2000/svg";

  const dessiner = (genre) => {
    const repere = document.createElement("span");
    repere.className = `plan__repere${genre ? ` plan__repere--${genre}` : ""}`;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 36 44");
    const goutte = document.createElementNS(SVG, "path");
    goutte.setAttribute("d", "M18 42C28 30 33 23 33 16.5a15 15 0 0 0-30 0C3 23 8 30 18 42z");
    const coeur = document.createElementNS(SVG, "circle");
    coeur.setAttribute("cx", "18");
    coeur.setAttribute("cy", "16.5");
    coeur.setAttribute("r", "6");
    svg.append(goutte, coeur);
    repere.append(svg);
    return repere;
  };

  // Built node by node: a name in the data can't become markup.
  const bulle = ({ nom, url, detail }) => {
    const boite = document.createElement("div");
    const lien = document.createElement(url ? "a" : "strong");
    if (url) {
      lien.href = url;
    }
    lien.textContent = nom;
    boite.append(lien);
    if (detail) {
      const texte = document.createElement("p");
      texte.className = "mb-0";
      texte.textContent = detail;
      boite.append(texte);
    }
    return boite;
  };

  const ouvrir = async (plan, toile) => {
    const { reperes, contours, communes, leafletJs, leafletCss, zoomAvant, zoomArriere, fermer } = plan.dataset;
    const [points, fond, detail] = await Promise.all([
      lire(reperes),
      lire(contours),
      communes ? lire(communes) : null,
      charger("link", { rel: "stylesheet", href: leafletCss }),
      window.L ? null : charger("script", { src: leafletJs }),
    ]);
    toile.hidden = false;
    const L = window.L;
    const immobile = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const carte = L.map(toile, {
      zoomControl: false,
      attributionControl: false,
      scrollWheelZoom: false,
      zoomAnimation: !immobile,
      fadeAnimation: !immobile,
      markerZoomAnimation: !immobile,
      minZoom: 4,
      maxZoom: 13,
    });
    L.control.zoom({ zoomInTitle: zoomAvant, zoomOutTitle: zoomArriere }).addTo(carte);
    L.geoJSON(fond, {
      interactive: false,
      style: { className: "plan__contour" },
      onEachFeature: ({ properties }, couche) => {
        if (properties.nom) {
          couche.bindTooltip(properties.nom, { permanent: true, direction: "center", className: "plan__nom" });
        }
      },
    }).addTo(carte);
    const nommer = () => toile.classList.toggle("plan__toile--loin", carte.getZoom() < 8);
    carte.on("zoomend", nommer);
    if (detail) {
      L.geoJSON(detail, { interactive: false, style: { className: "plan__contour plan__contour--commune" } }).addTo(carte);
    }
    const couche = L.geoJSON(points, {
      pointToLayer: ({ properties }, position) => {
        const repere = L.marker(position, {
          icon: L.divIcon({
            html: dessiner(properties.genre),
            className: "",
            iconSize: [44, 48],
            iconAnchor: [22, 46],
            popupAnchor: [0, -40],
          }),
          title: properties.nom,
          alt: properties.nom,
          keyboard: true,
          riseOnHover: true,
        });
        return repere.bindPopup(() => bulle(properties), { maxWidth: 260 });
      },
    }).addTo(carte);
    carte.on("popupopen", ({ popup }) => {
      const bouton = popup.getElement().querySelector(".leaflet-popup-close-button");
      if (bouton) {
        bouton.setAttribute("aria-label", fermer);
      }
    });
    const cadre = couche.getBounds();
    if (cadre.isValid()) {
      carte.fitBounds(cadre, { padding: [32, 48], maxZoom: 10, animate: false });
    } else {
      carte.setView([46.6, 2.4], 5);
    }
    nommer();
  };

  const preparer = (plan) => {
    const bouton = plan.querySelector("[data-plan-bouton]");
    const toile = plan.querySelector("[data-plan-toile]");
    const etat = plan.querySelector("[data-plan-etat]");
    const libelle = bouton.querySelector("span");
    const { textContent: ouverture } = libelle;
    const { fermeture } = bouton.dataset;
    let carte = null;
    plan.hidden = false;

    bouton.addEventListener("click", async () => {
      if (bouton.getAttribute("aria-expanded") === "true") {
        toile.hidden = true;
        bouton.setAttribute("aria-expanded", "false");
        libelle.textContent = ouverture;
        return;
      }
      try {
        carte = carte || ouvrir(plan, toile);
        await carte;
        toile.hidden = false;
        bouton.setAttribute("aria-expanded", "true");
        libelle.textContent = fermeture;
        etat.textContent = "";
      } catch {
        carte = null;
        toile.hidden = true;
        etat.textContent = plan.dataset.echec;
      }
    });
  };

  document.querySelectorAll("[data-plan]").forEach(preparer);
  // A list that htmx swapped brings its own map, still hidden.
  document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-plan][hidden]").forEach(preparer));
})();
