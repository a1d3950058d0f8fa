// The demo network's page: draws the feed, redraws what changed, and sends what a visitor writes.
"use strict";
const words = JSON.parse(document.getElementById("words").textContent);
const feed = document.getElementById("feed");
const state = document.getElementById("state");
const pause = document.getElementById("pause");
const failed = document.getElementById("failed");
const SHOWN = 6; // comments of a thread before the earlier ones are folded
const unfolded = new Set();
let known = 0, tab = "all", data = null, first = true;

const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const initials = (name) => name.split(/\s+/).filter(Boolean).slice(0, 2).map((part) => [...part][0]).join("").toUpperCase();
const hue = (handle) => [...handle].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 8, 0);
const ago = (at) => {
  const seconds = (Date.now() - new Date(at)) / 1000;
  if (seconds < 60) return words.now;
  if (seconds < 3600) return words.minutes.replace("{n}", Math.floor(seconds / 60));
  if (seconds < 86400) return words.hours.replace("{n}", Math.floor(seconds / 3600));
  return words.days.replace("{n}", Math.floor(seconds / 86400));
};
const face = (entry, small) => {
  const node = make("span", `face ${entry.brand ? "brand" : "h" + hue(entry.handle)}${small ? " small" : ""}`, initials(entry.name));
  node.setAttribute("aria-hidden", "true");
  return node;
};
const told = (text) => {
  const node = make("div", "text");
  for (const part of text.split(/(@[\p{L}\p{N}_.]+)/u)) node.append(part.startsWith("@") ? make("span", "at", part) : part);
  return node;
};
const line = (entry) => {
  const node = make("div", "line");
  node.append(make("b", "", entry.name));
  if (entry.brand && entry.kind === "comment") node.append(make("span", "badge", words.answer));
  else node.append(make("span", "", "@" + entry.handle));
  const time = make("time", "", ago(entry.at));
  time.dateTime = entry.at;
  node.append(time);
  if (entry.edited && !entry.deleted) node.append(make("span", "", "· " + words.edited));
  return node;
};
const body = (entry) => {
  if (entry.deleted) return make("div", "gone", entry.brand ? words.withdrawn : words.deleted);
  if (entry.hidden) return make("div", "gone", words.hidden);
  return told(entry.text);
};
const pictures = (entry) => {
  const node = make("div", `pictures${entry.pictures.length > 1 ? " many" : ""}`);
  for (const picture of entry.pictures) {
    const image = make("img");
    image.src = picture.url;
    image.alt = picture.alt;
    image.loading = "lazy";
    if (entry.pictures.length === 1) {
      image.onload = () => { image.style.aspectRatio = String(Math.min(3, Math.max(1, image.naturalWidth / image.naturalHeight))); };
    }
    node.append(image);
  }
  return node;
};
const drawEntry = (entry, depth) => {
  const node = make("article", "entry");
  node.id = "e" + entry.id;
  if (depth) node.classList.add("reply");
  if (depth > 1) node.classList.add("deep");
  if (entry.brand && entry.kind === "comment") node.classList.add("official");
  if (!first && entry.seq > known) node.classList.add("fresh");
  const what = make("div", "what");
  what.append(line(entry), body(entry));
  if (entry.pictures.length) what.append(pictures(entry));
  node.append(face(entry, entry.kind === "comment"), what);
  return node;
};
// Comments in the order of their threads: each one followed by its answers.
const threaded = (root, comments) => {
  const under = new Map();
  for (const comment of comments) {
    if (!under.has(comment.parent_id)) under.set(comment.parent_id, []);
    under.get(comment.parent_id).push(comment);
  }
  const out = [];
  const walk = (id, depth) => {
    for (const comment of under.get(id) || []) {
      out.push([comment, depth]);
      walk(comment.id, depth + 1);
    }
  };
  walk(root.id, 0);
  return out;
};
const drawThread = (thread) => {
  const node = make("section", "thread card");
  node.dataset.id = thread.root.id;
  node.dataset.seq = newest(thread);
  node.append(drawEntry(thread.root, 0));
  const talk = make("div", "talk");
  const all = threaded(thread.root, thread.comments);
  const start = unfolded.has(thread.root.id) ? 0 : Math.max(0, all.length - SHOWN);
  if (start) {
    const more = make("button", "more", words.more.replace("{n}", start));
    more.type = "button";
    more.addEventListener("click", () => { unfolded.add(thread.root.id); draw(true); });
    talk.append(more);
  }
  for (const [comment, depth] of all.slice(start)) talk.append(drawEntry(comment, depth));
  if (!thread.root.deleted) talk.append(commentForm(thread.root.id));
  node.append(talk);
  return node;
};
const newest = (thread) => Math.max(thread.root.seq, ...thread.comments.map((comment) => comment.seq));
const commentForm = (parent) => {
  const form = make("form");
  const text = make("textarea");
  Object.assign(text, { name: "text", rows: 1, maxLength: 2000, required: true, placeholder: words.comment });
  text.setAttribute("aria-label", words.comment);
  form.append(text, make("button", "", words.send));
  listen(form, parent);
  return form;
};

