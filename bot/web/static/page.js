// A page's own script, after deeds.js: answers to a press in a dialog, cards that change where they stand, parts that are loaded again.
"use strict";

const tray = find("[data-tray]");
const answers = find("[data-answers]");
const isInline = tray.classList.contains("inline");
const OURS = 15000; // for so long after a press what the desk says is an answer to it

// ---- The tray: what was said to a press

function openTray() {
  if (isInline) tray.open = true;
  else if (!tray.matches(":modal")) {
    tray.close();
    tray.showModal();
  }
}

function closeTray() {
  tray.close();
  answers.replaceChildren();
  const here = new URL(location.href);
  if (!here.searchParams.has("said")) return;
  here.searchParams.delete("said");
  history.replaceState(null, "", here);
}

function arrive({ id, stands, html }) {
  const element = drawn(html);
  const standing = document.getElementById("m-" + id);
  if (standing) return change(standing, element);
  if (element.hidden || stands || !(tray.open || Date.now() - pressedAt < OURS)) return;
  answers.append(element);
  ready(element);
  openTray();
  element.scrollIntoView({ block: "nearest" });
  find("[data-ask] textarea, [data-ask] input:not([type=hidden]), [data-ask] select", element)?.focus({ preventScroll: true });
}

function change(standing, element) {
  const writing = find("[data-ask]", standing);
  const ref = find("[data-ask] [name=ref]", element)?.value;
  if (writing && ref && writing.elements.ref.value === ref) find("[data-ask]", element).replaceWith(writing); // half-written answers stay
  const focused = standing.contains(document.activeElement) && document.activeElement.closest(".button")?.textContent;
  if (element.hidden) standing.remove();
  else standing.replaceWith(element);
  ready(element);
  if (focused) ([...element.querySelectorAll(".button")].find((one) => one.textContent === focused) ?? find(".button", element))?.focus({ preventScroll: true });
  if (!answers.children.length && tray.open) closeTray();
}

// ---- Parts that follow what others do

const plain = (part) => part.innerHTML.replace(/name="key" value="[^"]*"/g, "").replace(/said=\d+/g, "");
let looking = 0;

function look() {
  clearTimeout(looking);
  looking = setTimeout(refresh, 400);
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { "X-Look": "yes" } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const newer = fresh.getElementById(part.id);
    if (newer && plain(newer) !== plain(part) && !find("[data-hold]", part)) renew(part, newer); // nothing moves under a hand
  }
}

function renew(part, newer) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  for (const tick of part.querySelectorAll("[data-tick]")) {
    const same = find(`[data-tick="${CSS.escape(tick.dataset.tick)}"]`, newer);
    if (same) same.checked = tick.checked;
  }
  part.replaceChildren(...newer.childNodes);
  document.getElementById(focused)?.focus({ preventScroll: true });
  ready(part);
  document.dispatchEvent(new CustomEvent("renewed"));
}

// ---- Wiring

find("[data-close]", tray)?.addEventListener("click", (event) => (event.preventDefault(), closeTray()));
tray.addEventListener("cancel", (event) => (event.preventDefault(), closeTray()));
document.addEventListener("change", (event) => event.target.matches("[data-send]") && event.target.form.requestSubmit());
if (answers.children.length) openTray();
ready(document);
subscribe(desk.dataset.events, { message: (event) => arrive(JSON.parse(event.data)), look });
