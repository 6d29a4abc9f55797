// The meeting pack: a week, month or quarter against the one before, what it misses, and the tasks that follow.
import { announce, button, field, h, measured, notice, section, show, standing } from "./dom.js";
import { writeResult } from "./book.js";
import { order } from "./road.js";
import { said, t } from "./texts.js";
import { makeFile } from "./view_file.js";
import { refused } from "./view_packs.js";

const KINDS = ["week", "month", "quarter"];
const MOST = 10; // lines of a part; the pages of the workbook have all

export function makeReview(app) {
  const place = h("div"), answer = h("div", { id: "review-pack" }), state = { kind: "week", scope: "" }, file = makeFile(app);

  function draw() {
    const kind = h("select", { id: "review-kind", onchange: () => { state.kind = kind.value; } },
      KINDS.map((code) => h("option", { value: code, selected: code === state.kind }, t(`review_${code}`))));
    show(place, section(t("review"), h("p", { className: "quiet" }, t("reviewHelp")), field(t("reviewOf"), kind), button(t("reviewStart"), start, { id: "review-start" }), answer), file.draw());
  }

  async function start() {
    show(answer, notice("info", t("reviewing")));
    try {
      const { read, body } = await order(), told = await app.service.review({ ...body, kind: state.kind });
      state.scope = told.lines[0]?.scope ?? "";
      show(answer, pack(read, told));
      announce(t("reviewDone", { period: told.period }));
    } catch (error) { refused(app, answer, error); }
  }

  function pack(read, told) {
    const figures = h("div"), scopes = [...new Set(told.lines.map((one) => one.scope))];
    const scope = h("select", { id: "review-scope", onchange: () => { state.scope = scope.value; fill(); } }, scopes.map((code) => h("option", { value: code }, code)));
    const fill = () => show(figures, told.lines.filter((one) => one.scope === state.scope).map(figure));
    fill();
    return [h("h3", {}, t("reviewTitle", { period: told.period, before: told.before })),
      scopes.length ? [field(t("scope"), scope), h("ul", { className: "plainlist figures" }, figures)] : notice("info", t("noneFound")),
      part("reviewMisses", told.misses, (one) => [`${said(one.names)} · ${one.scope}`, [one.owner, one.cause].filter(Boolean).join(" · "), one.level]),
      part("reviewDue", told.due, (one) => [one.what, [one.owner, one.age].filter(Boolean).join(" · "), "warning"]),
      told.kind === "quarter" ? [part("reviewKpis", told.kpis, (one) => [said(one.names), `${said(one.finding)} · ${said(one.proposal)}`, null]),
        part("reviewTeams", told.teams, (one) => [one.team, said(one.level), null])] : null,
      part("reviewFollow", told.follow, (one) => [`${one.no} ${one.what}`, [one.owner, one.due].filter(Boolean).join(" · "), null]),
      told.paused ? standing("warning", t("linkPaused", { why: told.paused })) : null, writing(read, told)];
  }

  function writing(read, told) {
    if (!told.tables.length) return told.paused ? null : standing("info", t("reviewNothing"));
    const put = button(t(told.kind === "quarter" ? "reviewPutAll" : "reviewPut", { n: told.follow.length }), async () => {
      try {
        const done = await writeResult(read, told);
        show(answer, notice("good", t("reviewPutDone", done)));
        announce(t("reviewPutDone", done));
      } catch (error) { refused(app, answer, error); }
    }, { className: "primary", id: "review-put" });
    return put;
  }
  return { place, draw };
}

/** A figure with what it was and what was due. */
function figure(one) {
  const than = [one.before === null ? "" : t("reviewBefore", { value: measured(one.before, one) }), one.due === null ? "" : t("reviewDueBy", { value: measured(one.due, one) })];
  return h("li", {}, h("span", { className: "grow" }, said(one.names), h("span", { className: "quiet" }, than.filter(Boolean).join(" · "))),
    h("strong", { className: "number" }, measured(one.value, one)));
}

/** A part of the pack: heading, its first lines, how many more; nothing is said too. */
function part(name, found, texts) {
  const sign = { error: "■", warning: "▲" };
  return [h("h4", {}, t(name, { n: found.length })), found.length ? h("ul", { className: "plainlist" }, found.slice(0, MOST).map((one) => {
    const [text, more, level] = texts(one);
    return h("li", { className: level }, level ? h("span", { className: "sign", role: "img", "aria-label": t(level) }, sign[level]) : null,
      h("div", { className: "grow" }, text, more ? h("div", { className: "quiet" }, more) : null));
  }), found.length > MOST ? h("li", { className: "quiet" }, t("partsRest", { n: found.length - MOST })) : null) : h("p", { className: "quiet" }, t("noneFound"))];
}
