const pages = [...document.querySelectorAll("section")];
let now = Math.min(pages.length, Math.max(1, parseInt(location.hash.slice(1)) || 1)) - 1;
function show(page) {
  now = Math.min(pages.length - 1, Math.max(0, page));
  pages.forEach((section, index) => section.classList.toggle("on", index === now));
  history.replaceState(null, "", "#" + (now + 1));
}
document.body.classList.add("live");
show(now);
const turns = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in turns) show(now + turns[event.key]);
  else if (event.key === "Home") show(0);
  else if (event.key === "End") show(pages.length - 1);
  else if (event.key === "n") document.body.classList.toggle("notes");
  else if (event.key === "f") document.documentElement.requestFullscreen();
  else return;
  event.preventDefault();
});
addEventListener("hashchange", () => show((parseInt(location.hash.slice(1)) || 1) - 1));
addEventListener("click", (event) => show(now + (event.clientX < innerWidth / 3 ? -1 : 1)));
