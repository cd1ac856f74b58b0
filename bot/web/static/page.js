// The page works without this. It adds live cards, commands without a reload,
// and times in the reader's own zone and language.
"use strict";

const main = document.getElementById("main");
const cards = document.getElementById("cards");

// Times: the clock, and for the last hour how long ago.

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });

function showTimes(root) {
  const now = new Date();
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const minutes = Math.round((at - now) / 60000);
    let text = at.toDateString() === now.toDateString() ? clock.format(at) : day.format(at);
    if (-60 < minutes && minutes <= 0) text += " · " + ago.format(minutes, "minute");
    if (time.textContent !== text) time.textContent = text;
    time.title = full.format(at);
  }
}

// Putting new parts in place of old ones, without taking away what the reader
// holds: focus and opened details.

function swap(old, fresh) {
  const opened = old.querySelectorAll("details");
  fresh.querySelectorAll("details").forEach((d, i) => { d.open = !!opened[i]?.open; });
  if (old.isEqualNode(fresh)) return old;
  const reachable = "a, button, summary, input";
  const at = old === document.activeElement ? -1 : [...old.querySelectorAll(reachable)].indexOf(document.activeElement);
  const held = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (held) (fresh.querySelectorAll(reachable)[at] ?? fresh.closest("[tabindex]"))?.focus({ preventScroll: true });
  return fresh;
}

// putCards shows what the server sent, a card or many, and says so to those who
// do not see it: with a screen reader, in another tab. "again" is what the page
// may well have, so nothing is said about it if it does.

const title = document.title;
let missed = 0;

function putCards(html, again) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  let fresh = 0;
  for (const card of [...holder.content.querySelectorAll(".card")]) {
    showTimes(card);
    const old = document.getElementById(card.id);
    if (old) swap(old, card);
    else cards.prepend(card);
    if (old && (again || "silent" in card.dataset)) continue;
    if (!old) card.classList.add("fresh");
    if (!old) fresh++;
    const what = old ? (card.dataset.kind === "correction" ? "Corrected" : "Updated") : fresh > 1 ? fresh + " new alerts, the last" : "New alert";
    document.getElementById("news").textContent = what + ": " + card.querySelector("h3").textContent;
    if (document.hidden && what !== "Updated") document.title = `(${++missed}) ${title}`;
  }
}

// The page again: fetched whole, and the parts that changed swapped in. Cards
// that come in meanwhile wait, for the page may be older than they are.

let fetching = 0;
const waiting = [];

// arrange makes the cards those of the page, latest first. A card that came in
// live stays until the page has it: it is told first and on record after that.
function arrange(list) {
  const kept = new Set(list.map((card) => card.id));
  for (const old of cards.querySelectorAll(".card:not(.fresh)")) if (!kept.has(old.id)) old.remove();
  let next = null;
  for (const card of list.reverse()) {
    const old = document.getElementById(card.id);
    const one = old ? swap(old, card) : card;
    if (one.parentNode !== cards || one.nextElementSibling !== next) cards.insertBefore(one, next);
    next = one;
  }
}

async function refresh(address, options) {
  fetching++;
  try {
    const response = await fetch(address, options);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok) throw new Error(page.getElementById("problem")?.textContent ?? response.statusText);
    showTimes(page);
    for (const id of ["empty", "subscriptions", "feeds"]) swap(document.getElementById(id), page.getElementById(id));
    arrange([...page.getElementById("cards").children]);
    return page;
  } finally {
    if (--fetching === 0) for (const put of waiting.splice(0)) put();
  }
}

// Live: on every opening the page is fetched again, so that nothing said while
// it was not connected is missed.

function connect() {
  const state = document.getElementById("live");
  const show = (name, words) => { state.dataset.state = name; state.textContent = words; };
  const events = new EventSource(main.dataset.events);
  const put = (again) => (e) => {
    if (fetching) waiting.push(() => putCards(e.data, again));
    else putCards(e.data, again);
  };
  events.addEventListener("card", put(false));
  events.addEventListener("again", put(true));
  events.onopen = () => { show("live", "Live"); refresh(location.pathname).catch(() => {}); };
  events.onerror = () => {
    show("lost", "Reconnecting");
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, 15000); // refused: the browser gives up, we do not
  };
}

// Commands: any form of the page, sent without leaving it.

async function send(form, button) {
  const line = document.getElementById("line");
  const answer = document.getElementById("answer");
  const body = new URLSearchParams(new FormData(form, button));
  main.setAttribute("aria-busy", "true");
  try {
    const page = await refresh(form.action, { method: "POST", body });
    answer.setAttribute("role", page.getElementById("answer").getAttribute("role")); // alert, for a mistake
    answer.replaceChildren(...page.getElementById("answer").childNodes);
    if (form.contains(line)) line.value = "";
  } catch (err) {
    const p = document.createElement("p");
    p.className = "hint";
    p.textContent = err instanceof TypeError ? "The bot did not answer. Is it running?" : err.message;
    answer.replaceChildren(p);
  }
  main.removeAttribute("aria-busy");
  answer.scrollTop = 0;
}

if (cards) {
  document.addEventListener("submit", (e) => {
    e.preventDefault();
    send(e.target, e.submitter);
  });
  document.addEventListener("click", (e) => {
    if (!e.target.matches(".dismiss")) return;
    e.preventDefault();
    document.getElementById("answer").replaceChildren();
    history.replaceState(null, "", location.pathname);
    document.getElementById("line").focus();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    missed = 0;
    document.title = title;
  });
  setInterval(() => { if (!document.hidden && !fetching) refresh(location.pathname).catch(() => {}); }, 60000);
  connect();
}
setInterval(() => showTimes(document), 20000);
showTimes(document);
