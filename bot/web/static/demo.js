// The demo's page: tabs on a phone, and a guide that ticks itself off. Without this script all three panes simply stand there.
"use strict";

const tabs = [...document.querySelectorAll("[role=tab]")];

function choose(tab) {
  for (const one of tabs) {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).toggleAttribute("data-shown", one === tab);
  }
}

for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(place + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
}

// What was done before this visit does not count: the sample brand comes with a past.
function before(now) {
  const kept = sessionStorage.getItem("before");
  if (kept) return JSON.parse(kept);
  sessionStorage.setItem("before", JSON.stringify(now));
  return now;
}

async function tick() {
  const answer = await fetch("/demo/steps").catch(() => null);
  if (!answer?.ok) return;
  const now = await answer.json();
  const then = before(now);
  let isNext = true;
  for (const step of document.querySelectorAll("[data-step]")) {
    const isDone = now[step.dataset.step] > then[step.dataset.step];
    step.classList.toggle("done", isDone);
    step.classList.toggle("next", !isDone && isNext);
    isNext &&= isDone;
  }
}

tick();
setInterval(tick, 3000);
