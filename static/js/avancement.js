/* A page that waits for a worker looks again by itself; without this script, its link does. */
(() => {
  const attente = document.querySelector("[data-avancement]");
  if (attente) {
    setTimeout(() => location.reload(), Number(attente.dataset.avancement) * 1000);
  }
})();
