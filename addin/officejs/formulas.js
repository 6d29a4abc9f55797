// KPI formulas of the open workbook: mend names that Excel lost, change the edition.
/* global Excel, KPI_FUNCTIONS, KPI_LAYOUT */
import { codesOf } from "./book.js";

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

/** Put the formulas of an edition into our tables' columns; the first row's text, then every row alike. */
export const applyFormulas = (told) => Excel.run(async (context) => {
  const names = [...new Set(told.map((one) => one.table))].filter((one) => KPI_LAYOUT.tables[one]);
  const tables = names.map((name) => {
    const table = context.workbook.tables.getItem(name);
    return { name, header: table.getHeaderRowRange().load("values"), body: table.getDataBodyRange().load("rowCount") };
  });
  await context.sync();
  const columns = tables.flatMap(({ name, header, body }) => {
    const codes = codesOf(name, header.values[0]);
    return told.filter((one) => one.table === name).map((one) => ({ at: codes.indexOf(one.column), one }))
      .filter(({ at }) => at >= 0)
      .map(({ at, one }) => ({ ...one, body, range: body.getColumn(at).load("formulas"), first: body.getCell(0, at) }));
  });
  await context.sync();
  const before = columns.map(({ range }) => range.formulas);
  try {
    for (const one of columns) { one.first.formulas = [[one.formula]]; one.first.load("formulasR1C1"); }
    await context.sync();
    for (const one of columns) one.range.formulasR1C1 = Array.from({ length: one.body.rowCount }, () => [one.first.formulasR1C1[0][0]]);
    await context.sync();
  } catch (error) {
    columns.forEach((one, n) => { one.range.formulas = before[n]; });
    await context.sync();
    throw error;
  }
  return columns.length;
});
