// Refresh with live progress and cancel; problems with their cells; stale sources.
import { button, announce, field, h, measured, moment, notice, section, show, shown } from "./dom.js";
import { refresh } from "./road.js";
import { goTo } from "./selection.js";
import { bookRefreshed, savePerson } from "./session.js";
import { said, t } from "./texts.js";

const MOST_BREACHES = 10; // listed of one refresh; Breaches has all

/** Two views that share one run at a time: Refresh writes, Check does not. */
export function makeViews(app) {
  const state = { control: null, last: null, told: null };
  const places = { refresh: h("div"), check: h("div") };

  const draw = () => {
    const place = Object.values(places).find((one) => one.contains(document.activeElement));
    drawRefresh(app, state, places.refresh, run);
    drawCheck(app, state, places.check, run);
    place?.querySelector("#cancel, #refresh, #check")?.focus(); // the keyboard stays where it was
  };

  async function run(write) {
    if (state.control) return;
    state.control = new AbortController();
    state.told = null;
    state.progress = { n: 0, of: 5, text: t("stepRead"), write };
    draw();
    try {
      const done = await refresh(app.service, { signal: state.control.signal, write, step: (n, of, text, told) => progress(state, n, of, text, told) });
      state.last = done.result;
      state.told = { look: "good", text: write ? t("done", done) : t("checked"), write };
      if (write) app.wrote();
    } catch (error) {
      state.told = { look: error.kind === "cancelled" ? "info" : "error", text: said(error.texts) || String(error), write };
      app.trouble(error);
    } finally {
      state.control = null;
      state.progress = null;
      draw();
      announce([state.told.text, fresh(state.last)].filter(Boolean).join(" "));
    }
  }
  return { places, draw, run, state };
}

const fresh = (result) => (result?.breaches?.length ? t("breachesNew", { n: result.breaches.length }) : "");

function progress(state, n, of, text, told) {
  const part = told ? (told.n - 0.5) / told.of : 0;
  state.progress = { ...state.progress, n: n - 1 + part, of, text };
  for (const bar of /** @type {NodeListOf<HTMLProgressElement>} */ (document.querySelectorAll("[data-progress]"))) {
    bar.value = state.progress.n;
    bar.textContent = text;
  }
  // The write is whole or undone, never cut short; a disabled button would lose the keyboard's place.
  document.querySelector("button#cancel")?.setAttribute("aria-disabled", String(of === n));
  for (const line of document.querySelectorAll("[data-step]")) if (line.textContent !== text) line.textContent = text;
}

function working(state) {
  const { n, of, text } = state.progress;
  const bar = h("progress", { max: of, value: n, "data-progress": true, "aria-label": t("progress") });
  const stop = button(t("cancel"), async (self) => {
    if (self.getAttribute("aria-disabled") === "true") return;
    self.textContent = t("cancelling");
    state.control?.abort();
  }, { className: "plain", id: "cancel" });
  return h("div", { className: "working" }, bar,
    h("div", { className: "row" }, h("span", { "data-step": true, role: "status", "aria-live": "polite", className: "grow" }, text), stop));
}

function drawRefresh(app, state, place, run) {
  const at = bookRefreshed(), mine = state.told?.write;
  show(place,
    section(null,
      h("p", {}, t("refreshHelp")),
      state.progress?.write ? working(state) : button(t("refresh"), () => run(true), { className: "primary", id: "refresh", disabled: Boolean(state.control) }),
      mine ? notice(state.told.look, state.told.text) : null,
      app.nameless() ? nameField() : null,
      h("p", { className: "quiet" }, at ? t("lastRefresh", { at: moment(at) }) : t("never"))),
    app.awayCells() ? notice("stale", t("away", { n: app.awayCells() })) : null,
    state.last ? newBreaches(state.last) : null,
    state.last ? summary(state.last) : null,
    state.last ? staleSources(state.last) : null);
}

/** For those who signed in before a name was asked for. */
function nameField() {
  const input = h("input", { type: "text", id: "person", autocomplete: "name", maxLength: 60, onchange: () => savePerson(input.value) });
  return field(t("person"), input, h("span", { className: "quiet" }, t("personHelp")));
}

/** Breaches that the book did not list before, each a way to its line. */
function newBreaches(result) {
  const found = result.breaches ?? [];
  if (!found.length) return null;
  return section(t("breachesNew", { n: found.length }), lined(found.slice(0, MOST_BREACHES), (one) => [
    h("span", { className: "said" }, `${said(one.names)} · ${one.scope}`),
    h("span", {}, `${measured(one.value, one)} ${one.operator} ${measured(one.limit, one)}`),
    one.owner || one.cause ? h("span", { className: "quiet" }, [one.owner, one.cause].filter(Boolean).join(" · ")) : null]),
  found.length > MOST_BREACHES ? h("p", { className: "quiet" }, t("breachesMore", { n: found.length - MOST_BREACHES })) : null);
}

function summary(result) {
  const problems = result.problems ?? [], errors = problems.filter((one) => one.level === "error").length;
  return section(t("problems"), problems.length
    ? h("p", {}, `${t("errorCount", { n: errors })} · ${t("warningCount", { n: problems.length - errors })}`) : notice("good", t("problemsNone")),
  list(problems.slice(0, 3)));
}

function staleSources(result) {
  const stale = result.stale ?? [];
  return section(t("stale"), stale.length ? h("ul", { className: "plainlist" }, stale.map((one) => h("li", {},
    h("span", { className: "sign", "aria-hidden": "true" }, "◇"),
    h("div", { className: "grow" }, h("strong", {}, `${one.shop} · ${one.stream}`),
      h("div", { className: "quiet" }, t("staleLine", { last: one.last ? moment(one.last) : t("unknown") })),
      one.error ? h("div", {}, typeof one.error === "object" ? said(one.error) : shown(one.error)) : null)))) : notice("good", t("staleNone")));
}

function drawCheck(app, state, place, run) {
  const problems = state.last?.problems, mine = state.told && !state.told.write;
  show(place,
    section(null,
      h("p", {}, t("problemsFirst")),
      state.progress && !state.progress.write ? working(state) : button(t("check"), () => run(false), { className: "primary", id: "check", disabled: Boolean(state.control) }),
      mine ? notice(state.told.look, state.told.text) : null),
    problems ? section(t("problems"), problems.length ? list(problems) : notice("good", t("problemsNone"))) : null,
    state.last ? staleSources(state.last) : null);
}

const list = (problems) => lined(problems, (one) =>
  [h("span", { className: "said" }, said(one)), h("span", { className: "quiet" }, said({ zh: one.mend_zh, en: one.mend_en }))]);

/** Lines with their level and cell; one that has a cell is a way to it. */
function lined(found, texts) {
  return h("ul", { className: "plainlist problems" }, found.map((one) => {
    const where = [one.sheet, one.cell].filter(Boolean).join("!"), text = texts(one).filter(Boolean);
    return h("li", { className: one.level },
      h("span", { className: "sign", role: "img", "aria-label": t(one.level === "error" ? "error" : "warning") }, one.level === "error" ? "■" : "▲"),
      where ? button([h("span", { className: "where" }, where), ...text], () => jump(one, where), { className: "line", title: t("goTo", { where }) })
        : h("div", { className: "grow" }, ...text));
  }));
}

async function jump(one, where) {
  if (!await goTo(one.sheet, one.cell)) announce(t("noCell", { where }));
  else announce(t("goTo", { where }));
}
