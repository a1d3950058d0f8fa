// What every page of the desk shares: presses and forms without loading the page again, files, toasts, the connection's sign.
// Everything here also works without it. The page's own script comes after: it defines `ready` and listens.
"use strict";

const desk = document.querySelector(".desk");
const { base, csrf } = desk.dataset;
const say = (what) => desk.dataset["say" + what[0].toUpperCase() + what.slice(1)];
const find = (selector, within = document) => within.querySelector(selector);
let pressedAt = 0;
document.documentElement.classList.add("scripted"); // what only helps without script is not shown

// ---- Talking to the desk

const freshKey = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

// The key stays until the desk has answered: sent twice, it is done once.
async function post(form, data) {
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json", "X-CSRF": csrf } });
  const told = await answer.json();
  if (answer.status < 500) form.elements.key.value = freshKey();
  if (told.notice) toast(told.notice.text, told.notice.alarm);
  streams.hurry();
  return { ok: answer.ok, errors: told.errors ?? {}, told };
}

function toast(words, isAlarm) {
  const shown = document.createElement("p");
  shown.className = isAlarm ? "toast alarm" : "toast";
  shown.textContent = words;
  (find("dialog:modal [data-toasts]") ?? find(".leaf > [data-toasts], main > [data-toasts]")).append(shown); // above a dialog nothing is seen
  leave(shown, isAlarm ? 9000 : 5000);
}

function leave(shown, time) {
  const gone = setTimeout(() => shown.remove(), time);
  shown.addEventListener("click", () => (clearTimeout(gone), shown.remove()));
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

// ---- What the desk tells by itself

function drawn(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // the desk's own template, which escapes everything that people wrote
  return holder.content.firstElementChild;
}

function countRooms(counts) {
  for (const badge of document.querySelectorAll("[data-room]")) {
    const count = badge.dataset.room === desk.dataset.chat ? 0 : (counts[badge.dataset.room] ?? 0);
    badge.hidden = !count;
    badge.firstElementChild.textContent = count > 99 ? "99+" : count;
  }
}

// Rooms that were made, moved or released since the page was loaded.
async function renewRooms() {
  const answer = await fetch(desk.dataset.chat ? `${base}/chat/${desk.dataset.chat}?before=1` : location.href, { headers: { "X-Look": "yes" } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  find("[data-rooms]").replaceChildren(...find("[data-rooms]", fresh).childNodes);
}

// The server gives a sign every ten seconds, whatever happens: two that are missing mean that nobody is there.
const SILENCE = 22000;

function subscribe(address, heard) {
  const everywhere = { rooms: (event) => countRooms(JSON.parse(event.data)), nav: renewRooms, beat: () => {}, over: isOut };
  streams.follow(address, { heard: { ...everywhere, ...heard }, connected, lulls: ["beat", "look"], silence: SILENCE });
}

function isOut() {
  find("[data-live]").hidden = true;
  toast(say("out"), true);
}

function connected(isSo) {
  const live = find("[data-live]");
  const words = say(isSo ? "live" : "lost");
  live.hidden = false;
  live.classList.toggle("lost", !isSo);
  if (live.textContent !== words) live.textContent = words;
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
  else return;
  event.preventDefault();
});
document.addEventListener("input", (event) => event.target.matches("[data-limit]") && count(event.target));
for (const shown of document.querySelectorAll(".toast")) leave(shown, 6000);
for (const here of document.querySelectorAll(".side [aria-current]")) here.scrollIntoView({ inline: "center", block: "nearest" }); // on a phone these are rows
