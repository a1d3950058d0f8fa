// The calendar's own script, after page.js: a post is dragged to another day or hour, moved by keys, and the move taken back.
// It only fills in and sends the form that stands on every post; the desk decides.
"use strict";

const board = find("[data-board]");
let dragged = null;
let refused = "";

// ---- Moving

async function move(form, button) {
  await busy(button ?? form, () => send(form, new FormData(form, button)));
}

async function send(form, data) {
  const { ok, told } = await post(form, data);
  if (ok && told.confirm) {
    const question = { dataset: { confirm: told.confirm }, textContent: find(".button", form).textContent, classList: form.classList };
    if (await sure(question)) {
      data.set("confirmed", "yes");
      await send(form, data);
    }
    return;
  }
  if (told.undo) offerUndo(form, told.undo);
  const moved = document.getElementById(`post-${data.get("post")}`);
  for (const held of board.querySelectorAll("[data-hold]")) {
    held.removeAttribute("open");
    held.removeAttribute("data-hold");
  }
  moved?.focus({ preventScroll: true });
  await refresh();
  document.getElementById(`post-${data.get("post")}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function offerUndo(form, undo) {
  const shown = [...document.querySelectorAll(".toast")].at(-1);
  if (!shown) return;
  const back = Object.assign(document.createElement("button"), { type: "button", className: "toast-deed", textContent: undo.label });
  back.addEventListener("click", () => {
    const data = new FormData();
    for (const name of ["post", "version", "was", "at", "out"]) data.set(name, undo[name]);
    data.set("key", freshKey());
    data.set("confirmed", "yes");
    shown.remove();
    busy(back, () => send(form, data));
  });
  shown.append(" ", back);
}

function moveTo(chip, day, time) {
  const form = find("[data-move]", chip);
  form.elements.day.value = day;
  form.elements.time.value = time;
  move(form);
}

// ---- Dragging

const cellOf = (event) => event.target.closest?.("[data-board] td[data-day]");
const minutesOf = (chip) => (chip.dataset.clock || "00:00").slice(3);
const whyNot = (cell) => ("gap" in cell.dataset ? "gap" : "past" in cell.dataset ? "past" : "");

document.addEventListener("dragstart", (event) => {
  const chip = event.target.closest?.("[data-chip]");
  if (!chip) return;
  dragged = chip;
  chip.classList.add("dragging");
  chip.dataset.hold = "";
  board.classList.add("dropping-on");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", chip.id);
});

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    const cell = dragged && cellOf(event);
    mark(cell);
    refused = cell ? whyNot(cell) : ""; // a browser drops nothing where nothing may be dropped: the end of the drag says why
    if (cell && !refused) event.preventDefault();
  });
}

document.addEventListener("drop", (event) => {
  const cell = dragged && cellOf(event);
  if (!cell) return;
  event.preventDefault();
  drop(dragged, cell);
});

document.addEventListener("dragend", () => {
  if (refused) toast(why(refused), true);
  refused = "";
  mark(null);
  dragged?.classList.remove("dragging");
  if (dragged) delete dragged.dataset.hold;
  board.classList.remove("dropping-on");
  dragged = null;
});

const why = (what) => board.dataset["say" + what[0].toUpperCase() + what.slice(1)];

function mark(cell) {
  for (const one of board.querySelectorAll(".over, .no")) one.classList.remove("over", "no");
  cell?.classList.add(whyNot(cell) ? "no" : "over");
}

function drop(chip, cell) {
  const reason = whyNot(cell);
  if (reason) return toast(why(reason), true);
  const { day, hour } = cell.dataset;
  if (hour === undefined && day === chip.dataset.day) return;
  const time = hour === undefined ? chip.dataset.clock : `${hour}:${minutesOf(chip)}`;
  if (day !== chip.dataset.day || time !== chip.dataset.clock) moveTo(chip, day, time);
}

// ---- Keys: Alt with an arrow moves by a day; up and down by a week in a month, by an hour in a week

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

document.addEventListener("keydown", (event) => {
  const chip = event.target.closest?.("[data-chip]");
  if (!chip || event.target !== chip) return;
  if (event.key === "Enter") return find(".chip-text", chip).click();
  if (!event.altKey || !(event.key in STEPS)) return;
  event.preventDefault();
  const isWeek = board.classList.contains("week");
  const cell = neighbour(chip, event.key, isWeek);
  if (cell) drop(chip, cell);
});

function neighbour(chip, key, isWeek) {
  const here = chip.closest("td[data-day]");
  const cells = [...board.querySelectorAll("td[data-day]")];
  if (!here) return cells.find((cell) => !whyNot(cell));
  if (isWeek && STEPS[key] % 7 === 0) {
    const column = cells.filter((cell) => cell.dataset.day === here.dataset.day);
    const step = STEPS[key] / 7;
    let place = column.indexOf(here) + step;
    while (column[place] && "gap" in column[place].dataset) place += step;
    return column[place];
  }
  const wanted = new Date(`${here.dataset.day}T12:00:00Z`);
  wanted.setUTCDate(wanted.getUTCDate() + STEPS[key]);
  const day = wanted.toISOString().slice(0, 10);
  return cells.find((cell) => cell.dataset.day === day && cell.dataset.hour === here.dataset.hour);
}

// ---- An empty day, a filter

board.addEventListener("click", (event) => {
  const cell = cellOf(event);
  if (!cell || board.dataset.write !== "yes" || whyNot(cell) || event.target.closest("a, button, details, [data-chip]")) return;
  const { day, hour } = cell.dataset;
  location.href = `${board.dataset.new}?date=${day}` + (hour === undefined ? "" : `&time=${hour}:00`);
});

find("[data-filter]").addEventListener("change", (event) => event.currentTarget.requestSubmit());
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-move]")) return;
  event.preventDefault();
  move(event.target, event.submitter);
});
document.addEventListener("toggle", (event) => event.target.matches?.("[data-mover]") && event.target.toggleAttribute("data-hold", event.target.open), true);
document.addEventListener("click", (event) => {
  for (const open of board.querySelectorAll("[data-mover][open]")) if (!open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest?.("[data-mover][open]");
  if (!open) return;
  open.open = false;
  find("summary", open).focus();
});
find(".cal-week .today, .cal-week tr:not(.low)")?.closest("tr").scrollIntoView({ block: "nearest" });
