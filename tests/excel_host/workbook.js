// Tests only. The workbook behind the host: sheets of cells, tables, names; no Office.js here.
const HOST_BOOK = (() => {
  const { a1, area, hostError, typed, call, ERRORS } = HOST_CELLS;

  class Sheet {
    constructor({ name, visibility = "Visible", protected: guarded = false, cells = {}, hidden = [] }) {
      Object.assign(this, { name, visibility, guarded, options: guarded ? { allowSort: true } : null });
      this.cells = new Map(Object.entries(cells).map(([at, one]) => [at, { ...one }]));
      this.hidden = new Set(hidden); // columns
    }
    at(row, column) { return this.cells.get(a1(row, column)); }
    /** Type something; null leaves the cell alone. */
    type(row, column, given) {
      if (given === null) return;
      if (this.guarded) throw hostError("AccessDenied", "The sheet is protected.");
      this.put(row, column, given);
    }
    put(row, column, given) {
      const key = a1(row, column), made = typed(given), old = this.cells.get(key);
      if (made) this.cells.set(key, { ...made, format: made.format ?? old?.format });
      else this.cells.delete(key);
      this.touched = true;
    }
    used() {
      const spots = [...this.cells.keys()].map((key) => area(key));
      if (!spots.length) return null;
      const most = (name) => Math.max(...spots.map((one) => one[name])), least = (name) => Math.min(...spots.map((one) => one[name]));
      return { row: least("row"), column: least("column"), rows: most("row") - least("row") + 1, columns: most("column") - least("column") + 1 };
    }
  }

  class Book {
    constructor(model) {
      this.sheets = model.sheets.map((one) => new Sheet(one));
      this.tables = model.tables.map((one) => ({ ...one, sheet: this.sheet(one.sheet), ...area(one.ref) }));
      this.names = new Map(Object.entries(model.names));
      this.settings = { ...model.settings };
      this.date1904 = model.date1904;
      this.notes = model.notes ?? [];
      this.comments = model.comments ?? [];
      this.active = { sheet: this.sheets.find((one) => one.visibility === "Visible"), row: 0, column: 0, rows: 1, columns: 1 };
      this.functions = new Map();
      this.running = new Set();
    }
    sheet(name) { return this.sheets.find((one) => one.name.toLowerCase() === String(name).toLowerCase()); }
    table(name) { return this.tables.find((one) => one.name.toLowerCase() === name.toLowerCase()); }

    /** A reference in a formula, as rows of values. */
    values(reference, from) {
      const [, quoted, plain, address] = /^(?:'([^']+)'!|([^!]+)!)?(.+)$/.exec(reference);
      const sheet = quoted || plain ? this.sheet(quoted ?? plain) : from, found = area(address);
      return Array.from({ length: found.rows }, (_, r) => Array.from({ length: found.columns }, (__, c) => {
        const value = sheet.at(found.row + r, found.column + c)?.value ?? "";
        return ERRORS.includes(value) ? new CustomFunctions.Error(value) : value;
      }));
    }
    argument(text, from) {
      if (text === "") return null;
      if (/^".*"$/s.test(text)) return [[text.slice(1, -1).replaceAll('""', '"')]];
      if (/^-?[\d.]+$/.test(text)) return [[Number(text)]];
      return this.values(text, from);
    }

    /** Work out every cell of ours; each is an invocation that can be cancelled. */
    calculate() {
      const jobs = [];
      for (const sheet of this.sheets) {
        for (const [key, cell] of sheet.cells) {
          const asked = typeof cell.formula === "string" ? call(cell.formula) : null;
          if (asked) jobs.push(this.work(sheet, key, cell, asked));
        }
      }
      return Promise.all(jobs);
    }
    async work(sheet, key, cell, { name, parts }) {
      const run = this.functions.get(name);
      if (!run) { cell.value = "#NAME?"; return; }
      const wanted = KPI_FUNCTIONS.functions.find((one) => one.office === name).arguments.length;
      const invocation = { address: `${sheet.name}!${key}`, onCanceled: null };
      this.running.add(invocation);
      const given = Array.from({ length: wanted }, (_, n) => this.argument(parts[n] ?? "", sheet));
      cell.value = "#BUSY!";
      let rows;
      try {
        rows = await run(...given, invocation);
      } catch (error) {
        rows = [[error instanceof CustomFunctions.Error ? error : new CustomFunctions.Error("#VALUE!", String(error))]];
      }
      this.running.delete(invocation);
      const at = area(key);
      rows.forEach((row, r) => row.forEach((one, c) => {
        const spilled = r || c ? { formula: "" } : cell;
        Object.assign(spilled, shown(one));
        if (r || c) sheet.cells.set(a1(at.row + r, at.column + c), spilled);
      }));
      sheet.touched = true;
    }
    cancel(address) { [...this.running].filter((one) => !address || one.address === address).forEach((one) => one.onCanceled?.()); }

    /** What a test and the writer of the file need. */
    state() {
      return {
        sheets: this.sheets.map((one) => ({
          name: one.name, visibility: one.visibility, guarded: one.guarded, hidden: [...one.hidden],
          cells: Object.fromEntries([...one.cells].map(([key, { value, formula, quoted, message }]) => [key, { value, formula, quoted, message }])),
        })),
        tables: this.tables.map((one) => ({ name: one.name, sheet: one.sheet.name, row: one.row, column: one.column, rows: one.rows, columns: one.columns })),
        settings: this.settings,
        active: { sheet: this.active.sheet.name, address: a1(this.active.row, this.active.column) },
      };
    }
  }

  /** What a function gave, as the cell shows it. */
  function shown(one) {
    if (one instanceof CustomFunctions.Error) return { value: one.code, message: one.message };
    if (one && typeof one === "object") return { value: one.basicValue, format: one.numberFormat, message: undefined };
    return { value: one ?? "", message: undefined };
  }
  return { Book, Sheet };
})();
