// The set-up wizard: the workbook's seven steps with the open one marked, each with what it takes, and the review after them.
/* global Excel, KPI_LAYOUT */
import { announce, button, copyable, field, h, measured, moment, notice, section, show, shown, standing } from "./dom.js";
import { excelError, writeResult } from "./book.js";
import { order } from "./road.js";
import { goTo } from "./selection.js";
import { language, said, t } from "./texts.js";
import { makeNeeds } from "./view_needs.js";
import { makePacks, refused } from "./view_packs.js";

// The tab of each step, and what the pane itself can do for it. The review is no step of the workbook: it comes again.
const STEPS = [
  { tab: "setup" }, { tab: "shops" }, { tab: "setup", more: "sources" }, { tab: "products" }, { tab: "people" }, { tab: "targets" },
  { tab: "setup", more: "compared" },
];
const REVIEW = { tab: "review", more: "review" };
const ALL = [...STEPS, REVIEW];
const ACTION = { sources: "stepSources", compared: "stepCompared", review: "stepReview" };
const LOOKS = { fresh: "good", stale: "stale", failed: "error", none: "warning" };

/** ✓ or ○ of each step: the seven cells over the count of them; "" where a person changed that part. */
const stepMarks = () => Excel.run(async (context) => {
  const item = context.workbook.names.getItemOrNullObject("nmSetupDone").load("type");
  await context.sync();
  if (item.isNullObject) return [];
  const cells = item.getRange().getOffsetRange(-STEPS.length, 0).getResizedRange(STEPS.length - 1, 0).load("values");
  await context.sync();
  return cells.values.map(([mark]) => (mark === "✓" || mark === "○" ? mark : ""));
});

export function makeSetup(app) {
  const place = h("div"), wizard = h("div"), needs = makeNeeds(app), packs = makePacks(app);
  const state = { told: null, open: new Map() }; // of the service; panels by what they show: whether a person opened or closed them
  const panels = { sources: h("div"), compared: h("div"), review: h("div") };

  async function draw() {
    show(place, wizard, needs.place, packs.place);
    needs.draw();
    packs.draw();
    await drawWizard();
  }

  async function drawWizard() {
    let read, body, marks;
    try {
      ({ read, body } = await order());
      marks = await stepMarks();
    } catch (error) { show(wizard, notice("error", said(excelError(error).texts))); return; }
    drawSteps(read, marks);
    try {
      state.told = await app.service.setup(body);
      for (const [name, fill] of Object.entries(fills)) show(panels[name], fill());
      if (marks.length) drawSteps(read, [...marks, state.told.review ? "✓" : "○"]);
    } catch (error) {
      app.trouble(error);
      for (const panel of Object.values(panels)) show(panel, notice("error", said(error.texts) || String(error)));
    }
  }

  function drawSteps(read, marks) {
    const sheets = new Set(Object.values(read.tables).map((one) => one.sheet));
    const done = String(read.names.nmSetupDone ?? "0/7"), count = Number(/^(\d+)/.exec(done)?.[1] ?? 0);
    const title = (code) => KPI_LAYOUT.tabs[code].find((one) => sheets.has(one)) ?? KPI_LAYOUT.tabs[code][language() === "zh" ? 0 : 1];
    const now = marks.length ? ALL.findIndex((_, n) => marks[n] !== "✓") : -1;
    const focus = wizard.contains(document.activeElement) ? document.activeElement.id : "";
    show(wizard, section(t("wizard"), h("p", { className: "quiet" }, t("wizardDone", { done })),
      h("progress", { max: STEPS.length, value: count, "aria-label": t("wizard") }),
      h("ol", { className: "steps" }, ALL.map((one, n) => step(one, n, marks[n] ?? "", n === now, title(one.tab))))));
    if (focus) document.getElementById(focus)?.focus();
  }

  function step(one, n, mark, isNow, tab) {
    const name = t(`step${n + 1}`), opened = one.more && (state.open.get(one.more) ?? isNow), panel = one.more && panels[one.more];
    const go = button(one.more ? t(ACTION[one.more]) : t("open"), () => (one.more ? toggle(one.more, go) : openTab(tab)), {
      className: isNow ? "now" : "plain", id: `step-${n + 1}`, "aria-label": `${one.more ? t(ACTION[one.more]) : t("open")}: ${name}`,
      ...(one.more ? { "aria-expanded": String(Boolean(opened)), "aria-controls": `panel-${one.more}` } : {}),
    });
    if (panel) Object.assign(panel, { id: `panel-${one.more}`, className: "more", hidden: !opened });
    return h("li", { className: [mark === "✓" ? "done" : "", isNow ? "now" : "", one === REVIEW ? "again" : ""].join(" ").trim() || null, "aria-current": isNow ? "step" : null },
      h("span", { className: "grow" }, name, mark ? h("span", { className: "hidden" }, ` ${t(mark === "✓" ? "stepDone" : "stepOpen")}`) : null,
        isNow ? h("span", { className: "quiet" }, `${t("stepNow")} ${t(`stepHow${n + 1}`)}`) : null), go, panel);
  }

  function toggle(name, self) {
    const opened = panels[name].hidden;
    panels[name].hidden = !opened;
    state.open.set(name, opened);
    self.setAttribute("aria-expanded", String(opened));
  }

  async function openTab(name) {
    if (!await goTo(name, "A5")) announce(t("noCell", { where: name }));
  }

  const fills = { sources: () => sources(state.told.shops), compared: () => compared(app, state.told.compared), review: () => review(app, state.told, drawWizard) };
  for (const panel of Object.values(panels)) show(panel, notice("info", t("explaining")));
  return { place, draw };
}

