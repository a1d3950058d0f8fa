// The inbox's own script, after page.js: a row is opened beside the list without loading the page, and keys do what the buttons do.
"use strict";

const leaf = find(".leaf");
const help = find("[data-help]");
const shortcuts = new Map([...help.querySelectorAll("[data-key]")].map((one) => [one.dataset.key, one.dataset.does]));
const rows = () => [...document.querySelectorAll(".row-link")];
const here = () => rows().findIndex((row) => row === document.activeElement || row.getAttribute("aria-current"));

// ---- Opening beside the list

async function open(address, keeps = false) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return location.assign(address);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!keeps) history.pushState(null, "", address);
  document.title = fresh.title;
  closeTray();
  leaf.className = find(".leaf", fresh).className;
  for (const id of ["shelves", "rows", "mention"]) renew(document.getElementById(id), fresh.getElementById(id));
  find("#to-list").href = fresh.getElementById("to-list").getAttribute("href");
  find(".detail").scrollTop = 0;
  const current = find(".row-link[aria-current]");
  current?.scrollIntoView({ block: "nearest" });
  if (matchMedia("(max-width: 1000px)").matches) find(leaf.classList.contains("opened") ? "#to-list" : "#words").focus({ preventScroll: true });
  else current?.focus({ preventScroll: true });
}

// ---- Keys

function step(by) {
  const all = rows();
  const at = here();
  const next = all[at < 0 ? 0 : at + by];
  if (!next) return by > 0 ? find("#older")?.focus() : undefined;
  if (find(".leaf.opened")) open(next.href);
  else next.focus();
}

function does(action) {
  const button = find(`#mention [data-does="${action}"]`);
  button?.click();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => rows()[here()] && open(rows()[here()].href),
  "/": () => find("#words").focus(),
  "?": () => help.showModal(),
};

function onKey(event) {
  const writes = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (writes || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || find("dialog:modal")) return;
  if (!shortcuts.has(event.key)) return;
  event.preventDefault();
  if (KEYS[event.key]) KEYS[event.key]();
  else does(shortcuts.get(event.key));
}

// ---- Wiring

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".row-link, #to-list");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link.href);
});
addEventListener("popstate", () => open(location.href, true));
find("[data-open-help]").hidden = false;
find("[data-open-help]").addEventListener("click", () => help.showModal());
