// KPIs that the tab Needs asks for: proposed, shown, and added to Weights switched off.
/* global KPI_LAYOUT */
import { announce, button, h, notice, section, show } from "./dom.js";
import { writeResult } from "./book.js";
import { order } from "./road.js";
import { goTo } from "./selection.js";
import { t } from "./texts.js";
import { linesTable, refused } from "./view_packs.js";

export function makeNeeds(app) {
  const place = h("div"), answer = h("div", { id: "needs-said" });

  async function openNeeds() {
    for (const name of KPI_LAYOUT.tabs.needs) if (await goTo(name, "A5")) return;
    announce(t("noCell", { where: KPI_LAYOUT.tabs.needs.join(" / ") }));
  }

  async function propose() {
    try {
      const { read, body } = await order(), result = await app.service.propose(body);
      if (!result.lines.length) return show(answer, notice("info", t("needsNone")));
      const add = button(t("needsAdd"), () => put(read, result), { className: "primary", id: "needs-add" });
      show(answer, linesTable(result.lines), add);
      add.focus();
    } catch (error) { refused(app, answer, error); }
    return undefined;
  }

  async function put(read, result) {
    try {
      await writeResult(read, result);
      const text = t("needsAdded", { n: result.lines.length });
      show(answer, notice("good", text));
      announce(text);
    } catch (error) { refused(app, answer, error); }
  }

  function draw() {
    show(answer);
    show(place, section(t("needs"), h("p", { className: "quiet" }, t("needsHelp")),
      h("div", { className: "row wrap" }, button(t("needsPropose"), propose, { id: "propose" }), button(t("needsOpen"), openNeeds, { className: "plain", id: "open-needs" })), answer));
  }
  return { place, draw };
}
