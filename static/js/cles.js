// Shows the buttons of passkeys where the browser has them, and says so when one did not answer.
"use strict";

(() => {
  if (window.PublicKeyCredential) {
    document.querySelectorAll("[data-cle]").forEach((element) => {
      element.hidden = false;
    });
  }

  document.addEventListener("allauth.error", (evenement) => {
    evenement.preventDefault();
    const erreur = document.querySelector("[data-cle-erreur]");
    if (erreur) {
      erreur.hidden = false;
      erreur.scrollIntoView({ block: "nearest" });
    }
  });
})();
