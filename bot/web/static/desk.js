// The chat's own script: live messages, presses and forms without loading the page again. Everything here also works without it.
"use strict";

const desk = document.querySelector(".desk");
const { base, chat, csrf } = desk.dataset;
const say = (what) => desk.dataset["say" + what[0].toUpperCase() + what.slice(1)];
const find = (selector, within = document) => within.querySelector(selector);
const messages = find(".messages");
const stream = find(".stream");
const composer = find("[data-composer]");
const text = find("#text");
const menu = find("#menu");
const newest = find("[data-newest]");

// ---- Talking to the desk

const freshKey = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

// The key stays until the desk has answered: sent twice, it is done once.
async function post(form, data) {
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json", "X-CSRF": csrf } });
  const told = await answer.json();
  if (answer.status < 500) form.elements.key.value = freshKey();
  if (told.notice) toast(told.notice.text, told.notice.alarm);
  return { ok: answer.ok, errors: told.errors ?? {} };
}

function toast(words, isAlarm) {
  const shown = document.createElement("p");
  shown.className = isAlarm ? "toast alarm" : "toast";
  shown.textContent = words;
  find("[data-toasts]").append(shown);
  setTimeout(() => shown.remove(), isAlarm ? 9000 : 5000);
}

async function busy(button, work) {
  if (button.classList.contains("busy")) return;
  button.classList.add("busy");
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch {
    toast(say("failed"), true);
  } finally {
    button.classList.remove("busy");
    button.removeAttribute("aria-busy");
  }
}

// ---- Messages as they come

const isAtEnd = () => stream.scrollHeight - stream.scrollTop - stream.clientHeight < 80;
const toEnd = () => stream.scrollTo({ top: stream.scrollHeight });
let staysAtEnd = true; // while pictures load, an answer is written, a phone's keyboard opens
stream.addEventListener("scroll", () => (staysAtEnd = isAtEnd()), { passive: true });
const follow = new ResizeObserver(() => staysAtEnd && !isWriting() && toEnd());
const isWriting = () => Boolean(document.activeElement?.closest("[data-ask]")); // what somebody writes does not move away
let pressedAt = 0;

function drawn(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // the desk's own template, which escapes everything that people wrote
  return holder.content.firstElementChild;
}

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
  line.setAttribute("role", "presentation");
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

function countRooms(counts) {
  for (const badge of document.querySelectorAll("[data-room]")) {
    const count = badge.dataset.room === chat ? 0 : (counts[badge.dataset.room] ?? 0);
    badge.hidden = !count;
    badge.firstElementChild.textContent = count > 99 ? "99+" : count;
  }
}

function listen() {
  const live = find("[data-live]");
  const source = new EventSource(`${base}/chat/${chat}/events?after=${desk.dataset.after}`);
  source.addEventListener("open", () => {
    live.hidden = false;
    live.classList.remove("lost");
    live.title = "";
  });
  source.addEventListener("message", (event) => arrive(JSON.parse(event.data)));
  source.addEventListener("rooms", (event) => countRooms(JSON.parse(event.data)));
  source.addEventListener("over", () => {
    source.close();
    live.hidden = true;
    toast(say("out"), true);
  });
  source.addEventListener("error", () => {
    live.classList.add("lost");
    live.title = say("lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
}

// ---- Presses

function sure(button) {
  const dialog = find("[data-sure]");
  find("[data-question]", dialog).textContent = button.dataset.confirm;
  const yes = find("[data-yes]", dialog);
  yes.textContent = button.textContent;
  yes.className = button.classList.contains("bad") ? "button danger" : "button good";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((settle) => dialog.addEventListener("close", () => settle(dialog.returnValue === "yes"), { once: true }));
}

async function press(form, button) {
  if (button.dataset.confirm && !(await sure(button))) return;
  pressedAt = Date.now();
  const data = new FormData(form);
  data.set("ref", button.value);
  await busy(button, () => post(form, data));
}

// ---- Questions

async function answer(form, button) {
  if (button.name !== "cancel" && [...form.querySelectorAll("[data-limit]")].some((field) => isOver(field))) return find(".counter.over", form).scrollIntoView({ block: "nearest" });
  pressedAt = Date.now();
  await busy(button, async () => {
    const { ok, errors } = await post(form, new FormData(form, button));
    for (const question of form.querySelectorAll("[data-question]")) {
      const wrong = errors[question.dataset.question] ?? "";
      question.classList.toggle("wrong", Boolean(wrong));
      find("[data-error]", question).textContent = wrong;
    }
    if (ok) form.inert = true;
    else find(".wrong input, .wrong textarea, .wrong select", form)?.focus();
  });
}

const length = (words) => [...words].length;
const isOver = (field, most = field.dataset.limit) => Number(most) > 0 && length(field.value) > Number(most);

function count(field) {
  const counter = find("[data-counter]", field.closest("[data-question]"));
  if (!counter) return;
  counter.textContent = `${length(field.value)} / ${field.dataset.fits}`;
  counter.classList.toggle("over", isOver(field, field.dataset.fits));
}

// ---- Files: what was chosen is shown, and can be taken back

function showChosen(input, list) {
  list.replaceChildren(
    ...[...input.files].map((file, place) => {
      const item = document.createElement("li");
      if (file.type.startsWith("image/")) {
        const small = Object.assign(document.createElement("img"), { src: URL.createObjectURL(file), alt: "" });
        small.addEventListener("load", () => URL.revokeObjectURL(small.src), { once: true });
        item.append(small);
      }
      item.append(Object.assign(document.createElement("span"), { className: "name", textContent: file.name }));
      const away = Object.assign(document.createElement("button"), { type: "button", textContent: "×", ariaLabel: `${say("remove")} ${file.name}` });
      away.addEventListener("click", () => keepFiles(input, list, [...input.files].filter((_, other) => other !== place)));
      item.append(away);
      return item;
    }),
  );
}

function keepFiles(input, list, files) {
  const carrier = new DataTransfer();
  for (const file of files) carrier.items.add(file);
  input.files = carrier.files;
  showChosen(input, list);
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

function ready(within) {
  for (const field of within.querySelectorAll("[data-limit]")) count(field);
  for (const input of within.querySelectorAll(".drop input")) input.addEventListener("change", () => showChosen(input, find(".chosen", input.parentElement)));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-press]")) event.submitter && press(form, event.submitter);
  else if (form.matches("[data-ask]")) answer(form, event.submitter ?? find(".button", form));
  else if (form === composer) write();
  else return;
  event.preventDefault();
});
document.addEventListener("input", (event) => event.target.matches("[data-limit]") && count(event.target));
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
find(".room[aria-current]").scrollIntoView({ inline: "center", block: "nearest" });
for (const shown of document.querySelectorAll(".toast")) setTimeout(() => shown.remove(), 6000);
const firstNew = find(".new", messages);
if (firstNew) firstNew.scrollIntoView({ block: "center" });
else toEnd();
for (const box of [messages, stream]) follow.observe(box);
listen();
