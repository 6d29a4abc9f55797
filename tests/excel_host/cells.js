// Tests only. What a cell does with what is typed into it, addresses, R1C1, and the formulas of the add-in.
const HOST_CELLS = (() => {
  const ERRORS = ["#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#BUSY!"];

  const letters = (column) => { let text = ""; for (let n = column + 1; n; n = Math.floor((n - 1) / 26)) text = String.fromCharCode(65 + (n - 1) % 26) + text; return text; };
  const column = (text) => [...text.toUpperCase()].reduce((n, one) => n * 26 + one.charCodeAt(0) - 64, 0) - 1;
  const a1 = (row, col) => `${letters(col)}${row + 1}`;

  /** {row, column, rows, columns} of A1 or A1:B2; throws what Excel throws. */
  function area(text) {
    const found = /^\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?$/i.exec(text);
    if (!found) throw hostError("InvalidArgument", `no address: ${text}`);
    const [row, col] = [Number(found[2]) - 1, column(found[1])];
    return { row, column: col, rows: found[4] ? Number(found[4]) - row : 1, columns: found[3] ? column(found[3]) - col + 1 : 1 };
  }

  function hostError(code, message) {
    const error = new Error(message);
    error.code = code;
    error.name = "RichApi.Error";
    return error;
  }

  /** A typed cell as Excel understands it: {value, formula, type}. */
  function typed(given) {
    if (given === "") return null;
    if (typeof given === "number" || typeof given === "boolean") return { value: given, formula: given };
    const text = String(given);
    if (text.startsWith("'")) return { value: text.slice(1), formula: text.slice(1), quoted: true };
    if (text.startsWith("=")) return { value: 0, formula: text };
    if (ERRORS.includes(text)) return { value: text, formula: text };
    if (/^(true|false)$/i.test(text)) return { value: /^t/i.test(text), formula: /^t/i.test(text) };
    if (/^[+-]?[\d,]*\.?\d+(e[+-]?\d+)?%?$/i.test(text)) {
      const number = Number(text.replace(/[,%]/g, "")) / (text.endsWith("%") ? 100 : 1);
      return { value: number, formula: number };
    }
    const date = /^(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?$/.exec(text); // 2026-10 becomes a day, as in Excel
    if (date) {
      const serial = Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3] ?? 1)) / 864e5 + 25569;
      return { value: serial, formula: serial, format: "yyyy-mm-dd" };
    }
    if (text.startsWith("+") || text.startsWith("@")) return { value: "#NAME?", formula: `=${text}` };
    return { value: text, formula: text };
  }

  // --- A1 <-> R1C1 -----------------------------------------------------------------------------------

  const outside = (formula, change) => formula.split(/("(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\]]*\])/)
    .map((part, n) => (n % 2 ? part : change(part))).join("");
  const toR1C1 = (formula, row, col) => outside(formula, (part) => part.replace(/(?<![\w.])(\$?)([A-Z]{1,3})(\$?)(\d+)(?![\w(.])/g,
    (_, fixedColumn, c, fixedRow, r) => {
      const [dr, dc] = [Number(r) - 1 - row, column(c) - col];
      return `R${fixedRow ? r : dr ? `[${dr}]` : ""}C${fixedColumn ? column(c) + 1 : dc ? `[${dc}]` : ""}`;
    }));
  const fromR1C1 = (formula, row, col) => formula.split(/("(?:[^"]|"")*"|'(?:[^']|'')*')/).map((part, n) => (n % 2 ? part
    : part.replace(/(?<![\w.])R(\d+|\[-?\d+\])?C(\d+|\[-?\d+\])?(?![\w(.])/g, (_, r, c) => {
      const at = (given, own) => (given === undefined ? ["", own] : given.startsWith("[") ? ["", own + Number(given.slice(1, -1))] : ["$", Number(given) - 1]);
      const [[fr, ar], [fc, ac]] = [at(r, row), at(c, col)];
      return `${fc}${letters(ac)}${fr}${ar + 1}`;
    }))).join("");

  // --- =KPI.NAME(...), alone in its cell ------------------------------------------------------------------

  /** {name, parts} of a formula that is one call of ours; null for any other. */
  function call(formula) {
    const found = /^=KPI\.([A-Z]+)\((.*)\)$/s.exec(formula);
    if (!found) return null;
    const parts = [""];
    let depth = 0, quoted = false;
    for (const one of found[2]) {
      if (one === '"') quoted = !quoted;
      if (!quoted && one === "(") depth++;
      if (!quoted && one === ")") depth--;
      if (!quoted && !depth && one === ",") parts.push("");
      else parts[parts.length - 1] += one;
    }
    return { name: found[1], parts: parts.map((one) => one.trim()) };
  }
  return { ERRORS, letters, column, a1, area, hostError, typed, toR1C1, fromR1C1, call };
})();
