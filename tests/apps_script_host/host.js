// Runs the project as Google does: one run at a time, told line by line on standard input.
//   {call, words, where} -> {fetch} ... -> {done} | {failed};  {look} -> {state};  {set} -> {}
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm");
const { services } = require("./services.js");

const LIMIT = { function: 30000, simple: 30000, authorised: 360000 };
const folder = process.argv[2];
const files = Object.fromEntries(fs.readdirSync(folder).filter((one) => !one.startsWith(".")).map((one) => [one, fs.readFileSync(path.join(folder, one), "utf8")]));

let rest = Buffer.alloc(0);
function line() {
  for (;;) {
    const end = rest.indexOf(10);
    if (end >= 0) { const text = rest.subarray(0, end).toString("utf8"); rest = rest.subarray(end + 1); return JSON.parse(text); }
    const part = Buffer.alloc(1 << 20), got = fs.readSync(0, part);
    if (!got) process.exit(0);
    rest = Buffer.concat([rest, part.subarray(0, got)]);
  }
}
function say(told) {
  const text = Buffer.from(`${JSON.stringify(told)}\n`);
  for (let at = 0; at < text.length;) { try { at += fs.writeSync(1, text, at); } catch (error) { if (error.code !== "EAGAIN") throw error; } }
}

const host = {
  files, scopes: JSON.parse(files["appsscript.json"]).oauthScopes, where: "authorised", now: Date.parse("2026-10-22T01:00:00Z"),
  book: { id: "1abcDEFghij_klm-1234567", locale: "en_US", zone: "Asia/Shanghai", sheets: [], current: null },
  menus: {}, boxes: [], typed: [], sidebar: null, properties: { document: {}, user: {} }, cache: new Map(), triggers: [], locked: false, slow: 0,
  fetch(request) { say({ fetch: request }); const answer = line(); host.now += answer.took ?? 0; return answer; },
  value: (cell) => (cell && cell.date !== undefined ? vm.runInContext(`new Date(${cell.date})`, context) : cell),
};
const context = vm.createContext({ ...services(host), console });
context.clockOfHost = () => { host.now += host.slow; return host.now; };
vm.runInContext("Date.now = clockOfHost; delete globalThis.clockOfHost;", context);
vm.runInContext(files["Code.js"], context, { filename: "Code.js" });

// --- custom functions: arguments as Sheets hands them over, answers as it takes them -------------------

const empty = (cell) => (cell === null ? "" : typeof cell === "object" && cell.error ? cell.error : host.value(cell));
function argument(one) {
  if (!Array.isArray(one)) return empty(one);
  const rows = (Array.isArray(one[0]) ? one : [one]).map((row) => row.map(empty));
  return rows.length === 1 && rows[0].length === 1 ? rows[0][0] : rows;
}
const view = new DataView(new ArrayBuffer(8));
function cell(one) {
  if (typeof one === "number") {
    if (!Number.isFinite(one)) return "#NUM!";
    view.setFloat64(0, one);
    return { bits: view.getBigUint64(0).toString(16).padStart(16, "0") };
  }
  if (typeof one === "string" || typeof one === "boolean") return one;
  throw new Error(`a cell cannot hold ${JSON.stringify(one)}`);
}
function cells(found) {
  if (!Array.isArray(found)) return [[cell(found)]];
  if (!found.length || found.some((row) => !Array.isArray(row) || row.length !== found[0].length)) throw new Error("an answer must be a rectangle");
  return found.map((row) => row.map(cell));
}

function run({ call, words = [], where = "authorised" }) {
  Object.assign(host, { where });
  const started = host.now, custom = where === "function";
  try {
    if (typeof context[call] !== "function") throw new ReferenceError(`Script function not found: ${call}`);
    const found = context[call](...(custom ? words.map(argument) : words));
    if (host.now - started > LIMIT[where]) throw new Error("Exceeded maximum execution time");
    return { done: custom ? cells(found) : found ?? null };
  } catch (error) {
    return { failed: String(error.message), kind: error.name };
  }
}

for (;;) {
  const told = line();
  if (told.call) say(run(told));
  else if (told.many) say({ done: told.many.map(([call, words]) => run({ call, words, where: "function" })) });
  else if (told.set) { Object.assign(host.book, told.set.book); Object.assign(host, { ...told.set, book: host.book }); say({}); }
  else if (told.forget) { host.cache.clear(); say({}); }
  else say({ state: { ...host, files: undefined, cache: [...host.cache.keys()] } });
}
