// It runs before the form is there. Whoever logs in before the page can send it is kept waiting, and not sent astray.
const early = { form: null, ready: false };
document.addEventListener("submit", (event) => {
  if (early.ready) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  early.form = event.target;
}, true);
