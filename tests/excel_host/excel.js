// Tests only. Excel's object model over the workbook: commands queue until sync, nothing is read before it was
// loaded, a failed batch stops where it failed and keeps what it had done, as Excel does.
const HOST = (() => {
  const { a1, area, hostError, toR1C1, fromR1C1, ERRORS } = HOST_CELLS;
  const host = { book: null, fail: null, most: 5_000_000, syncs: [], writes: 0, handlers: [] };

  /** A thing of the object model: its properties are there only after load and sync. */
  class Thing {
    constructor(context, find) {
      this.context = context;
      this._find = find; // gives the real thing at sync; null is a null object
      this._loaded = {};
      this._optional = false;
    }
    get isNullObject() {
      if (!("isNullObject" in this._loaded)) throw hostError("PropertyNotLoaded", "The property 'isNullObject' is not available. Call load and context.sync() first.");
      return this._loaded.isNullObject;
    }
    optional() { this._optional = true; return this; }
    real() {
      const found = this._find();
      if (found === null || found === undefined) {
        if (this._optional) return null;
        throw hostError("ItemNotFound", "The requested resource doesn't exist.");
      }
      return found;
    }
    load(names) {
      const wanted = (Array.isArray(names) ? names : String(names).split(",")).map((one) => one.trim().replace(/^items\//, ""));
      for (const one of wanted) if (!(one in this.constructor.READ) && one !== "items") throw hostError("InvalidArgument", `${this.constructor.name} has no property ${one}.`);
      this.context.queue(() => {
        const real = this.real();
        this._loaded.isNullObject = real === null;
        if (real !== null) this.take(real, wanted);
      });
      return this;
    }
    take(real, wanted) { for (const one of wanted) this._loaded[one] = this.constructor.READ[one](real, this); }
    order(work) { this.context.queue(() => { const real = this.real(); if (real !== null) work(real); }); return this; }
  }

  /** Properties that are read by load and, where `write` is given, set by a queued command. */
  function properties(kind, read, write = {}) {
    kind.READ = read;
    for (const name of Object.keys({ ...read, ...write })) {
      Object.defineProperty(kind.prototype, name, {
        get() {
          if (!(name in this._loaded)) throw hostError("PropertyNotLoaded", `The property '${name}' is not available. Before reading the property's value, call the load method on the containing object and call "context.sync()".`);
          return this._loaded[name];
        },
        set(value) {
          if (!write[name]) throw hostError("InvalidOperation", `${name} is read-only.`);
          const kept = JSON.parse(JSON.stringify(value));
          this.order((real) => { host.writes++; write[name](real, kept); });
          delete this._loaded[name];
        },
      });
    }
  }

  // --- ranges ------------------------------------------------------------------------------------------

  const each = (r, work) => Array.from({ length: r.rows }, (_, row) => Array.from({ length: r.columns }, (__, col) => work(r.row + row, r.column + col)));
  const small = (r, cells) => (JSON.stringify(cells).length > host.most ? null : cells);
  function fill(r, cells, type) {
    if (!Array.isArray(cells) || cells.length !== r.rows || cells.some((row) => row.length !== r.columns)) {
      throw hostError("InvalidArgument", "The number of rows or columns in the input array doesn't match the size or dimensions of the range.");
    }
    if (JSON.stringify(cells).length > host.most) throw hostError("RequestPayloadSizeLimitExceeded", "The request is too large.");
    cells.forEach((row, n) => row.forEach((cell, m) => type(r.row + n, r.column + m, cell)));
  }
  const show = (cell) => {
    if (!cell || cell.value === "") return "";
    return typeof cell.value === "number" ? String(Math.round(cell.value * 1e6) / 1e6) : String(cell.value).toUpperCase() === "TRUE" ? "TRUE" : String(cell.value);
  };

  class Range extends Thing {
    part(change) { return new Range(this.context, () => { const r = this.real(); return { ...r, ...change(r) }; }); }
    getCell(row, column) { return this.part((r) => ({ row: r.row + row, column: r.column + column, rows: 1, columns: 1 })); }
    getRow(row) { return this.part((r) => ({ row: r.row + row, rows: 1 })); }
    getColumn(column) { return this.part((r) => ({ column: r.column + column, columns: 1 })); }
    getLastRow() { return this.part((r) => ({ row: r.row + r.rows - 1, rows: 1 })); }
    getResizedRange(rows, columns) { return this.part((r) => ({ rows: r.rows + rows, columns: r.columns + columns })); }
    getOffsetRange(rows, columns) { return this.part((r) => ({ row: r.row + rows, column: r.column + columns })); }
    getEntireColumn() { return this.part(() => ({ row: 0, rows: 1_048_576 })); }
    getTables() {
      const meets = (t, r) => t.sheet === r.sheet && t.row < r.row + r.rows && r.row < t.row + t.rows && t.column < r.column + r.columns && r.column < t.column + t.columns;
      return new Collection(this.context, Table, () => { const r = this.real(); return host.book.tables.filter((t) => meets(t, r)); });
    }
    select() {
      return this.order((r) => {
        if (r.sheet.visibility !== "Visible") throw hostError("InvalidOperation", "The sheet is hidden.");
        host.book.active = r;
        for (const handler of host.handlers) setTimeout(() => handler({ type: "SelectionChanged" }), 0);
      });
    }
    get worksheet() { return new Worksheet(this.context, () => this.real().sheet); }
  }
  properties(Range, {
    values: (r) => small(r, each(r, (row, col) => r.sheet.at(row, col)?.value ?? "")),
    formulas: (r) => small(r, each(r, (row, col) => r.sheet.at(row, col)?.formula ?? "")),
    formulasR1C1: (r) => small(r, each(r, (row, col) => { const one = r.sheet.at(row, col)?.formula ?? ""; return typeof one === "string" && one.startsWith("=") ? toR1C1(one, row, col) : one; })),
    numberFormat: (r) => small(r, each(r, (row, col) => r.sheet.at(row, col)?.format ?? "General")),
    text: (r) => small(r, each(r, (row, col) => show(r.sheet.at(row, col)))),
    address: (r) => `${/\W/.test(r.sheet.name) ? `'${r.sheet.name}'` : r.sheet.name}!${a1(r.row, r.column)}${r.rows * r.columns > 1 ? `:${a1(r.row + r.rows - 1, r.column + r.columns - 1)}` : ""}`,
    rowIndex: (r) => r.row, columnIndex: (r) => r.column, rowCount: (r) => r.rows, columnCount: (r) => r.columns,
    columnHidden: (r) => r.sheet.hidden.has(r.column),
  }, {
    values: (r, cells) => fill(r, cells, (row, col, cell) => r.sheet.type(row, col, cell)),
    formulas: (r, cells) => fill(r, cells, (row, col, cell) => r.sheet.type(row, col, cell)),
    formulasR1C1: (r, cells) => fill(r, cells, (row, col, cell) => r.sheet.type(row, col, typeof cell === "string" && cell.startsWith("=") ? fromR1C1(cell, row, col) : cell)),
    numberFormat: (r, cells) => fill(r, cells, (row, col, cell) => { const one = r.sheet.at(row, col); if (one && cell !== null) one.format = cell; }),
    columnHidden: (r, hidden) => { for (let n = 0; n < r.columns; n++) hidden ? r.sheet.hidden.add(r.column + n) : r.sheet.hidden.delete(r.column + n); },
  });

  // --- tables, sheets, names -----------------------------------------------------------------------------

  class Collection extends Thing {
    constructor(context, kind, list) { super(context, list); this._kind = kind; }
    get items() {
      if (!this._items) throw hostError("PropertyNotLoaded", "The property 'items' is not available. Call load and context.sync() first.");
      return this._items;
    }
    load(names) {
      this.context.queue(() => {
        this._items = this.real().map((one) => { const item = new this._kind(this.context, () => one); item.take(one, String(names).split(",").map((n) => n.trim().replace(/^items\//, ""))); return item; });
      });
      return this;
    }
  }

  class Rows extends Thing {
    add(index, values) {
      return this.order((t) => {
        if (t.sheet.guarded) throw hostError("AccessDenied", "The sheet is protected.");
        if (index !== null) throw hostError("InvalidArgument", "Rows are added at the end.");
        const first = t.row + t.rows;
        for (let row = first; row < first + values.length; row++) {
          for (let n = 0; n < t.columns; n++) if (t.sheet.at(row, t.column + n)) throw hostError("InvalidOperation", "Cells below the table would have to move.");
        }
        t.rows += values.length;
        host.writes++;
        fill({ ...t, row: first, rows: values.length }, values, (row, col, cell) => t.sheet.type(row, col, cell));
      });
    }
    getItemAt(index) { return new Row(this.context, () => { const t = this.real(); return index < t.rows - 1 ? { t, index } : null; }); }
  }
  Rows.READ = { count: (t) => t.rows - 1 };
  class Row extends Thing {
    delete() {
      return this.order(({ t, index }) => {
        for (let row = t.row + 1 + index; row < t.row + t.rows; row++) {
          for (let n = 0; n < t.columns; n++) {
            const below = row + 1 < t.row + t.rows ? t.sheet.at(row + 1, t.column + n) : undefined, key = a1(row, t.column + n);
            below ? t.sheet.cells.set(key, below) : t.sheet.cells.delete(key);
          }
        }
        t.rows -= 1;
      });
    }
  }
  Row.READ = {};

  class Table extends Thing {
    getHeaderRowRange() { return new Range(this.context, () => ({ ...this.real(), rows: 1 })); }
    getDataBodyRange() { return new Range(this.context, () => { const t = this.real(); return { ...t, row: t.row + 1, rows: t.rows - 1 }; }); }
    get rows() { return new Rows(this.context, () => this.real()); }
    get worksheet() { return new Worksheet(this.context, () => this.real().sheet); }
  }
  properties(Table, { name: (t) => t.name });

  class Protection extends Thing {
    protect(options) { return this.order((sheet) => { if (sheet.guarded) throw hostError("InvalidOperation", "Already protected."); sheet.guarded = true; sheet.options = options; }); }
    unprotect() { return this.order((sheet) => { if (sheet.password) throw hostError("AccessDenied", "The password is missing."); sheet.guarded = false; }); }
  }
  properties(Protection, { protected: (sheet) => sheet.guarded, options: (sheet) => sheet.options });

  class Worksheet extends Thing {
    getRange(address) { return new Range(this.context, () => ({ sheet: this.real(), ...area(address) })); }
    getUsedRangeOrNullObject() { return new Range(this.context, () => { const used = this.real().used(); return used && { sheet: this.real(), ...used }; }).optional(); }
    activate() { return this.order((sheet) => { if (sheet.visibility !== "Visible") throw hostError("InvalidOperation", "The sheet is hidden."); host.book.active = { sheet, row: 0, column: 0, rows: 1, columns: 1 }; }); }
    get protection() { return new Protection(this.context, () => this.real()); }
  }
  properties(Worksheet, { name: (sheet) => sheet.name, visibility: (sheet) => sheet.visibility }, { visibility: (sheet, value) => { sheet.visibility = value; } });

  class NamedItem extends Thing {
    range() { const found = this.real(); return found && found.sheet ? { sheet: host.book.sheet(found.sheet), ...area(found.ref) } : null; }
    getRange() { return new Range(this.context, () => this.range()); }
    getRangeOrNullObject() { return new Range(this.context, () => this.range()).optional(); }
  }
  properties(NamedItem, { name: (one) => one.name, type: (one) => (one.sheet ? "Range" : "String") });

  /** A note or a comment: where it stands, and nothing else. */
  class Note extends Thing {
    getLocation() { return new Range(this.context, () => { const one = this.real(); return { sheet: host.book.sheet(one.sheet), ...area(one.ref) }; }); }
  }
  properties(Note, { id: (one) => one.ref, visible: () => false });

  /** The result of DATE; a book that does not say from when it counts has an Excel that cannot tell. */
  class Day {
    constructor(context, year, month, day) { Object.assign(this, { context, _at: Date.UTC(year, month - 1, day) }); }
    load(name) {
      this.context.queue(() => {
        if (name !== "value" || host.book.date1904 === undefined) throw hostError("InvalidArgument", `No ${name}.`);
        this._value = this._at / 86_400_000 + 25_569 - (host.book.date1904 ? 1_462 : 0);
      });
      return this;
    }
    get value() { if (this._value === undefined) throw hostError("PropertyNotLoaded", "value was not loaded."); return this._value; }
  }

  class Items extends Collection {
    constructor(context, kind, list, find) { super(context, kind, list); this._get = find; }
    getItem(name) { return new this._kind(this.context, () => this._get(name)); }
    getItemOrNullObject(name) { return this.getItem(name).optional(); }
  }

  // --- the context ----------------------------------------------------------------------------------------

  class Context {
    constructor() {
      this._queue = [];
      this.workbook = {
        worksheets: new Items(this, Worksheet, () => host.book.sheets, (name) => host.book.sheet(name)),
        tables: new Items(this, Table, () => host.book.tables, (name) => host.book.table(name)),
        functions: { date: (year, month, day) => new Day(this, year, month, day) },
        comments: new Collection(this, Note, () => host.book.comments),
        notes: new Collection(this, Note, () => host.book.notes),
        names: new Items(this, NamedItem, () => [...host.book.names.values()], (name) => host.book.names.get(name)),
        getSelectedRange: () => new Range(this, () => host.book.active),
        application: { calculate: () => this.queue(() => { host.book.calculate(); }) },
        onSelectionChanged: { add: (handler) => this.queue(() => { host.handlers.push(handler); }) },
      };
    }
    queue(work) { this._queue.push(work); }
    async sync() {
      await Promise.resolve();
      const work = this._queue.splice(0);
      const before = host.writes;
      host.syncs.push(0); // writes of each trip
      for (const one of work) {
        one();
        host.syncs[host.syncs.length - 1] = host.writes - before;
        if (host.fail && host.writes >= host.fail.at) { const { error, times } = host.fail; host.fail = times > 1 ? { error, times: times - 1, at: host.writes + 1 } : null; throw hostError(error, "Injected by a test."); }
      }
    }
  }
  const Excel = { run: async (work) => { const context = new Context(); const found = await work(context); await context.sync(); return found; } };

  /** The n-th write from now on fails, after it was done. */
  host.failAt = (n, error = "GeneralException", times = 1) => { host.fail = { at: host.writes + n, error, times }; };
  host.open = (model) => { host.book = new HOST_BOOK.Book(model); };
  host.state = () => host.book.state();
  host.select = (sheet, address) => Excel.run(async (context) => { context.workbook.worksheets.getItem(sheet).getRange(address).select(); });
  return Object.assign(host, { Excel, ERRORS });
})();
globalThis.Excel = HOST.Excel;
