// Stand-ins of Google's services with their contracts: scopes, where they may be called, sizes, time.
"use strict";
const crypto = require("crypto");

const SCOPE = "https://www.googleapis.com/auth/";
const MOST_PROPERTY = 9 * 1024, MOST_PROPERTIES = 500 * 1024, MOST_CACHED = 100 * 1024, MOST_ITEMS = 1000;

/** A service whose unknown members are errors, as a typing mistake is at Google. */
function strict(name, members) {
  return new Proxy(members, {
    get(target, key) {
      if (key in target || typeof key === "symbol" || key === "toJSON") return target[key];
      throw new TypeError(`${name}.${String(key)} is not a function`);
    },
  });
}

/** The services of one project over one spreadsheet; `host` knows the run that goes on. */
function services(host) {
  const allow = (service, scope, ...where) => {
    if (!where.includes(host.where)) throw new Error(`You do not have permission to call ${service} (in a ${host.where} run)`);
    if (scope && !host.scopes.includes(SCOPE + scope)) throw new Error(`Specified permissions are not sufficient to call ${service}. Required permissions: ${SCOPE}${scope}`);
  };
  const any = ["function", "simple", "authorised"], full = ["authorised"];

  // --- the spreadsheet: it can be read and looked at; nothing here takes a value ------------------
  const letters = (n) => (n > 26 ? letters(Math.floor((n - 1) / 26)) : "") + String.fromCharCode(65 + ((n - 1) % 26));
  const range = (sheet, row, column, rows, columns) => strict("Range", {
    getValues: () => Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (__, c) => host.value(sheet.rows[row - 1 + r]?.[column - 1 + c] ?? ""))),
    getDisplayValue: () => String(sheet.rows[row - 1]?.[column - 1] ?? ""),
    getRow: () => row, getColumn: () => column, getSheet: () => tab(sheet),
    getA1Notation: () => `${letters(column)}${row}`,
    activate: () => { allow("Range.activate", "spreadsheets.currentonly", ...full); host.book.current = { sheet: sheet.name, row, column }; },
  });
  const tab = (sheet) => strict("Sheet", {
    getName: () => sheet.name,
    isSheetHidden: () => Boolean(sheet.hidden),
    showSheet: () => { allow("Sheet.showSheet", "spreadsheets.currentonly", ...full); sheet.hidden = false; },
    getLastColumn: () => Math.max(0, ...sheet.rows.map((row) => row.length)),
    getRange(first, column, rows = 1, columns = 1) {
      if (typeof first === "number") return range(sheet, first, column, rows, columns);
      const found = /^([A-Z]{1,3})([1-9]\d*)$/.exec(first);
      if (!found) throw new Error("Range not found");
      return range(sheet, Number(found[2]), [...found[1]].reduce((n, one) => 26 * n + one.charCodeAt(0) - 64, 0), 1, 1);
    },
  });
  const find = (name) => host.book.sheets.find((one) => one.name === name);
  const book = strict("Spreadsheet", {
    getId: () => host.book.id, getSpreadsheetLocale: () => host.book.locale, getSpreadsheetTimeZone: () => host.book.zone,
    getSheetByName: (name) => (find(name) ? tab(find(name)) : null),
    setActiveSheet(sheet) { allow("Spreadsheet.setActiveSheet", "spreadsheets.currentonly", ...full); host.book.current = { sheet: sheet.getName(), row: 1, column: 1 }; return sheet; },
    getCurrentCell: () => { const at = host.book.current; return range(find(at.sheet), at.row, at.column, 1, 1); },
  });

  // --- boxes, menus, the sidebar ------------------------------------------------------------------
  const Button = { OK: "OK", CANCEL: "CANCEL", YES: "YES", NO: "NO", CLOSE: "CLOSE" };
  const ButtonSet = { OK: "OK", OK_CANCEL: "OK_CANCEL", YES_NO: "YES_NO" };
  const menu = (name) => {
    const items = [];
    return {
      addItem(label, handler) { items.push([label, handler]); return this; },
      addSeparator() { items.push(null); return this; },
      addToUi() { host.menus[name] = items; },
    };
  };
  const next = (kind, title, text, set) => {
    allow(`Ui.${kind}`, "script.container.ui", ...full);
    host.boxes.push({ kind, title, text, set });
    return host.typed.shift() ?? ["CLOSE", ""];
  };
  const ui = strict("Ui", {
    Button, ButtonSet, createMenu: menu,
    alert: (title, text, set) => next("alert", title, text, set)[0],
    prompt(title, text, set) { const [button, said] = next("prompt", title, text, set); return { getSelectedButton: () => Button[button], getResponseText: () => said }; },
    showSidebar(page) { allow("Ui.showSidebar", "script.container.ui", ...full); host.sidebar = { title: page.title, html: page.html }; },
  });
  const escaped = (text) => String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
  const HtmlService = strict("HtmlService", {
    createTemplateFromFile(name) {
      const text = host.files[`${name}.html`];
      if (text === undefined) throw new Error(`No HTML file named ${name} was found.`);
      return {
        evaluate() {
          const html = text.replace(/<\?=\s*(\w+)\s*\?>/g, (_, word) => { if (!(word in this)) throw new ReferenceError(`${word} is not defined`); return escaped(this[word]); });
          return { html, title: "", setTitle(title) { this.title = title; return this; } };
        },
      };
    },
  });

  // --- stores -------------------------------------------------------------------------------------
  const properties = (name) => {
    const kept = host.properties[name];
    return strict("Properties", {
      getProperty: (key) => kept[key] ?? null,
      setProperty(key, value) {
        if (name === "user" && host.where === "function") throw new Error("You do not have permission to set user properties");
        if (typeof value !== "string" || Buffer.byteLength(key + value) > MOST_PROPERTY) throw new Error("Argument too large: value");
        kept[key] = value;
        if (Buffer.byteLength(JSON.stringify(kept)) > MOST_PROPERTIES) throw new Error("You have exceeded the property storage quota.");
      },
      deleteProperty(key) { delete kept[key]; },
    });
  };
  const cached = strict("Cache", {
    get(key) { const one = host.cache.get(key); return one && one.until > host.now ? one.value : null; },
    getAll(keys) { return Object.fromEntries(keys.map((key) => [key, cached.get(key)]).filter(([, value]) => value !== null)); },
    put(key, value, seconds = 600) {
      if (key.length > 250) throw new Error("Argument too large: key");
      if (typeof value !== "string" || Buffer.byteLength(value) > MOST_CACHED) throw new Error("Argument too large: value");
      if (!(seconds >= 1 && seconds <= 21600)) throw new Error("Argument out of range: expirationInSeconds");
      host.cache.set(key, { value, until: host.now + 1000 * seconds });
      while (host.cache.size > MOST_ITEMS) host.cache.delete(host.cache.keys().next().value);
    },
    putAll(values, seconds) { for (const [key, value] of Object.entries(values)) cached.put(key, value, seconds); },
    remove(key) { host.cache.delete(key); },
  });

  // --- the rest -----------------------------------------------------------------------------------
  const bytes = (buffer) => [...buffer].map((one) => (one > 127 ? one - 256 : one)); // Java's bytes have a sign
  const encoded = (text, charset) => (charset === "UTF_8" ? Buffer.from(text, "utf8") : Buffer.from(text.replace(/[^\x00-\x7f]/g, "?"), "ascii"));
  const Utilities = strict("Utilities", {
    Charset: { UTF_8: "UTF_8", US_ASCII: "US_ASCII" }, DigestAlgorithm: { SHA_256: "sha256" },
    computeDigest: (algorithm, text, charset) => bytes(crypto.createHash(algorithm).update(encoded(text, charset)).digest()),
    computeHmacSha256Signature: (text, key, charset) => bytes(crypto.createHmac("sha256", encoded(key, charset)).update(encoded(text, charset)).digest()),
    getUuid: () => crypto.randomUUID(),
    sleep(ms) { host.now += ms; },
    formatDate(date, zone, pattern) {
      if (pattern !== "yyyy-MM-dd-HH-mm-ss") throw new Error(`Invalid argument: ${pattern}`);
      const parts = Object.fromEntries(new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" })
        .formatToParts(date).map((one) => [one.type, one.value]));
      return [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second].join("-");
    },
  });
  const UrlFetchApp = strict("UrlFetchApp", {
    fetch(address, options = {}) {
      allow("UrlFetchApp.fetch", "script.external_request", "function", "authorised");
      for (const name of Object.keys(options)) if (!["method", "headers", "payload", "contentType", "muteHttpExceptions", "followRedirects"].includes(name)) throw new Error(`Attribute provided with invalid value: ${name}`);
      if (options.method === "get" && options.payload !== undefined) throw new Error("a GET with a payload is sent as POST");
      const answer = host.fetch({ address, ...options });
      if (answer.down) throw new Error(answer.down === "quota" ? "Service invoked too many times for one day: urlfetch." : `Address unavailable: ${address}`);
      if (answer.status >= 400 && !options.muteHttpExceptions) throw new Error(`Request failed for ${address} returned code ${answer.status}.`);
      return strict("HTTPResponse", { getResponseCode: () => answer.status, getContentText: () => answer.text });
    },
  });
  const clock = (made) => {
    const chain = {
      timeBased: () => chain, everyDays(n) { made.days = n; return chain; },
      atHour(hour) { if (!(Number.isInteger(hour) && hour >= 0 && hour <= 23)) throw new Error("Invalid argument: hour"); made.hour = hour; return chain; },
      inTimezone(zone) { made.zone = zone; return chain; },
      create() { if (host.triggers.length >= 20) throw new Error("This script has too many triggers."); host.triggers.push(made); return trigger(made); },
    };
    return chain;
  };
  const trigger = (made) => ({ made, getHandlerFunction: () => made.handler });
  const triggers = (service) => allow(service, "script.scriptapp", ...full);
  const ScriptApp = strict("ScriptApp", {
    getProjectTriggers() { triggers("ScriptApp.getProjectTriggers"); return host.triggers.map(trigger); },
    newTrigger(handler) { triggers("ScriptApp.newTrigger"); return clock({ handler }); },
    deleteTrigger(one) { triggers("ScriptApp.deleteTrigger"); host.triggers = host.triggers.filter((made) => made !== one.made); },
  });
  const lock = strict("Lock", {
    waitLock() { if (host.locked) throw new Error("Lock timeout: another process was holding the lock for too long."); host.locked = true; },
    releaseLock() { host.locked = false; },
  });

  return {
    SpreadsheetApp: strict("SpreadsheetApp", {
      getActive() { allow("SpreadsheetApp.getActive", host.where === "authorised" ? "spreadsheets.currentonly" : "", ...any); return book; },
      getUi() { allow("SpreadsheetApp.getUi", "", "simple", "authorised"); return ui; },
    }),
    HtmlService, Utilities, UrlFetchApp, ScriptApp,
    PropertiesService: strict("PropertiesService", { getDocumentProperties: () => properties("document"), getUserProperties: () => properties("user") }),
    CacheService: strict("CacheService", { getDocumentCache: () => cached, getScriptCache: () => cached }),
    LockService: strict("LockService", { getDocumentLock: () => lock }),
    Session: strict("Session", { getActiveUser() { allow("Session.getActiveUser", "userinfo.email", ...full); } }),
  };
}

module.exports = { services };
