// What the pane remembers: the token on this computer, the book's own number in the book.
/* global Office */
import { setLanguage } from "./texts.js";

const part = () => Office.context.partitionKey ?? "";
const TOKEN = "linkstar.token", LANGUAGE = "linkstar.language", PERSON = "linkstar.person";
const read = (store, name) => { try { return store.getItem(part() + name); } catch { return null; } };
const write = (store, name, value) => {
  try { value === null ? store.removeItem(part() + name) : store.setItem(part() + name, value); } catch { /* a browser that keeps nothing */ }
};

export const savedToken = () => read(localStorage, TOKEN) ?? read(sessionStorage, TOKEN) ?? "";
export function saveToken(token, keep) {
  write(localStorage, TOKEN, keep && token ? token : null);
  write(sessionStorage, TOKEN, token || null);
}

/** Who works here, as others are told; empty until somebody says so. */
export const savedPerson = () => read(localStorage, PERSON) ?? "";
export const savePerson = (name) => write(localStorage, PERSON, name.trim() || null);

export function startLanguage() {
  const shown = Office.context.displayLanguage ?? navigator.language ?? "en";
  return setLanguage(read(localStorage, LANGUAGE) ?? (/^zh/i.test(shown) ? "zh" : "en"));
}
export function chooseLanguage(code) {
  write(localStorage, LANGUAGE, code);
  return setLanguage(code);
}

const settings = () => Office.context.document.settings;
const save = () => new Promise((resolve) => { settings().saveAsync(() => resolve()); });

/** The number under which the service knows this book; made at the first use, kept in the file. */
export function bookId() {
  let id = settings().get("kpiBook");
  if (!id) {
    id = crypto.randomUUID();
    settings().set("kpiBook", id);
    save();
  }
  return id;
}

export const bookBase = () => settings().get("kpiBase") ?? "";
export const bookRefreshed = () => settings().get("kpiRefreshed") ?? "";

/** The book was written with this revision. */
export async function rememberWritten(revision, at) {
  settings().set("kpiBase", revision);
  settings().set("kpiRefreshed", at);
  await save();
}

// --- the last known values of the functions, by book ---------------------------------------------------

const KNOWN = "linkstar.known.", BOOKS_MOST = 5; // books whose values are kept on this computer
const knownOf = (id) => { try { return JSON.parse(read(localStorage, KNOWN + id) ?? "null"); } catch { return null; } };

/** [question, answer] pairs that the service once gave for this book. */
export const savedAnswers = () => knownOf(settings().get("kpiBook") ?? "")?.entries ?? [];

/** Keep them for the next opening; of other books the newest few stay. */
export function saveAnswers(entries) {
  const mine = KNOWN + bookId(), prefix = part() + KNOWN;
  write(localStorage, mine, JSON.stringify({ at: Date.now(), entries }));
  try {
    const others = Object.keys(localStorage).filter((one) => one.startsWith(prefix)).map((one) => one.slice(part().length));
    const age = (one) => knownOf(one.slice(KNOWN.length))?.at ?? 0;
    for (const one of others.sort((a, b) => age(b) - age(a)).slice(BOOKS_MOST)) write(localStorage, one, null);
  } catch { /* a browser that keeps nothing */ }
}

/** The file's own name, for messages to others. */
export const bookName = () => {
  const url = Office.context.document.url ?? "";
  try { return decodeURIComponent(url.split(/[\\/]/).pop().split("?")[0]) || "workbook.xlsx"; } catch { return "workbook.xlsx"; }
};
