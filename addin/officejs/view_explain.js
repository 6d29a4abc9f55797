// Where the selected value comes from, what moved it, and what another target or weight would do.
import { announce, button, field, h, measured, notice, section, serial, show, shown, table } from "./dom.js";
import { excelError } from "./book.js";
import { selectedRow } from "./selection.js";
import { bookId } from "./session.js";
import { said, t } from "./texts.js";

const plain = (cell) => (cell === null || cell === undefined || typeof cell === "object" || cell === "" ? null : cell);

/** What the service is asked about a row; null when the row has no KPI. */
export function question(found) {
  const row = found?.row ?? {}, kpi = plain(row.metric) ?? plain(row.kpi);
  if (!kpi) return null;
  const scope = plain(row.scope) ?? plain(row.shop) ?? plain(row.person) ?? plain(row.region) ?? "ALL";
  return {
    book: bookId(), kpi: String(kpi), person: plain(row.person), region: plain(row.region) ?? "",
    scope: String(scope), period: String(plain(row.month) ?? plain(row.period) ?? plain(row.week) ?? plain(row.day) ?? ""),
  };
}

export function makeExplain(app) {
  const place = h("div"), state = { asked: 0, found: null }, parts = makeParts(app);

  async function draw() {
    const mine = ++state.asked;
    let found;
    try { found = await selectedRow(); } catch (error) { return show(place, notice("error", said(excelError(error).texts))); }
    if (mine !== state.asked) return undefined;
    state.found = found;
    const asks = question(found);
    if (!asks) return show(place, section(null, h("p", {}, t("explainHelp"))));
    const title = h("h2", {}, found.text.metric ?? asks.kpi), head = h("header", { className: "about" }, title,
      h("p", { className: "quiet" }, [found.text.person, found.text.region ?? found.text.scope, asks.period].filter(Boolean).join(" · ")),
      h("p", {}, h("span", { className: "quiet" }, `${found.header} `), h("strong", {}, found.shown || "–")));
    const body = h("div", { id: "explained" }, notice("info", t("explaining")));
    show(place, section(null, head), body, found.table === "tblScore" ? whatIf(app, found) : null);
    try {
      const told = await app.service.explain({ ...asks, by: parts.state.by === "sku" ? "shop" : parts.state.by }); // SKUs take long: only when asked for
      if (mine !== state.asked) return undefined;
      if (title.textContent === told.kpi) title.textContent = said(told.names); // the cell holds the code
      show(body, ...explained(told, parts.draw(asks, told)));
    } catch (error) {
      if (mine !== state.asked) return undefined;
      app.trouble(error);
      show(body, notice("error", said(error.texts) || String(error)));
    }
    return undefined;
  }
  return { place, draw };
}

const text = (one) => (one && typeof one === "object" ? said(one) : String(one ?? ""));

const TRUSTED = new Set(["complete", "manual", "not_applicable"]); // states that need no warning
const CARD = ["includes", "excludes", "source", "time_basis"];

function explained(told, its) {
  const definition = told.definition ?? {}, known = typeof told.value === "number";
  const state = told.state && !TRUSTED.has(told.state) ? notice("stale", t("dataState", { state: said(told.state_said) })) : null;
  return [
    section(t("value"), h("p", { className: "big" }, measured(told.value, told)),
      told.unknown ? notice("warning", said(told.unknown)) : null, known ? state : null,
      told.formula ? h("p", {}, h("span", { className: "quiet" }, `${t("formula")} `), h("code", {}, said(told.formula))) : null,
      h("details", {}, h("summary", {}, t("definition")),
        CARD.filter((part) => said(definition[part])).map((part) => h("p", {}, h("span", { className: "quiet" }, `${t(part)} `), said(definition[part]))),
        told.version ? h("p", { className: "quiet" }, t("version", { version: told.version })) : null)),
    its,
    section(t("sources"), told.sources?.length ? table([`${t("stream")} · ${t("shop")}`, t("covered"), t("fetched")],
      told.sources.map((one) => [h("span", {}, one.stream, h("span", { className: "quiet" }, one.shop)), serial(one.covered), serial(one.fetched)])) : h("p", {}, t("noneFound"))),
  ];
}

// --- its parts -------------------------------------------------------------------------------------

const BY = ["region", "market", "platform", "shop", "category", "sku", "person"];

/** What the value is made of and what moved it, by what the reader chooses; the parts are the whole. */
function makeParts(app) {
  const place = section(null), lines = h("div", { id: "parts" }), state = { by: "shop", asks: null, unit: null, asked: 0 };

  function draw(asks, told) {
    Object.assign(state, { asks, by: told.by, unit: told, asked: state.asked + 1 });
    const by = h("select", { id: "by", onchange: () => again(by.value) }, BY.map((code) => h("option", { value: code, selected: code === told.by }, t(`by_${code}`))));
    show(place, h("h2", {}, t("contributions")), field(t("partsBy"), by), lines);
    fill(told);
    return place;
  }

  const fill = (told) => show(lines, ...(told.change ? [h("p", { className: "quiet" }, t("partsFrom", {
    from: told.change.from, to: told.change.to, before: measured(told.change.before, state.unit), after: measured(told.change.after, state.unit),
  })), bars(told, state.unit)] : [h("p", {}, said(told.undivided) || t("noneFound"))]));

  async function again(by) {
    const mine = ++state.asked;
    state.by = by;
    show(lines, notice("info", t(by === "sku" ? "partsLong" : "explaining")));
    try {
      const told = await app.service.explain({ ...state.asks, by });
      if (mine !== state.asked) return;
      fill(told);
      announce(t("partsSaid", { by: t(`by_${by}`), n: told.contributions.length }));
    } catch (error) {
      app.trouble(error);
      if (mine === state.asked) show(lines, notice("error", said(error.texts) || String(error)));
    }
  }
  return { draw, state };
}

