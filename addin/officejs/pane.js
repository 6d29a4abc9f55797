// The task pane: connection, sign-in, five views. With the shared runtime it also hosts the functions.
/* global CustomFunctions, Excel, Office */
import { announce, button, field, h, notice, section, show } from "./dom.js";
import { register } from "./custom.js";
import { registerCommands } from "./commands.js";
import { Answers, Service } from "./service.js";
import { bookId, chooseLanguage, saveAnswers, savePerson, saveToken, savedAnswers, savedPerson, savedToken, startLanguage } from "./session.js";
import { language, t } from "./texts.js";
import { makeExplain } from "./view_explain.js";
import { makeHelp } from "./view_help.js";
import { makeViews } from "./view_refresh.js";
import { makeReview } from "./view_review.js";
import { makeSetup } from "./view_setup.js";

const VIEWS = ["refresh", "check", "explain", "setup", "help"];
const LOOK = { ok: "good", away: "error", expired: "warning", unknown: "info", paused: "warning" };
const SETTLE = 300; // ms after which a selection counts
const EVERY = 30_000; // ms between two looks at the connection

const app = { service: new Service(), view: "refresh", link: "unknown", why: "", registered: [], settling: 0, named: false, facts: null, kept: false };

app.trouble = (error) => {
  if (error?.kind === "expired") setLink("expired");
  else if (error?.kind === "offline") setLink("away");
};
app.awayCells = () => app.answers?.stale.size ?? 0;
app.nameless = () => !app.named;
app.wrote = () => {
  app.answers.renew();
  if (!app.answers.asked) return;
  Excel.run(async (context) => { context.workbook.application.calculate("Full"); await context.sync(); }).catch(() => {});
};
app.run = (write) => (app.link === "expired" ? undefined : app.views.run(write));
app.open = (view) => {
  app.view = view;
  draw();
};

// --- connection ------------------------------------------------------------------------------------

function setLink(state, why = "") {
  if (app.link === state && app.why === why) return;
  const [before, after] = [app.link === "expired", state === "expired"];
  Object.assign(app, { link: state, why });
  drawLink();
  if (before !== after) draw();
  announce(linkText());
}

async function look() {
  if (!app.service.token) return setLink("expired");
  try {
    const told = await app.service.status(), back = app.link === "away" && app.awayCells() > 0;
    if (back || (app.facts !== null && told.facts !== app.facts)) app.wrote(); // new facts: the cells ask again
    app.facts = told.facts ?? null;
    return setLink(told.paused ? "paused" : "ok", told.paused || "");
  } catch (error) {
    return setLink(error.kind === "expired" ? "expired" : "away");
  }
}

const linkText = () => (app.link === "paused" ? t("linkPaused", { why: app.why }) : t(`link${app.link[0].toUpperCase()}${app.link.slice(1)}`));

function drawLink() {
  const place = document.getElementById("link");
  place.className = `link ${LOOK[app.link]}`;
  show(place, h("span", { className: "dot", "aria-hidden": "true" }), h("span", {}, linkText()));
  show(document.getElementById("away"), app.link === "away" ? notice("error", t("awayHelp"), button(t("retry"), look, { className: "plain", id: "retry" })) : null);
}

// --- sign-in ---------------------------------------------------------------------------------------

function signIn() {
  const token = h("input", { type: "password", autocomplete: "off", spellcheck: false, id: "token", required: true });
  const person = h("input", { type: "text", autocomplete: "name", id: "person", maxLength: 60, value: savedPerson() });
  const keep = h("input", { type: "checkbox", checked: true, id: "keep" });
  const answer = h("div");
  const go = button(t("signIn"), async () => {
    if (!token.value.trim()) { token.focus(); return show(answer, notice("error", t("tokenEmpty"))); }
    app.service.token = token.value.trim();
    try {
      const told = await app.service.status();
      saveToken(app.service.token, keep.checked);
      savePerson(person.value);
      app.named = Boolean(savedPerson());
      app.wrote(); // cells that had no answer ask again
      return setLink(told.paused ? "paused" : "ok", told.paused || "");
    } catch (error) {
      if (error.kind === "expired") { app.service.token = ""; token.select(); }
      return show(answer, notice("error", error.kind === "expired" ? t("tokenWrong") : error.texts[language()]));
    }
  }, { className: "primary", id: "sign-in" });
  token.addEventListener("keydown", (event) => { if (event.key === "Enter") go.click(); });
  return section(t("signIn"), h("p", {}, t("signInHelp")), field(t("token"), token), field(t("person"), person, h("span", { className: "quiet" }, t("personHelp"))),
    h("label", { className: "tick" }, keep, h("span", {}, t("keep"))), go, answer);
}

