// The calendar works without this file. It reads a saved link's dates after the #, which browsers never send, puts them
// in the form and sends it as a person would (POST); and it offers to print.
"use strict";

(() => {
  document.querySelectorAll("[data-imprimer]").forEach((bouton) => {
    bouton.hidden = false;
    bouton.addEventListener("click", () => window.print());
  });

  const formulaire = document.querySelector("[data-calendrier]");
  if (!formulaire || window.location.hash.length < 2 || formulaire.querySelector("[aria-invalid]")) {
    return;
  }
  const garde = new URLSearchParams(window.location.hash.slice(1));
  const estUneDate = /^\d{4}-\d{2}-\d{2}$/;
  let date = false;
  for (const nom of ["terme", "naissance", "bebes", "rang"]) {
    const valeur = garde.get(nom);
    const champ = formulaire.elements.namedItem(nom);
    if (valeur && champ) {
      const en = estUneDate.test(valeur);
      champ.value = en ? valeur.split("-").reverse().join("/") : valeur;
      date = date || en;
    }
  }
  if (date) {
    formulaire.requestSubmit();
  }
})();