/** A change with its sign; that of a ratio in points. */
function moved(value, unit) {
  const sign = value > 0 ? "+" : "";
  return unit.unit === "ratio" ? `${sign}${shown(100 * value, 2)} ${t("pp")}` : `${sign}${measured(value, unit)}`;
}

function bars({ contributions, rest, change }, unit) {
  const most = Math.max(...contributions.map((one) => Math.abs(one.value)), 1e-300);
  const line = (name, now, value, className, track) => h("li", { className },
    h("span", { className: "grow" }, name), h("span", { className: "quiet" }, now), h("span", { className: "number" }, moved(value, unit)), track);
  return h("ul", { className: "bars" }, contributions.map((one) => {
    const fill = h("span", { className: `bar ${one.value < 0 ? "down" : "up"}`, "aria-hidden": "true" });
    fill.style.setProperty("--part", `${Math.round(100 * Math.abs(one.value) / most)}%`);
    return line(text(one.part), measured(one.now, unit), one.value, null, h("span", { className: "track" }, fill));
  }), rest.parts ? line(t("partsRest", { n: rest.parts }), "", rest.value, null, null) : null,
  line(t("partsWhole"), measured(change.after, unit), change.value, "whole", null));
}

// --- what if ---------------------------------------------------------------------------------------

/** A typed number: blanks, % and the comma of thousands or decimals; undefined when empty, NaN when none. */
export function typed(given) {
  const clean = given.trim().replace(/[\s_']/g, "").replace(/％/g, "%");
  if (!clean) return undefined;
  const percent = clean.endsWith("%"), bare = percent ? clean.slice(0, -1) : clean;
  const number = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(bare) ? bare.replaceAll(",", "") : bare.replace(/^(-?\d+),(\d+)$/, "$1.$2");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(number) ? Number(number) / (percent ? 100 : 1) : NaN;
}

const TRIED = ["value", "target", "weight", "base"];

function whatIf(app, found) {
  const { row } = found, answer = h("div", { id: "tried" });
  const now = { value: row.counted ?? row.actual, target: row.target, weight: row.weight, base: null };
  const inputs = Object.fromEntries(TRIED.map((name) => [name,
    h("input", { inputMode: "decimal", placeholder: now[name] === null ? "" : shown(now[name]), id: `what-${name}`, autocomplete: "off" })]));
  const go = button(t("tryIt"), async () => {
    const wanted = Object.fromEntries(TRIED.map((name) => [name, typed(inputs[name].value)]));
    for (const name of TRIED) inputs[name].setAttribute("aria-invalid", String(Number.isNaN(wanted[name])));
    const wrong = TRIED.find((name) => Number.isNaN(wanted[name]));
    if (wrong) { inputs[wrong].focus(); return show(answer, notice("error", t("badNumber", { text: inputs[wrong].value }))); }
    if (TRIED.every((name) => wanted[name] === undefined)) return show(answer, notice("error", t("nothingTried")));
    try {
      const told = await app.service.whatIf({ book: bookId(), month: row.month, person: row.person, region: row.region, item: row.item, ...wanted });
      show(answer, h("div", { role: "status" }, beside(told, wanted.base !== undefined)));
      announce(`${t("total")}: ${shown(told.truth.total, 2)} → ${shown(told.total, 2)} · ${t("grade")}: ${shown(told.truth.grade)} → ${shown(told.grade)}`);
    } catch (error) {
      app.trouble(error);
      show(answer, notice("error", said(error.texts) || String(error)));
    }
    return undefined;
  }, { id: "try" });
  return section(t("whatIf"), h("p", { className: "quiet" }, t("whatIfHelp")),
    h("div", { className: "pair" }, TRIED.map((name) => field(t(name), inputs[name]))), go, answer);
}

/** What would be beside what is, with what it changes; the bonus only where a base was typed. */
function beside(told, withBonus) {
  const lines = ["score", "points", "card", "total", "grade", "coefficient", ...(withBonus ? ["bonus"] : [])];
  const change = (before, after) => (typeof before === "number" && typeof after === "number" ? `${after > before ? "+" : ""}${shown(after - before, 2)}` : before === after ? "" : "→");
  return table(["", t("truth"), t("tried"), t("changes")], lines.map((name) => [
    t(name), shown(told.truth[name], 2), shown(told[name], 2), change(told.truth[name], told[name])]));
}
