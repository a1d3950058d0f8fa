// The chat's own script, after deeds.js: live messages, the composer, the menu of commands.
"use strict";

const { chat } = desk.dataset;
const messages = find(".messages");
const stream = find(".stream");
const composer = find("[data-composer]");
const text = find("#text");
const menu = find("#menu");
const newest = find("[data-newest]");

// ---- Messages as they come

const isAtEnd = () => stream.scrollHeight - stream.scrollTop - stream.clientHeight < 80;
const toEnd = () => stream.scrollTo({ top: stream.scrollHeight });
let staysAtEnd = true; // while pictures load, an answer is written, a phone's keyboard opens
stream.addEventListener("scroll", () => (staysAtEnd = isAtEnd()), { passive: true });
const follow = new ResizeObserver(() => staysAtEnd && !isWriting() && toEnd());
const isWriting = () => Boolean(document.activeElement?.closest("[data-ask]")); // what somebody writes does not move away

function arrive({ id, mine, html }) {
  const element = drawn(html);
  const standing = document.getElementById("m-" + id);
  if (element.hidden) return standing?.remove();
  if (standing) return redraw(standing, element);
  const isAnswer = Date.now() - pressedAt < 6000;
  const stays = mine || isAnswer || (isAtEnd() && !isWriting());
  find(".empty", messages)?.remove();
  messages.querySelector(".sending")?.remove();
  const last = [...messages.querySelectorAll("[data-day]")].at(-1);
  if (last?.dataset.day !== element.dataset.day) messages.append(divider("day", element.dataset.dayName));
  if (!mine && document.hidden && !find(".new", messages)) messages.append(divider("new", say("new")));
  element.classList.add("fresh");
  messages.append(element);
  ready(element);
  if (stays) toEnd();
  else newest.hidden = false;
  if (isAnswer && !text.value) find("[data-ask] textarea, [data-ask] input:not([type=hidden])", element)?.focus({ preventScroll: true });
  tellSeen(id);
}

function redraw(standing, element) {
  const stays = isAtEnd() && !isWriting();
  const writing = find("[data-ask]", standing);
  const ref = find("[data-ask] [name=ref]", element)?.value;
  if (writing && ref && writing.elements.ref.value === ref) find("[data-ask]", element).replaceWith(writing); // half-written answers stay
  const focused = standing.contains(document.activeElement) && !writing;
  standing.replaceWith(element);
  ready(element);
  if (focused) find("button, a", element)?.focus({ preventScroll: true });
  if (stays) toEnd();
}

function divider(kind, words) {
  const line = document.createElement("li");
  line.className = kind;
  line.append(Object.assign(document.createElement("span"), { textContent: words }));
  return line;
}

let lastId = 0;
function tellSeen(id) {
  lastId = Math.max(lastId, Number(id));
  if (document.hidden || !lastId) return;
  const body = new URLSearchParams({ message: String(lastId) });
  lastId = 0;
  fetch(`${base}/chat/${chat}/seen`, { method: "POST", body, headers: { "X-CSRF": csrf, Accept: "application/json" } }).catch(() => {});
}

// ---- The composer

const fileInput = composer.elements.files;
const chosen = find("[data-chosen]", composer);
const touch = matchMedia("(pointer: coarse)");

async function write() {
  const words = text.value.trim();
  if (!words && !fileInput.files.length) return text.focus();
  const button = find(".send", composer);
  await busy(button, async () => {
    const data = new FormData(composer);
    closeMenu();
    const shadow = words ? sending(words) : null;
    const kept = { words: text.value, files: [...fileInput.files] };
    text.value = "";
    keepFiles(fileInput, chosen, []);
    pressedAt = Date.now();
    const { ok } = await post(composer, data).catch(() => (toast(say("failed"), true), { ok: false }));
    if (ok) return;
    shadow?.remove();
    if (!text.value) text.value = kept.words;
    keepFiles(fileInput, chosen, kept.files);
  });
}

function sending(words) {
  const shadow = drawn('<li class="message mine sending"><div class="said"><p class="words" dir="auto"></p><p class="stamp"></p></div></li>');
  find(".words", shadow).textContent = words;
  find(".stamp", shadow).textContent = say("sending");
  messages.append(shadow);
  toEnd();
  return shadow;
}

const offered = () => [...menu.children].filter((item) => !item.hidden);

function offer() {
  const typed = /^\/\S*$/.test(text.value) ? text.value.toLowerCase() : null;
  for (const item of menu.children) item.hidden = typed === null || !item.dataset.command.startsWith(typed);
  menu.hidden = !offered().length;
  select(offered()[0]);
}

function select(item) {
  for (const one of menu.children) one.setAttribute("aria-selected", String(one === item));
  if (item && !menu.hidden) {
    text.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  } else text.removeAttribute("aria-activedescendant");
}

function closeMenu() {
  menu.hidden = true;
  select(null);
}

function take(item) {
  text.value = item.dataset.command + " ";
  closeMenu();
  text.focus();
}

function onKey(event) {
  const items = offered();
  const place = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu.hidden && step) select(items[(place + step + items.length) % items.length]);
  else if (!menu.hidden && event.key === "Escape") closeMenu();
  else if (!menu.hidden && (event.key === "Tab" || (event.key === "Enter" && items[place]?.dataset.command !== text.value))) take(items[place]);
  else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !touch.matches) write();
  else return;
  event.preventDefault();
}

// ---- Wiring

composer.addEventListener("submit", (event) => (event.preventDefault(), write()));

document.addEventListener("visibilitychange", () => tellSeen(0));
text.addEventListener("input", offer);
text.addEventListener("keydown", onKey);
text.addEventListener("blur", () => setTimeout(closeMenu, 150));
menu.addEventListener("mousedown", (event) => event.preventDefault());
menu.addEventListener("click", (event) => take(event.target.closest("li")));
fileInput.addEventListener("change", () => showChosen(fileInput, chosen));
text.addEventListener("paste", (event) => event.clipboardData.files.length && keepFiles(fileInput, chosen, [...fileInput.files, ...event.clipboardData.files]));
newest.addEventListener("click", () => toEnd());
stream.addEventListener("scroll", () => isAtEnd() && (newest.hidden = true), { passive: true });

const dropping = find("[data-dropping]");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files") && !event.target.closest?.(".drop");
document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  dropping.hidden = false;
});
document.addEventListener("dragleave", (event) => event.relatedTarget || (dropping.hidden = true));
document.addEventListener("drop", (event) => {
  dropping.hidden = true;
  if (!hasFiles(event)) return;
  event.preventDefault();
  keepFiles(fileInput, chosen, [...fileInput.files, ...event.dataTransfer.files]);
});

ready(document);
const firstNew = find(".new", messages);
if (firstNew) firstNew.scrollIntoView({ block: "center" });
else toEnd();
for (const box of [messages, stream]) follow.observe(box);
subscribe(`${base}/chat/${chat}/events?after=${desk.dataset.after}`, { message: (event) => arrive(JSON.parse(event.data)) });
