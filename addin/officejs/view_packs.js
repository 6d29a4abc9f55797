// Role packs: found by role, KPI, platform and kind of goods; fitted by four questions; shown line by line before anything is written.
import { announce, button, field, h, measured, notice, section, show, shown, standing, table } from "./dom.js";
import { excelError, writeResult } from "./book.js";
import { order } from "./road.js";
import { said, t } from "./texts.js";

const NAMED = 3; // KPIs that a line of the library names

export function makePacks(app) {
  const place = h("div"), state = { told: null, words: "", platform: "", variant: "" };

  async function draw() {
    show(place, section(t("packs"), notice("info", t("explaining"))));
    try {
      state.told ??= await app.service.packs();
      show(place, library());
    } catch (error) {
      app.trouble(error);
      show(place, section(t("packs"), notice("error", said(error.texts) || String(error))));
    }
  }

  function library() {
    const found = h("ul", { className: "plainlist" }), count = h("p", { className: "quiet", role: "status" });
    const search = h("input", { type: "search", value: state.words, id: "pack-words", oninput: () => { state.words = search.value; fill(); } });
    const choice = (name) => h("select", { id: `pack-${name}`, onchange: (event) => { state[name] = event.target.value; fill(); } },
      h("option", { value: "" }, t(`any_${name}`)),
      state.told[`${name}s`].map((one) => h("option", { value: one.code, selected: one.code === state[name] }, said(one.names))));
    const fill = () => {
      const fits = state.told.packs.filter((one) => fitting(one, state));
      count.textContent = t("packCount", { n: fits.length });
      show(found, fits.length ? fits.map(line) : h("li", {}, t("packNone")));
    };
    fill();
    return section(t("packs"), field(t("packSearch"), search),
      h("div", { className: "pair" }, field(t("packPlatform"), choice("platform")), field(t("packVariant"), choice("variant"))), count, found);
  }

  const line = (one) => {
    const lacking = state.platform ? one.not_delivered[state.platform] ?? [] : [], hits = matched(one, state.words);
    return h("li", {}, h("div", { className: "grow" }, h("strong", {}, said(one.names)),
      h("div", { className: "quiet" }, t("packLines", { n: one.kpis, region: one.region })),
      hits.length ? h("div", { className: "quiet" }, t("packHits", { kpis: hits.slice(0, NAMED).map((item) => said(item.names)).join(t("comma")) })) : null,
      lacking.length ? h("div", { className: "quiet" }, `▲ ${t("packLacks", { kpis: names(one, lacking) })}`) : null),
    button(t("choose"), () => ask(one), { className: "plain", "aria-label": `${t("choose")}: ${said(one.names)} ${one.region}` }));
  };

  /** The four questions, kind of goods and role; every answer shows anew what would be added. */
  function ask(one) {
    const stage = h("select", { id: "stage" }, ["launch", "growth", "mature"].map((code) =>
      h("option", { value: code, selected: code === "growth" }, t(`stage${code[0].toUpperCase()}${code.slice(1)}`))));
    const history = h("input", { type: "number", min: 0, max: 120, value: "12", id: "history" });
    const team = h("input", { type: "number", min: 1, max: 500, value: "10", id: "team" });
    const cash = h("input", { type: "checkbox", id: "cash" });
    const variant = h("select", { id: "variant" }, h("option", { value: "" }, t("variantNone")), state.told.variants.map(({ code, names: both }) =>
      h("option", { value: code, selected: code === state.variant }, said(both) + (one.variants.includes(code) ? "" : ` ${t("variantSame")}`))));
    const role = h("select", { id: "onto" }, h("option", { value: "" }, said(one.names)));
    const preview = h("div", { id: "pack-preview" });
    const wanted = () => ({
      pack: one.pack, region: one.region, variant: variant.value, onto: role.value,
      answers: { stage: stage.value, history_months: Number(history.value), team_size: Number(team.value), cash_limited: cash.checked },
    });
    const again = () => previewed(app, one, wanted(), preview, role);
    for (const input of [stage, history, team, cash, variant, role]) input.addEventListener("change", again);
    show(place, section(`${said(one.names)} · ${one.region}`, standing("warning", t("packWarn")),
      h("div", { className: "pair" }, field(t("stage"), stage), field(t("packVariant"), variant), field(t("history"), history), field(t("team"), team)),
      h("label", { className: "tick" }, cash, h("span", {}, t("cash"))), field(t("packRole"), role), preview,
      button(t("back"), draw, { className: "plain", id: "back" })));
    stage.focus();
    return again();
  }
  return { place, draw };
}

