// The open workbook: read our tables, write a result in one go or not at all.
/* global Excel, KPI_LAYOUT, Office */
import { both } from "./texts.js";
import { ServiceError } from "./service.js";

const BLOCK = 2_000_000; // characters of JSON in one write; Excel on the web takes 5 MB
const GAP = 20; // rows between two changes that still go as one block
const ERRORS = new Set(["#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#SPILL!", "#CALC!", "#BUSY!", "#GETTING_DATA"]);

/** Rows of ours moved or went between reading and writing. */
export class MovedError extends ServiceError {
  constructor() { super("moved", both("moved")); }
}

/** Excel's own refusal, as a sentence. */
export function excelError(error) {
  if (error instanceof ServiceError || !error) return error;
  if (/EditMode/.test(error.code)) return new ServiceError("excel", both("editing"));
  const why = [error.code, error.message].filter(Boolean).join(": ") || String(error);
  return new ServiceError("excel", both("inExcel", { why }));
}

export const fromSheet = (cell) => (cell === "" ? null : typeof cell === "string" && ERRORS.has(cell) ? { error: cell } : cell);

/** A value as Excel takes it; a text stays a text, whatever it looks like. */
export function toSheet(cell) {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "object") return cell.error === "na" ? "#N/A" : cell.error;
  return typeof cell === "string" ? asText(cell) : cell;
}
const LOOKS = /\d|^[=+\-@'#]|^(true|false)$/i;
const asText = (text) => (LOOKS.test(text) ? `'${text}` : text);

/** Whether a cell holds a formula, and not a text that begins like one. */
export const isFormula = (formula, value) => typeof formula === "string" && formula.startsWith("=") && formula !== value;

const headerColumn = (name, header) => {
  const wanted = String(header).trim().toLowerCase();
  return KPI_LAYOUT.tables[name].columns.find(([, zh, en]) => zh.toLowerCase() === wanted || en.toLowerCase() === wanted);
};

/** Codes of a table's columns, by the headers that stand there; "" for a manager's own. */
export const codesOf = (name, headers) => headers.map((one) => headerColumn(name, one)?.[0] ?? "");

// --- reading ---------------------------------------------------------------------------------------

/** All tables and names of the layout that this book has, and where a person left a formula or a note. */
export const readBook = async () => ({ ...await readTables(), ...(await since1904() ? { date1904: true } : {}) });

const readTables = () => Excel.run(async (context) => {
  const tables = context.workbook.tables.load("items/name");
  const names = KPI_LAYOUT.names.map((code) => [code, context.workbook.names.getItemOrNullObject(code).load("type")]);
  await context.sync();
  const mine = tables.items.filter((one) => KPI_LAYOUT.tables[one.name]).map((table) => ({
    name: table.name, table,
    sheet: table.worksheet.load("name"),
    header: table.getHeaderRowRange().load("values"),
    body: table.getDataBodyRange().load("values,formulas,address,rowIndex,columnIndex,rowCount,columnCount"),
  }));
  const cells = names.filter(([, item]) => !item.isNullObject).map(([code, item]) => [code, item.getRangeOrNullObject().load("values")]);
  await context.sync();
  const found = { tables: {}, names: {} }, notes = await notesOf(context);
  for (const one of mine) {
    const { values, formulas } = one.body.values && one.body.formulas ? one.body : await inBlocks(context, one.body);
    const headers = one.header.values[0].map(String);
    found.tables[one.name] = {
      sheet: one.sheet.name, at: one.body.address.split("!").pop().split(":")[0].replaceAll("$", ""),
      headers, rows: values.map((row) => row.map(fromSheet)),
      formulas: formulasOf(one.name, headers, formulas, values), noted: notedIn(one, notes),
    };
  }
  for (const [code, range] of cells) if (!range.isNullObject) found.names[code] = fromSheet(range.values[0][0]);
  return found;
});

const CENTURY_SINCE_1904 = 35_064; // 2000-01-01; from 1900 it is 36,526

/** Whether days of this book are counted from 1904, by what DATE gives; false where this Excel cannot tell. */
const since1904 = () => Excel.run(async (context) => {
  const day = context.workbook.functions.date(2000, 1, 1).load("value");
  await context.sync();
  return day.value === CENTURY_SINCE_1904;
}).catch(() => false);

/** [row, column] of every cell outside the table's own formula columns that holds a formula. */
function formulasOf(name, headers, formulas, values) {
  const others = headers.map((header) => headerColumn(name, header)?.[3] !== "F");
  return formulas.flatMap((row, r) => row.flatMap((text, c) => (others[c] && isFormula(text, values[r][c]) ? [[r, c]] : [])));
}

/** The cells of this book that carry a note or a comment. */
async function notesOf(context) {
  const has = (version) => Office.context.requirements.isSetSupported("ExcelApi", version);
  const lists = [has("1.10") ? context.workbook.comments.load("items/id") : null, has("1.18") ? context.workbook.notes.load("items/visible") : null].filter(Boolean);
  if (!lists.length) return [];
  await context.sync();
  const found = lists.flatMap((list) => list.items).map((one) => one.getLocation().load("rowIndex,columnIndex")).map((at) => ({ at, sheet: at.worksheet.load("name") }));
  if (found.length) await context.sync();
  return found.map(({ at, sheet }) => ({ sheet: sheet.name, row: at.rowIndex, column: at.columnIndex }));
}

/** The rows of a table's data that carry one. */
function notedIn({ sheet, body }, notes) {
  const inside = ({ row, column }) => row >= body.rowIndex && row < body.rowIndex + body.rowCount && column >= body.columnIndex && column < body.columnIndex + body.columnCount;
  return [...new Set(notes.filter((one) => one.sheet === sheet.name && inside(one)).map((one) => one.row - body.rowIndex))];
}

/** A body that is too large for one answer; Excel says so by null. */
async function inBlocks(context, body) {
  const found = { values: [], formulas: [] }, height = Math.max(1, Math.floor(25_000 / body.columnCount));
  for (let row = 0; row < body.rowCount; row += height) {
    const count = Math.min(height, body.rowCount - row);
    const block = body.getCell(row, 0).getResizedRange(count - 1, body.columnCount - 1).load("values,formulas");
    await context.sync();
    if (block.values === null || block.formulas === null) throw new ServiceError("excel", both("inExcel", { why: "TooLarge" }));
    found.values.push(...block.values);
    found.formulas.push(...block.formulas);
  }
  return found;
}

// --- writing ---------------------------------------------------------------------------------------

/**
 * Changed cells as blocks of neighbouring rows; null inside a block leaves a cell alone.
 * @returns {{row: number, column: number, values: any[][], range?: Excel.Range}[]}
 */
export function blocksOf(cells) {
  const byRow = new Map();
  for (const [row, column, value] of cells) {
    if (!byRow.has(row)) byRow.set(row, new Map());
    byRow.get(row).set(column, toSheet(value));
  }
  const blocks = [];
  let last = null, size = 0;
  for (const row of [...byRow.keys()].sort((a, b) => a - b)) {
    const cost = JSON.stringify([...byRow.get(row)]).length;
    if (!last || row - last.end > GAP || size + cost > BLOCK) {
      last = { start: row, end: row, left: Infinity, right: 0 };
      size = 0;
      blocks.push(last);
    }
    last.end = row;
    size += cost;
    for (const column of byRow.get(row).keys()) {
      last.left = Math.min(last.left, column);
      last.right = Math.max(last.right, column);
    }
  }
  return blocks.map(({ start, end, left, right }) => ({
    row: start, column: left,
    values: Array.from({ length: end - start + 1 }, (_, r) =>
      Array.from({ length: right - left + 1 }, (__, c) => byRow.get(start + r)?.get(left + c) ?? null)),
  }));
}

const size = (values) => JSON.stringify(values).length;

/** Write a result into the tables that were read; {cells, rows} written. */
export const writeResult = (before, result, step = (_n, _of) => {}) => Excel.run(async (context) => {
  const jobs = (result.tables ?? []).filter((one) => one.cells?.length || one.append?.length)
    .map((patch) => jobOf(context, before.tables[patch.table], patch));
  const names = Object.entries(result.names ?? {}).filter(([code]) => code in before.names).map(([code, value]) => {
    const range = context.workbook.names.getItem(code).getRange().load("formulas,values");
    return { range, value, sheet: range.worksheet.load("name"), guard: range.worksheet.protection.load("protected") };
  });
  await context.sync().catch((error) => { throw error.code === "ItemNotFound" ? new MovedError() : error; });
  if (jobs.some((job) => moved(job))) throw new MovedError();
  const typed = names.filter(({ range }) => !isFormula(range.formulas[0][0], range.values[0][0])); // a person's formula stays
  const guards = await unprotect(context, [...jobs, ...typed]);
  const undo = [];
  try {
    let n = 0;
    for (const job of jobs) {
      step(++n, jobs.length + 1);
      await writeTable(context, job, undo);
    }
    step(jobs.length + 1, jobs.length + 1);
    for (const one of typed) {
      const old = original(one.range.formulas[0][0], one.range.values[0][0]);
      undo.push(() => { one.range.formulas = [[old]]; });
      one.range.values = [[toSheet(one.value)]];
    }
    await show(context, result.shown);
    await context.sync();
  } catch (error) {
    await putBack(context, undo, guards, excelError(error));
  }
  await protect(context, guards);
  return {
    cells: jobs.reduce((sum, job) => sum + job.patch.cells.length, 0) + typed.length,
    rows: jobs.reduce((sum, job) => sum + job.patch.append.length, 0),
  };
});

/** What one table's patch needs to know of the table as it is now. */
function jobOf(context, before, patch) {
  if (!before) throw new MovedError();
  const table = context.workbook.tables.getItem(patch.table), body = table.getDataBodyRange().load("rowCount,columnCount");
  const codes = codesOf(patch.table, before.headers);
  const keys = KPI_LAYOUT.tables[patch.table].key.map((code) => codes.indexOf(code)).filter((at) => at >= 0);
  const blocks = blocksOf(patch.cells ?? []);
  for (const one of blocks) {
    one.range = body.getCell(one.row, one.column).getResizedRange(one.values.length - 1, one.values[0].length - 1).load("formulas,values");
  }
  return {
    table, body, blocks, keys, before, patch: { cells: [], append: [], ...patch },
    keyColumns: keys.map((at) => body.getColumn(at).load("values")),
    model: patch.append?.length ? body.getLastRow().load("formulasR1C1") : null,
    sheet: table.worksheet.load("name"), guard: table.worksheet.protection.load("protected"),
  };
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function moved({ body, before, keys, keyColumns }) {
  if (body.rowCount !== before.rows.length || body.columnCount !== before.headers.length) return true;
  return keys.some((at, n) => keyColumns[n].values.some(([cell], row) => !same(fromSheet(cell), before.rows[row][at])));
}

/** One table, one sync; more only where a table passes what one write may hold. */
async function writeTable(context, job, undo) {
  let waiting = 0;
  for (const one of job.blocks) {
    const cost = size(one.values);
    if (waiting && waiting + cost > BLOCK) { await context.sync(); waiting = 0; }
    const old = one.values.map((row, r) => row.map((cell, c) =>
      (cell === null ? null : original(one.range.formulas[r][c], one.range.values[r][c]))));
    undo.push(() => { one.range.formulas = old; });
    one.range.values = one.values;
    waiting += cost;
  }
  const { append } = job.patch, count = job.before.rows.length;
  if (append.length) undo.push(() => shorten(context, job.table, count));
  for (let n = 0; n < append.length;) {
    const rows = [];
    let cost = 0;
    for (; n < append.length && (!rows.length || cost < BLOCK); n++) {
      rows.push(append[n].map((cell) => (cell === null ? null : toSheet(cell))));
      cost += size(rows[rows.length - 1]);
    }
    if (waiting && waiting + cost > BLOCK) { await context.sync(); waiting = 0; }
    job.table.rows.add(null, rows);
    waiting += cost;
  }
  if (append.length) fillDown(job, count, append);
  await context.sync();
}

/** Take the rows away that were added below `count`. */
async function shorten(context, table, count) {
  const body = table.getDataBodyRange().load("rowCount");
  await context.sync();
  for (let at = body.rowCount - 1; at >= count; at--) table.rows.getItemAt(at).delete();
}

/** New rows take the formulas of the row above them. */
function fillDown(job, count, append) {
  const [model] = job.model.formulasR1C1;
  const formulas = append.map((row) => row.map((cell, c) =>
    (cell === null && typeof model[c] === "string" && model[c].startsWith("=") ? model[c] : null)));
  if (!formulas.flat().some((cell) => cell !== null)) return;
  const range = job.table.getDataBodyRange().getCell(count, 0).getResizedRange(append.length - 1, append[0].length - 1);
  range.formulasR1C1 = formulas;
}

/** What a cell held, as it is typed: a text that looks like a formula is still a text. */
const original = (formula, value) => (typeof formula === "string" && formula === value && formula !== "" && !ERRORS.has(formula) ? asText(formula) : formula);

/** The old values again, newest change first; then the error. */
export async function putBack(context, undo, guards, error) {
  try {
    for (const back of undo.reverse()) {
      await back();
      await context.sync();
    }
    await protect(context, guards);
  } catch (worse) {
    const why = { zh: `${error.texts.zh} ${excelError(worse).texts.zh}`, en: `${error.texts.en} ${excelError(worse).texts.en}` };
    throw new ServiceError("notUndone", { zh: both("notUndone", { why: why.zh }).zh, en: both("notUndone", { why: why.en }).en });
  }
  throw new ServiceError("undone", { zh: both("undone", { why: error.texts.zh }).zh, en: both("undone", { why: error.texts.en }).en });
}

/** Protection guards against hands: lift it for the write, and put it back as it was. */
export async function unprotect(context, jobs) {
  const guards = new Map();
  for (const { sheet, guard } of jobs) if (guard.protected) guards.set(sheet.name, guard);
  if (!guards.size) return [];
  for (const guard of guards.values()) { guard.load("options"); }
  await context.sync();
  const found = [...guards.values()].map((guard) => ({ guard, options: guard.options }));
  for (const { guard } of found) guard.unprotect();
  await context.sync();
  return found;
}
export async function protect(context, guards) {
  for (const { guard, options } of guards) guard.protect(options);
  if (guards.length) await context.sync();
}

/** Tabs and columns that a purpose or a mode shows. */
async function show(context, shown) {
  if (!shown) return;
  const sheets = context.workbook.worksheets.load("items/name");
  await context.sync();
  for (const [code, visible] of Object.entries(shown.tabs ?? {})) {
    const sheet = sheets.items.find((one) => KPI_LAYOUT.tabs[code]?.includes(one.name));
    if (sheet) sheet.visibility = visible ? "Visible" : "Hidden";
  }
  for (const [name, columns] of Object.entries(shown.columns ?? {})) {
    const table = context.workbook.tables.getItemOrNullObject(name).load("name");
    await context.sync();
    if (table.isNullObject) continue;
    const header = table.getHeaderRowRange().load("values");
    await context.sync();
    codesOf(name, header.values[0]).forEach((code, at) => {
      if (code in columns) header.getCell(0, at).getEntireColumn().columnHidden = !columns[code];
    });
  }
}
