// The custom functions of Excel: local ones computed here, the others asked in one batch.
/* global CustomFunctions, KPI_FUNCTIONS, Office */
import { both, said } from "./texts.js";

const STALE_FORMAT = 'General" ◇"';
const WIDTH = { SOURCE: 3, FORECAST: 3, WHY: 2 };

const failure = (code, texts) => new CustomFunctions.Error(code === "na"
  ? CustomFunctions.ErrorCode.notAvailable : CustomFunctions.ErrorCode.invalidValue, said(texts));

const isError = (cell) => typeof cell === "object" && cell !== null && "error" in cell;

const asIs = (cell) => cell !== null && cell !== undefined && typeof cell !== "object";

/** Our cells as Excel takes them; an error keeps its sentence. A table without any is handed on as it is. */
const shown = (rows) => (rows.every((row) => row.every(asIs)) ? rows : rows.map((row) => row.map((cell) =>
  (isError(cell) ? failure(cell.error, cell) : cell ?? ""))));

/** A local function answers at once. */
export const local = (fn) => (...given) => shown(KPI_FUNCTIONS.call(fn.code, given.slice(0, fn.arguments.length)));

const grid = (given) => (given === null || given === undefined ? [[null]] : Array.isArray(given) ? given : [[given]]);
const isEmpty = (cell) => cell === null || cell === undefined || cell === "" || typeof cell === "object";

/** The questions of a call, a row of cells each; null where an argument is empty. */
export function questions(fn, given) {
  const grids = fn.arguments.map((_, n) => grid(given[n]));
  const rows = Math.max(...grids.map((one) => one.length)), width = Math.max(...grids.map((one) => one[0].length));
  const fits = (one) => [1, rows].includes(one.length) && [1, width].includes(one[0].length);
  if (!grids.every(fits)) throw failure("value", both("sizes"));
  const at = (one, r, c) => { const row = one[one.length > 1 ? r : 0]; return row[row.length > 1 ? c : 0]; };
  return Array.from({ length: rows }, (_, r) => Array.from({ length: width }, (__, c) => {
    const cells = grids.map((one) => at(one, r, c));
    const needed = fn.arguments.every((argument, n) => argument.optional || !isEmpty(cells[n]));
    while (cells.length && isEmpty(cells[cells.length - 1])) cells.pop();
    return needed ? [fn.code, ...cells.map((cell) => (typeof cell === "string" ? cell.trim() : cell))] : null;
  }));
}

/** A number that is not of today is still a number, with a sign behind it; a text has it in front. */
function marked(cell) {
  if (typeof cell === "string" && cell !== "") return `◇ ${cell}`;
  const rich = Office.context.requirements.isSetSupported("ExcelApi", "1.16");
  return rich && typeof cell === "number" ? { type: "FormattedNumber", basicValue: cell, numberFormat: STALE_FORMAT } : cell;
}

function rowsOf(fn, { answer, stale }) {
  const rows = Array.isArray(answer) ? answer : [[answer]];
  const found = shown(rows.length ? rows : [new Array(WIDTH[fn.code] ?? 1).fill({ error: "na", ...both("noAnswer") })]);
  return stale ? found.map((row) => row.map(marked)) : found;
}

/** A function that the service answers. */
export const remote = (fn, answers) => async (...given) => {
  const invocation = given[fn.arguments.length];
  const asked = questions(fn, given);
  const several = asked.length * asked[0].length > 1;
  if (several && fn.code === "WHY") throw failure("value", both("tooMany"));
  const waits = asked.map((row) => row.map((call) => (call ? answers.ask(call) : null)));
  if (invocation) invocation.onCanceled = () => waits.flat().forEach((one) => one?.cancel());
  const lines = await Promise.all(waits.map(async (row) =>
    (await Promise.all(row.map((one) => cellOf(fn, one, several)))).reduce(beside)));
  return lines.flat();
};

const beside = (left, right) => left.map((row, n) => [...row, ...right[n]]);

async function cellOf(fn, wait, several) {
  try {
    if (!wait) throw { kind: "empty", texts: both("missingArgument") };
    const rows = rowsOf(fn, await wait.promise);
    return several ? rows.slice(0, 1) : rows;
  } catch (error) {
    if (!error.texts) throw error;
    const texts = error.kind === "expired" ? both("notSignedIn") : error.texts;
    return [new Array(several ? WIDTH[fn.code] ?? 1 : 1).fill(failure("na", texts))];
  }
}

/** Tell Excel who answers each function; gives the ids. */
export function register(answers) {
  for (const fn of KPI_FUNCTIONS.functions) {
    CustomFunctions.associate(fn.office, fn.service ? remote(fn, answers) : local(fn));
  }
  return KPI_FUNCTIONS.functions.map((fn) => fn.office);
}
