// The sheet of a visit: each note is on the device before it leaves, and stays there until the portal has it.
"use strict";

(() => {
  const form = document.querySelector("form.visite");
  if (!form) return;
  const etat = document.getElementById("visite-etat");
  const cle = form.dataset.cle;
  const jeton = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const ATTENTE = 800;
  const NOUVEL_ESSAI = 15000;
  // Notes that left and are not answered yet.
  const envois = new Set();
  const minuteries = new Map();
  let deconnecte = false;
  let refus = "";

  // Each note under a key of its own: another tab has its own notes waiting.
  const sous = (pk) => `${cle}:${pk}`;
  const attente = {};
  try {
    Object.keys(localStorage)
      .filter((nom) => nom.startsWith(sous("")))
      .forEach((nom) => {
        attente[nom.slice(sous("").length)] = JSON.parse(localStorage.getItem(nom));
      });
  } catch {
    // A forbidden store, or one that somebody changed: the page has its own words.
  }
  const garder = (pk, note) => {
    try {
      if (note) localStorage.setItem(sous(pk), JSON.stringify(note));
      // What another tab keeps of this criterion stays its own.
      else if (localStorage.getItem(sous(pk)) === JSON.stringify(attente[pk])) localStorage.removeItem(sous(pk));
    } catch {
      // A full or forbidden store: the page still holds the words.
    }
    if (note) attente[pk] = note;
    else delete attente[pk];
  };

  const critere = (pk) => form.querySelector(`[data-evaluation="${pk}"]`);
  const champ = (pk, nom) => critere(pk).querySelector(`[name="${pk}-${nom}"]`);
  const saisie = (pk) => {
    const coche = critere(pk).querySelector(`[name="${pk}-niveau"]:checked`);
    return {
      niveau: coche ? coche.value : "",
      texte: champ(pk, "texte").value,
      revision: champ(pk, "revision").value,
    };
  };
  const remplir = (pk, note) => {
    critere(pk).querySelectorAll(`[name="${pk}-niveau"]`).forEach((radio) => {
      radio.checked = radio.value === note.niveau;
    });
    champ(pk, "texte").value = note.texte;
    // What was read when it was written: the portal sees what another device wrote since.
    champ(pk, "revision").value = note.revision;
  };

  const dire = () => {
    const nombre = Object.keys(attente).length;
    etat.hidden = false;
    etat.classList.toggle("visite__etat--attend", nombre > 0);
    if (refus) etat.textContent = `${form.dataset.refus} ${refus}`;
    else if (deconnecte) etat.textContent = form.dataset.deconnecte;
    else if (!nombre) etat.textContent = form.dataset.tout;
    else if (envois.size) etat.textContent = form.dataset.envoi;
    else etat.textContent = `${form.dataset.attend} ${nombre}`;
  };

  const montrerConflit = (pk, autre) => {
    const boite = critere(pk).querySelector(".visite__conflit");
    boite.querySelector(".visite__autre").textContent = [autre.niveau_dit, autre.texte].filter(Boolean).join(" – ");
    boite.querySelector(".visite__choix").hidden = false;
    boite.hidden = false;
    boite.querySelector("[data-garder]").onclick = () => {
      boite.hidden = true;
      champ(pk, "revision").value = autre.revision;
      noter(pk, 0);
    };
    boite.querySelector("[data-prendre]").onclick = () => {
      boite.hidden = true;
      remplir(pk, autre);
      garder(pk, null);
      dire();
    };
  };

  const envoyer = async (pk) => {
    const note = attente[pk];
    // A conflict waits for the person's choice.
    if (!note || envois.has(pk) || !critere(pk).querySelector(".visite__conflit").hidden) return;
    envois.add(pk);
    dire();
    try {
      const reponse = await fetch(location.pathname, {
        method: "POST",
        credentials: "same-origin",
        redirect: "manual",
        headers: { "X-CSRFToken": jeton, Accept: "application/json" },
        body: new URLSearchParams({ acte: "note", evaluation: pk, ...note }),
      });
      deconnecte = reponse.type === "opaqueredirect" || reponse.status === 403;
      if (reponse.ok) {
        const { revision } = await reponse.json();
        champ(pk, "revision").value = revision;
        refus = "";
        const present = attente[pk];
        if (present && (present.texte !== note.texte || present.niveau !== note.niveau)) {
          garder(pk, { ...present, revision: String(revision) });
          minuteries.set(pk, setTimeout(() => envoyer(pk), ATTENTE));
        } else {
          garder(pk, null);
        }
      } else if (reponse.status === 409) {
        montrerConflit(pk, await reponse.json());
      } else if (reponse.status === 422) {
        refus = (await reponse.json()).message;
      }
    } catch {
      // No network: what is kept leaves later.
    } finally {
      envois.delete(pk);
      dire();
    }
  };
  const envoyerTout = () => Object.keys(attente).forEach((pk) => critere(pk) && envoyer(pk));

  const noter = (pk, delai = ATTENTE) => {
    garder(pk, saisie(pk));
    clearTimeout(minuteries.get(pk));
    minuteries.set(pk, setTimeout(() => envoyer(pk), delai));
    dire();
  };

  // What an earlier visit of this page could not send.
  Object.entries(attente).forEach(([pk, note]) => {
    if (critere(pk)) remplir(pk, note);
  });

  form.addEventListener("input", (event) => {
    const bloc = event.target.closest("[data-evaluation]");
    if (bloc) noter(bloc.dataset.evaluation);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    envoyerTout();
    dire();
  });
  window.addEventListener("online", envoyerTout);
  setInterval(envoyerTout, NOUVEL_ESSAI);
  dire();
  envoyerTout();
})();
