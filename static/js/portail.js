// Every page works without this file. It moves the focus to the error summary, and keeps a form from being sent twice
// by a second tap (the server would make one booking of it anyway).
"use strict";

(() => {
  const resume = document.querySelector("[data-resume-erreurs]");
  if (resume) {
    resume.focus();
  }

  document.addEventListener("submit", (evenement) => {
    const formulaire = evenement.target;
    if (formulaire.method !== "post" || evenement.defaultPrevented) {
      return;
    }
    if (formulaire.dataset.envoye) {
      evenement.preventDefault();
      return;
    }
    formulaire.dataset.envoye = "1";
  });

  // A page taken from the browser's memory ("back") may be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-envoye]").forEach((formulaire) => delete formulaire.dataset.envoye);
  });
})();
