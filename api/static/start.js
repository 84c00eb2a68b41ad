// Chinese first, English at a click; the choice is kept where the browser allows it.
const KEY = "gridgov.language";
const read = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
const keep = (value) => { try { localStorage.setItem(KEY, value); } catch { /* a browser without storage forgets */ } };
const show = (language) => { document.documentElement.lang = language; };
show(read() === "en" ? "en" : "zh-CN");
document.getElementById("language").addEventListener("click", () => {
  const next = document.documentElement.lang === "en" ? "zh-CN" : "en";
  show(next);
  keep(next);
});
for (const bar of document.querySelectorAll(".bar i")) bar.style.flexGrow = bar.dataset.share;

const leave = document.getElementById("log-out");
leave?.addEventListener("click", async () => {
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch("/api/v1/logout", { method: "POST", credentials: "same-origin", headers: { "X-CSRF-Token": csrf } });
  // Ended elsewhere already is as good.
  if (answer.ok || answer.status === 401) location.replace("/login");
  else location.reload();
});
