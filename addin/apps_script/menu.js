// The KPI menu, the sidebar's server half, and the daily trigger. Nothing here writes a cell.
const KINDS = ["refresh", "check", "rebuild"], DAILY = "linkstarDailyRun";
const HEAD_ROWS = 30, MOST_COLUMNS = 200; // of a tab, to know what the selected line is about

const items = () => [
  ["menuRefresh", "linkstarRefresh"], ["menuCheck", "linkstarCheck"], ["menuExplain", "linkstarExplain"], ["menuRebuild", "linkstarRebuild"],
  null, ["menuConnect", "linkstarConnect"], ["menuDaily", "linkstarDaily"], ["menuHelp", "linkstarHelp"],
];

function onOpen() {
  const menu = SpreadsheetApp.getUi().createMenu("KPI");
  for (const one of items()) if (one) menu.addItem(t(one[0]), one[1]); else menu.addSeparator();
  menu.addToUi();
}

function sidebar(start) {
  const page = HtmlService.createTemplateFromFile("Sidebar");
  page.start = start;
  page.language = language() === "zh" ? "zh-CN" : "en";
  SpreadsheetApp.getUi().showSidebar(page.evaluate().setTitle(t("title")));
}

function rebuild() {
  const ui = SpreadsheetApp.getUi();
  if (ui.alert(t("menuRebuild"), t("rebuildAsk"), ui.ButtonSet.YES_NO) === ui.Button.YES) sidebar("rebuild");
}

function help() {
  const ui = SpreadsheetApp.getUi();
  ui.alert(t("title"), t("help", { version: VERSION }), ui.ButtonSet.OK);
}

// --- connecting --------------------------------------------------------------------------------------

/** What a person typed; null when the box was closed. */
function typed(title, text) {
  const ui = SpreadsheetApp.getUi(), answer = ui.prompt(t(title), text, ui.ButtonSet.OK_CANCEL);
  return answer.getSelectedButton() === ui.Button.OK ? answer.getResponseText().trim() : null;
}

function say(title, text) {
  const ui = SpreadsheetApp.getUi();
  ui.alert(t(title), text, ui.ButtonSet.OK);
}

/** The code is tried before it is kept; it stands in the document's properties, never in a cell. */
function connect() {
  const text = typed("connectTitle", t("connectAsk"));
  if (text === null) return;
  const properties = PropertiesService.getDocumentProperties();
  if (!text) { properties.deleteProperty(CODE); say("connectTitle", t("disconnected")); return; }
  const code = parsed(text);
  if (!code) { say("connectTitle", t("codeWrong")); return; }
  try {
    ask("/sheets/hello", {}, { code });
  } catch (error) {
    say("connectTitle", plain(error).message);
    return;
  }
  properties.setProperty(CODE, text);
  const name = typed("connectTitle", t("connectName"));
  if (name) PropertiesService.getUserProperties().setProperty(PERSON, name.slice(0, 60));
  say("connectTitle", t("connected"));
}

// --- the daily trigger -------------------------------------------------------------------------------

const triggers = () => ScriptApp.getProjectTriggers().filter((one) => one.getHandlerFunction() === DAILY);

function daily() {
  const text = typed("dailyTitle", t("dailyAsk", { now: triggers().length ? t("menuRefresh") : t("none") }));
  if (text === null) return;
  const hour = Number(text);
  if (text && !(/^\d{1,2}$/.test(text) && hour <= 23)) { say("dailyTitle", t("dailyWrong", { text })); return; }
  for (const one of triggers()) ScriptApp.deleteTrigger(one);
  if (!text) { say("dailyTitle", t("dailyOff")); return; }
  const zone = SpreadsheetApp.getActive().getSpreadsheetTimeZone();
  ScriptApp.newTrigger(DAILY).timeBased().everyDays(1).atHour(hour).inTimezone(zone).create();
  say("dailyTitle", t("dailyOn", { hour }));
}

/** The trigger's work: one order; a failure is thrown, so Google writes to whoever set the trigger up. */
function dailyRun() {
  try {
    order("refresh");
  } catch (error) {
    if (error.reason !== "busy") throw plain(error);
  }
}

// --- what the sidebar asks ---------------------------------------------------------------------------

/** The sentence of a failure reaches the sidebar in the reader's language. */
function shielded(work) {
  try { return work(); } catch (error) { throw plain(error); }
}

const state = () => ({ version: VERSION, language: language(), connected: Boolean(connection()), texts: texts(), away: cache().get(AWAY) });

/** Begin a job; one that somebody else began is followed. */
const start = (kind) => shielded(() => {
  if (!KINDS.includes(kind)) throw new Error(kind);
  const lock = LockService.getDocumentLock();
  lock.waitLock(10000);
  try {
    return { run: order(kind).run, note: "" };
  } catch (error) {
    if (error.reason !== "busy") throw error;
    return { run: error.run, note: said(error.texts) };
  } finally {
    lock.releaseLock();
  }
});

const job = (run) => shielded(() => {
  if (!/^[0-9a-f]{32}$/.test(run)) throw new Error(run);
  const told = ask(`/sheets/jobs/${run}`);
  if (told.state === "done") cache().remove(REVISION); // functions ask anew
  return told;
});

/** Select a cell; false where the tab or the cell is not there. */
function goTo(name, cell) {
  const book = SpreadsheetApp.getActive(), sheet = book.getSheetByName(name);
  if (!sheet) return false;
  if (sheet.isSheetHidden()) sheet.showSheet();
  book.setActiveSheet(sheet);
  try { if (cell) sheet.getRange(cell).activate(); } catch { return false; }
  return true;
}

/** What the service says of the selected line; the tab's first rows tell what its columns are. */
const explained = () => shielded(() => {
  const at = SpreadsheetApp.getActive().getCurrentCell(), sheet = at.getSheet(), cell = reader();
  const width = Math.min(MOST_COLUMNS, Math.max(sheet.getLastColumn(), at.getColumn()));
  const rows = (first, count) => sheet.getRange(first, 1, count, width).getValues().map((row) => row.map(cell));
  const above = Math.min(HEAD_ROWS, at.getRow() - 1);
  const told = ask("/sheets/explain", { head: above ? rows(1, above) : [], row: rows(at.getRow(), 1)[0] });
  return { ...told, where: `${sheet.getName()}!${at.getA1Notation()}`, shown: at.getDisplayValue() };
});
