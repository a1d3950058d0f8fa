// The editor's own script, after page.js: what is written is sent as it is, and the desk draws counters, warnings and previews from it.
// Nothing is counted here. What was not saved is kept in this browser's session and comes back.
"use strict";

const editor = find("[data-editor]");
const PAUSE = 250;
let pending = 0, asked = 0;

// ---- What follows the writing

function soon() {
  clearTimeout(pending);
  pending = setTimeout(() => show().catch(() => {}), PAUSE);
}

async function show(deed, files) {
  clearTimeout(pending);
  const number = ++asked;
  const data = new FormData(editor);
  data.delete("files");
  for (const file of files ?? []) data.append("files", file);
  if (deed) data.set("do", deed);
  const answer = await fetch(editor.dataset.preview, { method: "POST", body: data, headers: { Accept: "application/json", "X-CSRF": csrf } });
  const told = await answer.json();
  if (told.notice) toast(told.notice.text, told.notice.alarm);
  if (!told.parts || (number !== asked && !deed && !files)) return;
  for (const [name, html] of Object.entries(told.parts)) {
    const part = find(`[data-part="${name}"]`);
    if (part && (name !== "pictures" || deed || files)) part.innerHTML = html; // the desk's own template, which escapes what people wrote
  }
  find("[data-files-error]").textContent = told.errors.files ?? "";
  keep();
}

async function arrange(button) {
  const [, digest] = button.value.split(":");
  await show(button.value);
  const again = find(`.kept[data-digest="${CSS.escape(digest)}"] [value="${CSS.escape(button.value)}"]`, editor);
  (again && !again.disabled ? again : find(`.kept[data-digest="${CSS.escape(digest)}"] button:not(:disabled)`, editor) ?? find("[data-files]", editor)).focus();
}

async function attach(files) {
  const drop = find(".drop", editor);
  await busy(drop, () => show("", files));
  find("[data-files]", editor).value = "";
  find(".chosen", drop).replaceChildren();
}

// ---- What was not saved

const memory = `editor:${location.pathname}`;
const FIELDS = 'textarea, select, input:not([type="hidden"], [type="file"]), input[name="media"]';

function written() {
  return [...editor.querySelectorAll(FIELDS)].filter((field) => field.name && (field.type !== "radio" || field.checked)).map((field) => [field.name, field.type === "checkbox" ? `${field.value}=${field.checked}` : field.value]);
}

let first = JSON.stringify(written());

function keep() {
  const now = JSON.stringify(written());
  if (now === first) sessionStorage.removeItem(memory);
  else sessionStorage.setItem(memory, JSON.stringify({ version: editor.dataset.version, fields: written() }));
}

async function recall() {
  const kept = JSON.parse(sessionStorage.getItem(memory) ?? "null");
  if (!kept || find(".newer, .refused, .wrong")) return;
  if (kept.version !== editor.dataset.version || JSON.stringify(kept.fields) === first) return sessionStorage.removeItem(memory);
  const digests = [];
  for (const [name, value] of kept.fields) {
    if (name === "media") digests.push(value);
    else if (name === "accounts") for (const box of editor.querySelectorAll('[name="accounts"]')) if (value.startsWith(`${box.value}=`)) box.checked = value.endsWith("true");
    if (name !== "media" && name !== "accounts" && editor.elements[name]) editor.elements[name].value = value;
  }
  const list = find('[data-part="pictures"]');
  list.replaceChildren(...digests.map((digest) => Object.assign(document.createElement("input"), { type: "hidden", name: "media", value: digest })));
  for (const [name, value] of kept.fields.filter(([name]) => name.startsWith("alt."))) list.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  offerDiscard();
  await show("look:");
}

function offerDiscard() {
  const bar = Object.assign(document.createElement("p"), { className: "back-again", textContent: editor.dataset.sayBack + " " });
  const away = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: editor.dataset.sayDiscard });
  away.addEventListener("click", () => {
    sessionStorage.removeItem(memory);
    location.reload();
  });
  bar.setAttribute("role", "status");
  bar.append(away);
  editor.prepend(bar);
}

// ---- Somebody else's version

function compare() {
  const current = Number(find("[data-current]")?.dataset.current ?? 0);
  if (current <= Number(editor.elements.version.value) || find(".meanwhile", editor)) return;
  const bar = Object.assign(document.createElement("p"), { className: "back-again meanwhile", textContent: editor.dataset.sayNewer });
  bar.setAttribute("role", "status");
  editor.prepend(bar);
}

// ---- What a press changed: the time, or that anything can be changed at all

function follow() {
  const now = find("[data-current]")?.dataset;
  if (!now) return;
  const { slot, slot_was: was } = editor.elements;
  const isUntouched = JSON.stringify(written()) === first;
  if (now.slot !== was.value && slot.value === slot.defaultValue) {
    slot.value = slot.defaultValue = now.shown;
    was.value = now.slot;
    find("#slot-hint").textContent = "";
    if (isUntouched) first = JSON.stringify(written());
  }
  if (now.open === undefined) for (const field of editor.elements) field.disabled = true;
}

// ---- Wiring

document.addEventListener("renewed", compare);
document.addEventListener("renewed", follow);

editor.addEventListener("input", (event) => event.target.matches("[data-files]") || (keep(), soon()));
editor.addEventListener("change", (event) => event.target.matches("[data-files]") && attach([...event.target.files]));
editor.addEventListener("paste", (event) => event.clipboardData?.files.length && (event.preventDefault(), attach([...event.clipboardData.files])));
editor.addEventListener("submit", (event) => {
  if (event.submitter?.name === "do") {
    event.preventDefault();
    busy(event.submitter, () => arrange(event.submitter));
  } else sessionStorage.removeItem(memory);
});
find("[data-drop]")?.addEventListener("click", () => sessionStorage.removeItem(memory));
recall();