function signOut() {
  app.service.token = "";
  saveToken("", false);
  setLink("expired");
}

// --- the page --------------------------------------------------------------------------------------

function tabs() {
  const items = VIEWS.map((view) => h("button", {
    type: "button", role: "tab", id: `tab-${view}`, "aria-controls": "view", "aria-selected": String(view === app.view),
    tabIndex: view === app.view ? 0 : -1, onclick: () => app.open(view),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const to = step ? VIEWS[(VIEWS.indexOf(view) + step + VIEWS.length) % VIEWS.length] : { Home: VIEWS[0], End: VIEWS[VIEWS.length - 1] }[event.key];
      if (!to) return;
      event.preventDefault();
      app.open(to);
    },
  }, t(`tab${view[0].toUpperCase()}${view.slice(1)}`)));
  return items;
}

function draw() {
  document.documentElement.lang = language() === "zh" ? "zh-CN" : "en";
  document.title = t("title");
  document.getElementById("title").textContent = t("title");
  document.getElementById("skip").textContent = t("skip");
  const other = document.getElementById("language");
  other.textContent = t("language");
  other.title = t("languageHelp");
  const out = document.getElementById("sign-out");
  out.textContent = t("signOut");
  out.hidden = app.link === "expired";
  const list = document.getElementById("tabs");
  const mine = list.contains(document.activeElement);
  list.setAttribute("aria-label", t("sections"));
  show(list, tabs());
  if (mine) document.getElementById(`tab-${app.view}`).focus();
  const view = document.getElementById("view");
  view.setAttribute("aria-labelledby", `tab-${app.view}`);
  drawLink();
  if (app.link === "expired" && app.view !== "help") return show(view, signIn());
  const made = { refresh: app.views, check: app.views, explain: app.explain, setup: app.setup, help: app.help }[app.view];
  show(view, made.places?.[app.view] ?? made.place, app.view === "check" ? app.review.place : null);
  if (app.view === "check") app.review.draw();
  return made.draw();
}

async function start() {
  startLanguage();
  app.service.token = savedToken();
  app.named = Boolean(savedPerson());
  app.answers = new Answers({ service: app.service, book: bookId, saved: savedAnswers(), save: saveAnswers, changed: () => { if (app.view === "refresh") app.views.draw(); } });
  app.registered = typeof CustomFunctions === "undefined" ? [] : register(app.answers);
  app.views = makeViews(app);
  app.explain = makeExplain(app);
  app.setup = makeSetup(app);
  app.help = makeHelp(app);
  app.review = makeReview(app);
  document.getElementById("language").addEventListener("click", () => { chooseLanguage(language() === "zh" ? "en" : "zh"); draw(); });
  document.getElementById("sign-out").addEventListener("click", signOut);
  draw();
  await Excel.run(async (context) => {
    context.workbook.onSelectionChanged.add(async () => {
      clearTimeout(app.settling); // who walks through cells asks about the one where they stay
      app.settling = setTimeout(() => { if (app.view === "explain" && app.link !== "expired") app.explain.draw(); }, SETTLE);
    });
    await context.sync();
  });
  await look();
  if (app.link !== "away" && "serviceWorker" in navigator) keepFiles().catch(() => {});
  setInterval(look, EVERY);
}

const STORE = "linkstar-addin"; // as in sw.js

/** Keep this page and its files, so that it opens while the service is away; a browser without that goes on as before. */
async function keepFiles() {
  await navigator.serviceWorker.register("sw.js");
  const mine = performance.getEntriesByType("resource").map((one) => one.name).filter((name) => name.startsWith(new URL(".", location.href).href));
  const store = await caches.open(STORE);
  await store.addAll([...new Set([location.href, ...mine])]);
  app.kept = true;
}

app.look = look;
globalThis.KPI_PANE = app; // one pane a page; a helper may look at it in the console

app.ready = Office.onReady().then(async (found) => {
  if (String(found.host) !== "Excel") {
    startLanguage();
    document.getElementById("view").textContent = t("withOffice");
    return;
  }
  registerCommands(app);
  await start();
});
