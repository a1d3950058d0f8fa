// How a page hears what happens: by a stream while this browser has a place free for one, else by short visits in turn.
// Over plain http a browser opens six connections to one desk. Streams take three of them and visits one, however many pages stand
// open, so that a press always finds one free. Where a browser has no locks (they need https or localhost) every page has its stream.
"use strict";

const streams = (() => {
  const PLACES = 3;
  const PAUSE = 3000; // between two visits, and before a desk that does not answer is tried again
  const HURRY = { pause: 500, lasts: 6000 }; // whoever has just pressed waits for what the desk says to it
  const PATIENCE = 22000; // for so long a visit may keep the others waiting

  let hurriedAt = 0;
  let wake = () => {};

  function hurry() {
    hurriedAt = Date.now();
    wake();
  }

  const rest = () =>
    new Promise((go) => {
      wake = go;
      setTimeout(go, Date.now() - hurriedAt < HURRY.lasts ? HURRY.pause : PAUSE);
    });

  // A page that nobody looks at leaves its place to the others.
  const inSight = () => document.hidden && new Promise((go) => document.addEventListener("visibilitychange", go, { once: true }));

  async function turn(listen) {
    if (!navigator.locks) return listen(false);
    for (let place = 1; place <= PLACES; place += 1) {
      const end = await navigator.locks.request(`stream-${place}`, { ifAvailable: true }, (lock) => (lock ? listen(false) : "taken"));
      if (end !== "taken") return end;
    }
    return navigator.locks.request("visit", () => listen(true));
  }

  // Tells `heard` by name what a desk's stream says, and `connected` whether somebody is there. After an event of `lulls` the desk has
  // said all that it knew; a stream that says nothing for `silence` ms is dead (0: it need not say anything). Ends with the event `over`.
  async function follow(address, { heard, connected, lulls, silence }) {
    let last = "";
    let isBack = false;
    const listen = (isVisit) =>
      new Promise((leave) => {
        if (document.hidden) return leave("hidden");
        const source = new EventSource(last ? address.replace(/after=\d*/, `after=${last}`) : address);
        const patience = isVisit ? PATIENCE : silence;
        let dead = 0;
        const end = (why) => {
          clearTimeout(dead);
          document.removeEventListener("visibilitychange", hide);
          source.close();
          if (why === "lost") connected(false);
          leave(why);
        };
        const hide = () => end("hidden");
        const alive = () => {
          clearTimeout(dead);
          if (patience) dead = setTimeout(end, patience, "lost");
          connected(true);
        };
        const hear = (name, event) => {
          last = event.lastEventId || last;
          alive();
          if (lulls.includes(name)) {
            if (isBack) heard.look?.(); // what has no number may have changed meanwhile
            isBack = false;
            if (isVisit) end("told");
          } else if (name === "over") end("over");
          heard[name](event);
        };
        for (const name of Object.keys(heard)) source.addEventListener(name, (event) => hear(name, event));
        source.addEventListener("open", alive);
        source.addEventListener("error", () => {
          if (isVisit || source.readyState === EventSource.CLOSED) return end("lost");
          isBack = true; // the browser tries again by itself, and says where it was
          connected(false);
        });
        document.addEventListener("visibilitychange", hide);
        if (patience) dead = setTimeout(end, patience, "lost");
      });
    for (let end = ""; end !== "over"; isBack = true) {
      await inSight();
      end = await turn(listen);
      if (end === "told" || end === "lost") await rest();
    }
  }

  return { follow, hurry };
})();
