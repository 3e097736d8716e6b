// With this file no answer leaves the browser: the result is reckoned here, with the rules that the page carries, and
// shown in place. Without it the page works in one request (see portail/compagnon/bien_etre.py).
"use strict";

(() => {
  const sortie = document.querySelector("[data-sortie]");
  const formulaire = document.querySelector("[data-bien-etre]");

  // Leaving: nothing stays on the screen while the other page loads, and "back" does not come here.
  function partir() {
    if (formulaire) {
      formulaire.reset();
    }
    document.body.hidden = true;
    window.location.replace(sortie.href);
  }

  if (sortie) {
    document.querySelectorAll("[data-sortie-clavier]").forEach((aide) => {
      aide.hidden = false;
    });
    sortie.addEventListener("click", (evenement) => {
      evenement.preventDefault();
      partir();
    });
    let dernier = 0;
    document.addEventListener("keydown", (evenement) => {
      if (evenement.key !== "Escape") {
        return;
      }
      const maintenant = Date.now();
      if (maintenant - dernier < 1500) {
        partir();
      }
      dernier = maintenant;
    });
  }

  document.querySelectorAll("[data-imprimer]").forEach((bouton) => {
    bouton.hidden = false;
    bouton.addEventListener("click", () => window.print());
  });

  if (!formulaire) {
    return;
  }
  const regles = JSON.parse(document.getElementById("bien-etre-regles").textContent);
  const resultat = document.querySelector("[data-resultat]");

  // Whoever comes back to the page finds it empty.
  window.addEventListener("pagehide", () => formulaire.reset());
  window.addEventListener("pageshow", (evenement) => {
    if (evenement.persisted) {
      window.location.reload();
    }
  });

  formulaire.addEventListener("submit", (evenement) => {
    evenement.preventDefault();
    let total = 0;
    let danger = false;
    for (const question of regles.questions) {
      const choisi = formulaire.querySelector(`input[name="${CSS.escape(question.code)}"]:checked`);
      if (!choisi) {
        return;
      }
      const place = Number(choisi.value);
      const points = question.inversee ? question.maximum - place : place;
      total += points;
      danger = danger || (question.securite && points >= 1);
    }
    let bande = "serein";
    if (total >= regles.alerte) {
      bande = "alerte";
    } else if (total >= regles.attention) {
      bande = "attention";
    }
    resultat.querySelectorAll("[data-si]").forEach((bloc) => {
      const si = bloc.dataset.si;
      bloc.hidden = si === "danger" ? !danger : si !== bande || (danger && bande === "serein");
    });
    resultat.querySelector("[data-total]").textContent = String(total);
    document.querySelector("[data-questions]").hidden = true;
    resultat.hidden = false;
    formulaire.reset();
    window.scrollTo(0, 0);
    resultat.querySelector("[data-resultat-titre]").focus();
  });
})();
