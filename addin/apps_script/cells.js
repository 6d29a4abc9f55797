// Cells of a custom function: as Sheets gives them, and as it takes them back.
const ERRORS = new Set(["#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#ERROR!", "Loading..."]);
const DAY_ZERO = 25569, DAY = 86400000; // the serial of 1970-01-01; ms
const LONGEST = 25000; // ms; Sheets ends a function after 30 s
const PART = 500; // rows between two looks at the clock

const isDate = (cell) => Object.prototype.toString.call(cell) === "[object Date]";

/** A reader of cells: empty is null, an error an object, a day its serial on the spreadsheet's clock. */
function reader() {
  const days = new Map();
  let zone = null;
  const serial = (date) => {
    const at = date.getTime();
    if (!days.has(at)) {
      zone ??= SpreadsheetApp.getActive().getSpreadsheetTimeZone();
      const [y, mo, d, h, mi, s] = Utilities.formatDate(date, zone, "yyyy-MM-dd-HH-mm-ss").split("-").map(Number);
      days.set(at, Date.UTC(y, mo - 1, d, h, mi, s) / DAY + DAY_ZERO);
    }
    return days.get(at);
  };
  return (cell) => {
    if (typeof cell === "number") return cell;
    if (cell === "" || cell === null || cell === undefined) return null;
    if (isDate(cell)) return serial(cell);
    return ERRORS.has(cell) ? { error: "na" } : cell;
  };
}

/** The arguments of a call; one that was left out stays so. */
function read(fn, given) {
  const cell = reader();
  return Array.from(given).slice(0, fn.arguments.length).map((one) =>
    (Array.isArray(one) ? one.map((row) => row.map(cell)) : cell(one)));
}

const isError = (cell) => typeof cell === "object" && cell !== null && "error" in cell;

/**
 * Rows as Sheets takes them. A script cannot give #N/A: an unknown or wrong single answer is thrown with
 * its sentence (#ERROR!), within a table its cell is NaN, which Sheets shows as #NUM! and which spreads.
 */
function shown(rows) {
  const cells = rows.flat(), wrong = cells.filter(isError);
  if (wrong.length === cells.length && (cells.length === 1 || wrong.every((one) => one.error === "value"))) {
    throw new Error(cells.length === 1 ? said(wrong[0]) : t("everyCell", { text: said(wrong[0]), n: cells.length }));
  }
  if (cells.length === 1) return cells[0] ?? "";
  return wrong.length || cells.includes(null) ? rows.map((row) => row.map((cell) => (isError(cell) ? NaN : cell ?? ""))) : rows;
}

/** A local function: a long table is computed in parts, with a look at the clock between them. */
function local(code, given) {
  const fn = KPI_FUNCTIONS.functions.find((one) => one.code === code), args = read(fn, given);
  const tall = (one, n) => Array.isArray(one) && one.length > 1 && !["column", "table"].includes(fn.arguments[n].kind);
  const rows = Math.max(1, ...args.map((one, n) => (tall(one, n) ? one.length : 1)));
  const even = args.every((one, n) => !tall(one, n) || (one.length === rows && one.every((row) => row.length === one[0].length)));
  if (rows <= PART || !even) return shown(KPI_FUNCTIONS.call(code, args));
  const started = Date.now(), found = [];
  for (let at = 0; at < rows; at += PART) {
    if (Date.now() - started > LONGEST) throw new Error(t("tooLong", { name: fn.name, seconds: LONGEST / 1000, row: at, rows }));
    found.push(...KPI_FUNCTIONS.call(code, args.map((one, n) => (tall(one, n) ? one.slice(at, at + PART) : one))));
  }
  return shown(found);
}