const draw = (everything) => {
  const brand = data.brand;
  document.getElementById("brand-name").textContent = brand.name;
  document.getElementById("brand-handle").textContent = "@" + brand.handle;
  document.getElementById("brand-face").textContent = initials(brand.name);
  pause.setAttribute("aria-pressed", String(data.paused));
  pause.textContent = data.paused ? words.resume : words.pause;
  const shown = data.threads.filter((thread) => tab === "all" || thread.root.kind === tab);
  const standing = new Map([...feed.children].map((node) => [node.dataset.id, node]));
  const wanted = shown.map((thread) => {
    const old = standing.get(thread.root.id);
    if (old && !everything && Number(old.dataset.seq) === newest(thread)) return old;
    const fresh = drawThread(thread);
    if (old) keepWords(old, fresh);
    return fresh;
  });
  if (!wanted.length) wanted.push(make("p", "dim end", words.empty));
  place(wanted);
  known = data.seq;
  if (first) { first = false; lookup(); }
};
// A link to one entry: unfold its thread and show it.
const lookup = () => {
  const id = location.hash.slice(2);
  const thread = id && data.threads.find((each) => each.root.id === id || each.comments.some((comment) => comment.id === id));
  if (!thread) return;
  unfolded.add(thread.root.id);
  draw(true);
  const node = document.getElementById("e" + id);
  if (!node) return;
  for (const old of document.querySelectorAll(".found")) old.classList.remove("found");
  node.classList.add("found");
  node.scrollIntoView({ block: "center" });
};
addEventListener("hashchange", lookup);
// Replace only what changed, so that nobody loses their place or what they are writing.
const place = (wanted) => {
  const keep = new Set(wanted);
  for (const node of [...feed.children]) if (!keep.has(node)) node.remove();
  wanted.forEach((node, index) => { if (feed.children[index] !== node) feed.insertBefore(node, feed.children[index] || null); });
  if (place.focus) { place.focus.focus(); place.focus = null; }
};
const keepWords = (old, fresh) => {
  const before = old.querySelector("textarea"), after = fresh.querySelector("textarea");
  if (!before || !after) return;
  after.value = before.value;
  if (before.value) after.closest("form").classList.add("open");
  if (document.activeElement === before) place.focus = after;
};

const send = async (path, content) => {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(content) });
    if (!answer.ok) throw new Error((await answer.json()).error || answer.status);
    failed.hidden = true;
    streams.hurry();
    return true;
  } catch (error) {
    failed.textContent = words.failed + error.message;
    failed.hidden = false;
    return false;
  }
};
const listen = (form, parent) => {
  const text = form.elements.text;
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = document.getElementById("mention").elements.name.value;
    if (!text.value.trim()) return;
    if (await send("say", { name, text: text.value, parent_id: parent })) { text.value = ""; form.classList.remove("open"); }
  });
};
listen(document.getElementById("mention"), "");
pause.addEventListener("click", () => send("pause", { paused: !data.paused }));
document.getElementById("tabs").addEventListener("click", (event) => {
  const chosen = event.target.closest("button");
  if (!chosen) return;
  tab = chosen.dataset.tab;
  for (const button of event.currentTarget.children) button.setAttribute("aria-pressed", String(button === chosen));
  draw(false);
});

let busy = false, again = false;
const refresh = async () => {
  if (busy) { again = true; return; }
  busy = true;
  try {
    do {
      again = false;
      const answer = await fetch("feed", { cache: "no-store" });
      if (answer.ok) { data = await answer.json(); draw(false); }
    } while (again);
  } catch { /* the stream will say when the network is back */ } finally { busy = false; }
};
const live = (on) => { state.classList.toggle("on", on); state.textContent = on ? state.dataset.live : state.dataset.lost; };
streams.follow("events", { heard: { message: refresh }, connected: live, lulls: ["message"], silence: 0 });
setInterval(() => { for (const time of document.querySelectorAll("time")) time.textContent = ago(time.dateTime); }, 20000);
refresh();
