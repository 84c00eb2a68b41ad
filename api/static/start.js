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
