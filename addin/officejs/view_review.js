// The meeting pack: a week, month or quarter against the one before, what it misses, and the tasks that follow.
import { announce, button, copyable, field, h, measured, notice, section, show, standing } from "./dom.js";
import { codesOf, writeResult } from "./book.js";
import { order } from "./road.js";
import { bookName } from "./session.js";
import { said, t } from "./texts.js";
import { refused } from "./view_packs.js";

const KINDS = ["week", "month", "quarter"];
const MOST = 10; // lines of a part; the pages of the workbook have all

export function makeReview(app) {
  const place = h("div"), answer = h("div", { id: "review-pack" }), state = { kind: "week", scope: "" };

  function draw() {
    const kind = h("select", { id: "review-kind", onchange: () => { state.kind = kind.value; } },
      KINDS.map((code) => h("option", { value: code, selected: code === state.kind }, t(`review_${code}`))));
    show(place, section(t("review"), h("p", { className: "quiet" }, t("reviewHelp")), field(t("reviewOf"), kind), button(t("reviewStart"), start, { id: "review-start" }), answer), files());
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

  /** The sealed file of one person is made by a command: it reads the saved workbook, and answers in it come back by its place. */
  function files() {
    const command = h("div", { id: "file-command" });
    const ask = button(t("fileAsk"), async () => {
      try {
        const { read } = await order(), people = peopleOf(read);
        if (!people.length) return show(command, notice("info", t("filePeople")));
        const person = h("select", { id: "file-person", onchange: () => fill() }, people.map((code) => h("option", { value: code }, code)));
        const text = h("div"), fill = () => show(text, copyable(shareCommand(person.value, bookName())));
        fill();
        show(command, field(t("filePerson"), person), h("p", { className: "quiet" }, t("fileHow")), text);
        person.focus();
      } catch (error) { refused(app, command, error); }
      return undefined;
    }, { id: "file-ask" });
    return section(t("file"), h("p", { className: "quiet" }, t("fileHelp")), ask, command);
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

/** The codes of People, each once. */
function peopleOf(read) {
  const table = read.tables.tblPeople, at = table ? codesOf("tblPeople", table.headers).indexOf("person") : -1;
  return at < 0 ? [] : [...new Set(table.rows.map((row) => row[at]).filter((code) => typeof code === "string" && code.trim()))];
}

const PLAIN_CODE = /^[\p{L}\p{N}_.][\p{L}\p{N}_.-]{0,59}$/u, PLAIN_FILE = /^[\p{L}\p{N}_.][\p{L}\p{N}_. ()-]{0,99}$/u; // may stand in a command line as they are

function shareCommand(person, file) {
  const code = PLAIN_CODE.test(person) ? person : "CODE", book = PLAIN_FILE.test(file) ? file : "BOOK.xlsx";
  return `python -m sync_service share "${book}" --person ${code} --out "${code}.xlsx"`;
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