// --- data ------------------------------------------------------------------------------------------

/** Every shop with the state of its sources and the commands that bring its data in. */
function sources(shops) {
  if (!shops.length) return notice("info", t("sourceNoShop"));
  return [h("p", { className: "quiet" }, t("sourceHow")), ...shops.map((one) => h("div", { className: "source" },
    standing(LOOKS[one.state], h("span", {}, h("strong", {}, one.shop), " ", t(`source_${one.state}`),
      one.last ? h("span", { className: "quiet" }, t("staleLine", { last: moment(one.last) })) : null, one.error ? h("span", { className: "quiet" }, one.error) : null)),
    h("details", { open: one.state === "none" || one.state === "failed" }, h("summary", {}, t("sourceCommands", { shop: one.shop })),
      one.commands.flatMap(({ what, text }) => [h("p", { className: "quiet" }, t(`source_${what}`)), copyable(text)]))))];
}

// --- the first refresh, compared -------------------------------------------------------------------

function compared(app, lines) {
  const run = button(t("refresh"), () => { app.open("refresh"); app.run(true); }, { className: "primary", id: "first-refresh" });
  if (!lines.length) return [h("p", { className: "quiet" }, t("comparedNone")), run];
  const look = (one) => (one.green === null ? "info" : one.green ? "good" : "warning");
  const text = (one) => (one.green === null ? t("unknown") : t(one.green ? "comparedAlike" : "comparedApart", { difference: measured(one.difference, { unit: "ratio" }) }));
  return [h("p", { className: "quiet" }, t("comparedHelp")),
    ...lines.map((one) => standing(look(one), h("span", {}, h("strong", {}, one.shop), " ", text(one),
      h("span", { className: "quiet" }, t("comparedFigures", { ours: shown(one.ours, 2), platform: shown(one.platform, 2) })),
      one.first ? h("span", { className: "quiet" }, `${one.first} – ${one.last}`) : null))), run];
}

// --- the review ------------------------------------------------------------------------------------

function review(app, told, again) {
  const rhythm = h("select", { id: "rhythm" }, ["weekly", "monthly", "quarterly"].map((code) =>
    h("option", { value: code, selected: code === "monthly" }, t(`rhythm_${code}`))));
  const first = h("input", { type: "date", id: "first-review" }), answer = h("div", { id: "review-said" });
  const look = button(t("preview"), () => plan(), { id: "plan-review" });
  return [notice(told.review ? "good" : "info", told.review ? t("reviewNext", { day: told.review }) : t("reviewNone")),
    h("div", { className: "pair" }, field(t("rhythm"), rhythm), field(t("reviewFirst"), first)), look, answer];

  async function plan() {
    first.setAttribute("aria-invalid", String(!first.value));
    if (!first.value) { first.focus(); return show(answer, notice("error", t("reviewNoDay"))); }
    try {
      const { read, body } = await order();
      const result = await app.service.plan({ ...body, rhythm: rhythm.value, first: first.value });
      if (!result.reviews.length) return show(answer, notice("info", t("reviewThere")));
      const write = button(t("reviewWrite"), () => put(read, result), { className: "primary", id: "write-review" });
      show(answer, h("p", { className: "quiet" }, t("previewHelp")),
        h("ul", { className: "plainlist" }, result.reviews.map((one) => h("li", {}, h("span", { className: "grow" }, `${one.day} · ${one.topic}`)))), write);
      write.focus();
    } catch (error) { refused(app, answer, error); }
    return undefined;
  }
  async function put(read, result) {
    try {
      await writeResult(read, result);
      announce(t("reviewWritten", { n: result.reviews.length }));
      await again();
    } catch (error) { refused(app, answer, error); }
  }
}
