// The reader's place in the workbook: go to a cell, know what the selected one is about.
/* global Excel, KPI_LAYOUT */
import { codesOf, fromSheet } from "./book.js";

/** Select a cell; false where the sheet or the cell is not there. */
export const goTo = (name, cell) => Excel.run(async (context) => {
  const sheet = context.workbook.worksheets.getItemOrNullObject(name).load("visibility");
  await context.sync();
  if (sheet.isNullObject) return false;
  if (sheet.visibility !== "Visible") sheet.visibility = "Visible";
  sheet.activate();
  if (cell) sheet.getRange(cell).select();
  return context.sync().then(() => true, () => false);
});

const SCORE = "tblScore"; // the lines behind the card
const CARD = ["nmCardPerson", "nmCardRegion", "nmCardMonth"];
const FIRST_SCREEN = "A1:P40";

const pick = (codes, cells) => Object.fromEntries(codes.map((code, n) => [code, cells[n]]).filter(([code]) => code));
const about = (name, codes, values, text) => ({ table: name, row: pick(codes, values.map(fromSheet)), text: pick(codes, text) });

/** What the selected cell is about: {table, row by column code, text, header, shown, cell}; null where it is no line of ours. */
export const selectedRow = () => Excel.run(async (context) => {
  const cell = context.workbook.getSelectedRange().getCell(0, 0).load("address,rowIndex,columnIndex,text");
  const tables = cell.getTables(false).load("items/name");
  await context.sync();
  const table = tables.items.find((one) => KPI_LAYOUT.tables[one.name]);
  const found = table ? await tableLine(context, cell, table) : await cardLine(context, cell);
  return found && { ...found, cell: cell.address, shown: cell.text[0][0] };
});

async function tableLine(context, cell, table) {
  const header = table.getHeaderRowRange().load("values,columnIndex"), body = table.getDataBodyRange().load("rowIndex,rowCount");
  await context.sync();
  const at = cell.rowIndex - body.rowIndex;
  if (at < 0 || at >= body.rowCount) return null;
  const line = body.getRow(at).load("values,text");
  await context.sync();
  const heads = header.values[0];
  return { ...about(table.name, codesOf(table.name, heads), line.values[0], line.text[0]), header: String(heads[cell.columnIndex - header.columnIndex]) };
}

/** A line of the card is the line of Items for its person, region, month and KPI. */
async function cardLine(context, cell) {
  const names = CARD.map((one) => context.workbook.names.getItemOrNullObject(one).load("type"));
  const table = context.workbook.tables.getItemOrNullObject(SCORE).load("name"), here = cell.worksheet.load("name");
  await context.sync();
  if (table.isNullObject || names.some((one) => one.isNullObject)) return null;
  const chosen = names.map((one) => one.getRange().load("values")), sheet = chosen[0].worksheet.load("name");
  const screen = cell.worksheet.getRange(FIRST_SCREEN).load("values");
  const header = table.getHeaderRowRange().load("values"), body = table.getDataBodyRange().load("values,text");
  await context.sync();
  if (sheet.name !== here.name || !body.values || !body.text) return null;
  const heads = screen.values.findIndex((row) => codesOf(SCORE, row).includes("metric"));
  if (heads < 0 || cell.rowIndex <= heads || cell.rowIndex >= screen.values.length) return null;
  const kpi = screen.values[cell.rowIndex][codesOf(SCORE, screen.values[heads]).indexOf("metric")];
  const [person, region, month] = chosen.map((one) => one.values[0][0]), codes = codesOf(SCORE, header.values[0]);
  const wanted = { person, region, month, metric: kpi };
  const at = body.values.findIndex((row) => Object.entries(wanted).every(([code, value]) => value !== "" && row[codes.indexOf(code)] === value));
  if (at < 0) return null;
  return { ...about(SCORE, codes, body.values[at], body.text[at]), header: String(screen.values[heads][cell.columnIndex] ?? "") };
}
