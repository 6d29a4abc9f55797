// A person's file: made by the service from the open workbook and saved by the browser; the command stands beside it.
import { announce, button, copyable, field, h, notice, section, show, standing } from "./dom.js";
import { codesOf } from "./book.js";
import { order } from "./road.js";
import { bookName } from "./session.js";
import { said, t } from "./texts.js";
import { refused } from "./view_packs.js";

export function makeFile(app) {
  const choice = h("div", { id: "file-choice" }), state = { url: "" }; // of the file that was made last

  function draw() {
    forget();
    show(choice);
    return section(t("file"), h("p", { className: "quiet" }, t("fileHelp")), button(t("fileAsk"), choose, { id: "file-ask" }), choice);
  }

  async function choose() {
    forget();
    try {
      const { read } = await order(), people = peopleOf(read);
      if (!people.length) return show(choice, notice("info", t("filePeople")));
      const answer = h("div", { id: "file-said" }), command = h("div", { id: "file-command" });
      const fill = () => { forget(); show(answer); show(command, copyable(shareCommand(person.value, bookName()))); };
      const person = h("select", { id: "file-person", onchange: fill }, people.map((code) => h("option", { value: code }, code)));
      const go = button(t("fileMake"), () => make(person, answer), { className: "primary", id: "file-make" });
      fill();
      show(choice, field(t("filePerson"), person), go, answer, h("h4", {}, t("fileCommand")), h("p", { className: "quiet" }, t("fileHow")), command);
      person.focus();
    } catch (error) { refused(app, choice, error); }
    return undefined;
  }

  async function make(person, answer) {
    forget();
    person.disabled = true; // what is made is what stands there
    show(answer, notice("info", t("fileMaking", { person: person.value })), h("progress", { "aria-label": t("progress") }));
    try {
      const { body } = await order(), made = await app.service.share({ ...body, person: person.value });
      state.url = URL.createObjectURL(made.blob);
      const link = h("a", { href: state.url, download: made.name, id: "file-link" }, made.name);
      show(answer, notice("good", h("span", {}, t("fileMade"), " ", link)), made.problems.map(remark));
      link.click();
      announce(`${t("fileMade")} ${made.name}`);
    } catch (error) { refused(app, answer, error); } finally { person.disabled = false; }
  }

  /** The browser keeps what an address stands for until it is told. */
  function forget() {
    if (state.url) URL.revokeObjectURL(state.url);
    state.url = "";
  }
  return { draw };
}

const remark = (one) => standing(one.level === "note" ? "info" : one.level,
  h("span", {}, said(one), h("span", { className: "quiet" }, said({ zh: one.mend_zh, en: one.mend_en }))));

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