/** Whether a pack fits the words, the platform and the kind of goods that were chosen. */
function fitting(one, { words, platform, variant }) {
  if ((platform && !one.platforms.includes(platform)) || (variant && !one.variants.includes(variant))) return false;
  const about = [one.role, one.region, one.names.zh, one.names.en, ...one.items.flatMap((item) => [item.kpi, item.names.zh, item.names.en])];
  const text = about.join("\n").toLowerCase();
  return words.trim().toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** The KPIs of a pack that the words name. */
function matched(one, words) {
  const word = words.trim().toLowerCase();
  return word ? one.items.filter((item) => [item.kpi, item.names.zh, item.names.en].some((name) => name.toLowerCase().includes(word))) : [];
}

const names = (one, kpis) => kpis.map((kpi) => said(one.items.find((item) => item.kpi === kpi)?.names) || kpi).join(t("comma"));

let newest = 0; // an answer to an older question is not shown

async function previewed(app, one, wanted, place, role) {
  const mine = ++newest;
  place.setAttribute("aria-busy", "true");
  try {
    const { read, body } = await order(), result = await app.service.pack({ ...body, ...wanted });
    if (mine !== newest) return;
    const there = new Set([...role.options].map((option) => option.value));
    role.append(...result.own_roles.filter((name) => !there.has(name)).map((name) => h("option", { value: name }, name)));
    const load = button(t("load"), () => write(app, read, result, place), { className: "primary", id: "load" });
    show(place, h("h3", {}, t("preview")), changed(one, result), ...remarks(result, (p) => p.code !== UNCONFIRMED),
      linesTable(result.lines), result.lines.length ? load : null);
    announce(t("packCountLines", { n: result.lines.length }));
  } catch (error) {
    if (mine === newest) refused(app, place, error);
  } finally { place.removeAttribute("aria-busy"); }
}

export function refused(app, place, error) {
  const told = excelError(error);
  app.trouble(told);
  show(place, notice("error", said(told.texts)));
}

const UNCONFIRMED = "pack_unconfirmed"; // true only once the lines are there
const remarks = (result, wanted) => result.problems.filter(wanted).map((p) => standing(p.level === "note" ? "info" : p.level, said(p)));

async function write(app, read, result, place) {
  try {
    const { rows } = await writeResult(read, result);
    show(place, notice("good", t("loaded", { rows })), ...remarks(result, (p) => p.code === UNCONFIRMED));
    announce(t("loaded", { rows }));
  } catch (error) { refused(app, place, error); }
}

/** The lines that would be added: KPI, weight, target. */
export function linesTable(lines) {
  if (!lines.length) return notice("info", t("linesNone"));
  return [h("p", { className: "quiet" }, t("packCountLines", { n: lines.length })),
    table(["KPI", t("weight"), t("target")], lines.map((one) => [
      h("span", {}, said(one.names), one.on ? null : h("span", { className: "quiet" }, t("lineOff")),
        one.pain ? h("span", { className: "quiet" }, t("linePain", { pain: one.pain })) : null),
      one.weight ?? "–", one.target === null ? t("lineOwn") : measured(one.target, one)]))];
}

function changed(one, { changes, lines }) {
  if (!changes.length) return null;
  const known = new Map([...one.items, ...lines].map((item) => [item.kpi, said(item.names)])), name = (kpi) => known.get(kpi) ?? kpi;
  const units = new Map(lines.map((line) => [line.kpi, line])), figure = (line, value) =>
    (line.what === "target" && units.has(line.kpi) ? measured(value, units.get(line.kpi)) : shown(value));
  const text = (line) => (line.what === "kpi" ? t("packInstead", { after: name(line.after), before: name(line.before) })
    : t("packChange", { kpi: name(line.kpi), what: t(line.what), before: figure(line, line.before), after: figure(line, line.after) }));
  return h("section", {}, h("h4", {}, t("packChanged")), h("ul", { className: "plainlist" }, changes.map((line) =>
    h("li", {}, h("div", { className: "grow" }, text(line), h("div", { className: "quiet" }, said(line)))))));
}
