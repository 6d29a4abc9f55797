// Role packs: chosen, fitted by four questions, loaded as new rows.
import { announce, button, field, h, notice, section, show, shown } from "./dom.js";
import { excelError, writeResult } from "./book.js";
import { order } from "./road.js";
import { said, t } from "./texts.js";

export function makePacks(app) {
  const packs = h("div"), state = { list: null, words: "" };

  async function drawPacks() {
    show(packs, section(t("packs"), notice("info", t("explaining"))));
    try {
      const told = state.list ?? await app.service.packs();
      state.list = told.packs ?? told;
    } catch (error) {
      app.trouble(error);
      show(packs, section(t("packs"), notice("error", said(error.texts) || String(error))));
      return;
    }
    const found = h("ul", { className: "plainlist" });
    const search = h("input", { type: "search", value: state.words, id: "pack-words", oninput: () => { state.words = search.value; fill(); } });
    const fill = () => {
      const fits = state.list.filter((one) => JSON.stringify(one).toLowerCase().includes(state.words.trim().toLowerCase()));
      show(found, fits.length ? fits.map(line) : h("li", {}, t("packNone")));
    };
    const line = (one) => h("li", {}, h("div", { className: "grow" }, h("strong", {}, nameOf(one)),
      h("div", { className: "quiet" }, t("packLines", { n: one.kpis ?? one.items?.length ?? "–", region: one.region }))),
    button(t("choose"), () => ask(one), { className: "plain", "aria-label": `${t("choose")}: ${nameOf(one)} ${one.region}` }));
    fill();
    show(packs, section(t("packs"), field(t("packSearch"), search), found));
  }

  const nameOf = (one) => said(one.names) || one.role || one.pack;

  function ask(one) {
    const stage = h("select", { id: "stage" }, ["launch", "growth", "mature"].map((code) =>
      h("option", { value: code, selected: code === "growth" }, t(`stage${code[0].toUpperCase()}${code.slice(1)}`))));
    const history = h("input", { type: "number", min: 0, max: 120, value: "12", id: "history" });
    const team = h("input", { type: "number", min: 1, max: 500, value: "10", id: "team" });
    const cash = h("input", { type: "checkbox", id: "cash" });
    const answer = h("div");
    const answers = () => ({
      stage: stage.value, history_months: Number(history.value), team_size: Number(team.value), cash_limited: cash.checked,
    });
    show(packs, section(`${nameOf(one)} · ${one.region}`, notice("warning", t("packWarn")),
      field(t("stage"), stage), field(t("history"), history), field(t("team"), team),
      h("label", { className: "tick" }, cash, h("span", {}, t("cash"))),
      h("div", { className: "row" }, button(t("load"), () => load(one, answers(), answer), { className: "primary", id: "load" }),
        button(t("back"), drawPacks, { className: "plain" })), answer));
    stage.focus();
  }

  async function load(one, answers, place_) {
    try {
      const { read, body } = await order();
      const result = await app.service.pack({ ...body, pack: one.pack ?? one.role, region: one.region, answers });
      const { rows } = await writeResult(read, result);
      const problems = (result.problems ?? []).map((p) => notice(p.level === "error" ? "error" : "warning", said(p)));
      show(place_, notice("good", t("loaded", { rows })), ...problems, changed(result.changes ?? []));
      announce(t("loaded", { rows }));
    } catch (error) {
      const told = excelError(error);
      app.trouble(told);
      show(place_, notice("error", said(told.texts)));
    }
  }
  const changed = (changes) => (changes.length ? h("section", {}, h("h3", {}, t("packChanged")), h("ul", { className: "plainlist" }, changes.map((one) =>
    h("li", {}, h("div", { className: "grow" }, t("packChange", { ...one, what: t(one.what), before: shown(one.before), after: shown(one.after) }), h("div", { className: "quiet" }, said(one))))))) : null);
  return { place: packs, draw: drawPacks };
}
