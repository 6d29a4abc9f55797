// KPI formulas of the open workbook: mend names that Excel lost, change the edition.
/* global Excel, KPI_FUNCTIONS, KPI_LAYOUT */
import { codesOf, excelError, isFormula, protect, putBack, unprotect } from "./book.js";
import { ServiceError } from "./service.js";
import { both } from "./texts.js";

const OFFICE = Object.fromEntries(KPI_FUNCTIONS.functions.flatMap((one) => [[one.office, one.office], [one.code, one.office]]));
const LOST = /(?:(?:'[^']*'|\[\d+\])!)?_xldudf_KPI_([A-Z]+)\s*\(|(?:\[\d+\]!)?\bKPI_([A-Z]+)\s*\(/g;
const OURS = /\bKPI\.[A-Z]+\(/;

/** A formula with every lost name of ours as a person types it; texts in quotes stay. */
export const mended = (formula) => formula.split(/("(?:[^"]|"")*")/).map((part, n) => (n % 2 ? part
  : part.replace(LOST, (whole, saved, plain) => (OFFICE[saved ?? plain] ? `KPI.${OFFICE[saved ?? plain]}(` : whole)))).join("");

/** Enter every KPI formula again that Excel no longer knows; gives how many. One write a sheet. */
export const repair = () => Excel.run(async (context) => {
  const sheets = context.workbook.worksheets.load("items/name");
  await context.sync();
  const used = sheets.items.map((sheet) => sheet.getUsedRangeOrNullObject(false).load("formulas,values"));
  await context.sync();
  let count = 0;
  for (const range of used) {
    if (range.isNullObject || !range.formulas) continue;
    const found = range.formulas.map((row, r) => row.map((cell, c) => {
      if (typeof cell !== "string" || !cell.startsWith("=")) return null;
      const text = mended(cell);
      const again = text !== cell || (OURS.test(cell) && range.values[r][c] === "#NAME?");
      count += Number(again);
      return again ? text : null;
    }));
    if (found.flat().every((cell) => cell === null)) continue;
    range.formulas = found;
    await context.sync();
  }
  return count;
});

// --- another edition --------------------------------------------------------------------------------

const NAME = "nmCardPerson"; // stands on the tab of the card

/** The columns of scoring that this book has, with what stands there as R1C1; equal cells are one group. */
async function scoringColumns(context) {
  const tables = context.workbook.tables.load("items/name");
  await context.sync();
  const mine = tables.items.filter((one) => KPI_LAYOUT.scoring[one.name]).map((table) => ({
    name: table.name, header: table.getHeaderRowRange().load("values"), body: table.getDataBodyRange().load("rowIndex,columnIndex"),
    sheet: table.worksheet.load("name"), guard: table.worksheet.protection.load("protected"),
  }));
  await context.sync();
  const found = mine.flatMap((one) => {
    const codes = codesOf(one.name, one.header.values[0]);
    return KPI_LAYOUT.scoring[one.name].filter((code) => codes.includes(code)).map((code) => ({ ...one, code, at: codes.indexOf(code), range: one.body.getColumn(codes.indexOf(code)) }));
  });
  for (const one of found) {
    one.range.load("formulasR1C1");
    await context.sync(); // one at a time: an answer of Excel on the web holds 5 MB
    if (!one.range.formulasR1C1) throw new ServiceError("excel", both("inExcel", { why: "TooLarge" }));
    one.groups = groupsOf(one);
  }
  await context.sync();
  return found;
}

function groupsOf({ body, at, range }) {
  const rows = new Map();
  range.formulasR1C1.forEach(([cell], row) => {
    if (typeof cell !== "string" || !cell.startsWith("=")) return;
    if (!rows.has(cell)) rows.set(cell, []);
    rows.get(cell).push(row);
  });
  return [...rows.values()].map((each) => ({ rows: each, first: body.getCell(each[0], at).load("formulas,values") }));
}

/** The formulas on the tab of the card, row by row. */
async function cardCells(context) {
  const name = context.workbook.names.getItemOrNullObject(NAME).load("type");
  await context.sync();
  if (name.isNullObject) return [];
  const sheet = name.getRange().worksheet.load("name"), guard = sheet.protection.load("protected");
  const used = sheet.getUsedRangeOrNullObject(false).load("formulas,values,rowIndex,columnIndex");
  await context.sync();
  if (used.isNullObject || !used.formulas) return [];
  return used.formulas.flatMap((row, r) => row.map((text, c) => ({
    text, value: used.values[r][c], cell: `${letters(used.columnIndex + c)}${used.rowIndex + r + 1}`, sheet, guard,
  }))).filter(({ text, value }) => isFormula(text, value));
}

const letters = (column) => (column < 26 ? "" : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

/**
 * Write the cells of scoring in another edition; a formula of a person's own stays.
 * `ask({cells, card})` gives the formulas of the edition in that order.
 * @returns {Promise<{n: number, kept: string[]}>} how many cells changed, and where a person's own formula was kept
 */
export const changeEdition = (ask) => Excel.run(async (context) => {
  const columns = await scoringColumns(context), card = await cardCells(context);
  const groups = columns.flatMap((one) => one.groups.map((group) => ({ ...group, column: one, text: group.first.formulas[0][0] })))
    .filter(({ text, first }) => isFormula(text, first.values[0][0]));
  const told = await ask({
    cells: groups.map(({ column, rows, text }) => ({ table: column.name, column: column.code, row: rows[0], formula: text })),
    card: card.map(({ cell, text }) => [cell, text]),
  });
  const news = groups.map((one, n) => ({ ...one, formula: told.cells[n].formula }));
  const kept = news.filter(({ formula }) => formula === null).flatMap(({ column, rows }) =>
    rows.map((row) => `${column.sheet.name}!${letters(column.body.columnIndex + column.at)}${column.body.rowIndex + row + 1}`));
  const changed = news.filter(({ formula, text }) => formula !== null && formula !== text);
  const byCell = new Map(card.map((one) => [one.cell, one]));
  const cells = told.card.map(({ cell, formula }) => ({ ...byCell.get(cell), formula })).filter(({ text, formula }) => text !== formula);
  await writeEdition(context, changed, cells);
  return { n: cells.length + changed.reduce((sum, { rows }) => sum + rows.length, 0), kept };
});

/** All of it, or none. */
async function writeEdition(context, changed, cells) {
  const guards = await unprotect(context, [...changed.map(({ column }) => column), ...cells]), undo = [];
  try {
    for (const one of changed) {
      undo.push(() => { one.first.formulas = [[one.text]]; });
      one.first.formulas = [[one.formula]];
      one.first.load("formulasR1C1");
    }
    await context.sync();
    for (const column of new Set(changed.map((one) => one.column))) {
      const old = column.range.formulasR1C1, now = old.map(() => [null]), before = old.map(() => [null]);
      for (const { rows, first } of changed.filter((one) => one.column === column)) {
        for (const row of rows) { now[row] = [first.formulasR1C1[0][0]]; before[row] = old[row]; }
      }
      undo.push(() => { column.range.formulasR1C1 = before; });
      column.range.formulasR1C1 = now;
    }
    for (const { sheet, cell, text, formula } of cells) {
      undo.push(() => { sheet.getRange(cell).formulas = [[text]]; });
      sheet.getRange(cell).formulas = [[formula]];
    }
    await context.sync();
  } catch (error) {
    await putBack(context, undo, guards, excelError(error));
  }
  await protect(context, guards);
}
