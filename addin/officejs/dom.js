// Small helpers for the page: elements, announcements, tables of values.
import { language, t } from "./texts.js";

/** An element with properties and children; texts are texts, never HTML. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-") && name !== "list") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

export const show = (place, ...children) => place.replaceChildren(...children.flat(3).filter(Boolean));

/** Say something to a screen reader as well as to the eye. */
export function announce(text) {
  const place = document.getElementById("said");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
}

const SIGN = { error: "■", warning: "▲", good: "●", info: "○", stale: "◇" };

const signed = (look, role, text, more) => h("div", { className: `notice ${look}`, role },
  h("span", { className: "sign", "aria-hidden": "true" }, SIGN[look]), h("span", { className: "grow" }, text), ...more);

/** A line with a sign, so that colour is never the only mark. */
export const notice = (look, text, ...more) => signed(look, look === "error" ? "alert" : "status", text, more);

/** The same for what stands there all the time: nothing that a screen reader should call out. */
export const standing = (look, text, ...more) => signed(look, null, text, more);

/** A button that cannot be pressed twice while its work goes on. */
export function button(text, work, properties = {}) {
  const element = h("button", { type: "button", ...properties, onclick: async () => {
    if (element.getAttribute("aria-busy") === "true") return;
    element.setAttribute("aria-busy", "true");
    try { await work(element); } finally { element.removeAttribute("aria-busy"); }
  } }, text);
  return element;
}

export const field = (label, input, more = null) => h("label", { className: "field" }, h("span", {}, label), input, more);

export const section = (title, ...children) => h("section", { className: "card" }, title ? h("h2", {}, title) : null, ...children);

/** A value as a person reads it; unknown says so. */
export function shown(value, digits = 4) {
  if (value === null || value === undefined || (typeof value === "object" && value.error)) return t("unknown");
  if (typeof value !== "number") return String(value);
  return new Intl.NumberFormat(language() === "zh" ? "zh-CN" : "en", { maximumFractionDigits: digits }).format(value);
}

export const moment = (text) => {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? String(text ?? "") : at.toLocaleString(language() === "zh" ? "zh-CN" : "en-GB", { dateStyle: "short", timeStyle: "short" });
};

const DAY_ZERO = 25_569; // the serial of 1970-01-01

/** A day or a moment that came as a number of a sheet, on the workbook's own clock; null is unknown. */
export function serial(number) {
  if (typeof number !== "number") return t("unknown");
  /** @type {Intl.DateTimeFormatOptions} */
  const whole = Number.isInteger(number) ? {} : { hour: "2-digit", minute: "2-digit" };
  return new Date(Math.round((number - DAY_ZERO) * 86_400_000)).toLocaleString(language() === "zh" ? "zh-CN" : "en-GB",
    { timeZone: "UTC", year: "numeric", month: "2-digit", day: "2-digit", ...whole });
}

const UNITS = new Set(["days", "hours", "points", "turns"]);

/**
 * A value of a KPI with its unit and currency.
 * @param {unknown} value
 * @param {{unit?: string, currency?: string}} [of]
 */
export function measured(value, { unit, currency } = {}) {
  if (typeof value !== "number") return shown(value);
  if (unit === "ratio") return `${shown(100 * value, 2)} %`;
  const text = currency ? `${shown(value, 2)} ${currency}` : shown(value);
  if (unit === "money_per_person") return t("perPerson", { text });
  return UNITS.has(unit) ? `${text} ${t(unit === "points" ? "unitPoints" : unit)}` : text;
}

export const table = (heads, rows) => h("table", {},
  heads.some(Boolean) ? h("thead", {}, h("tr", {}, heads.map((one) => h("th", { scope: "col" }, one)))) : null,
  h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, n) =>
    h(n ? "td" : "th", n ? { className: typeof cell === "number" ? "number" : "" } : { scope: "row" }, cell instanceof Node ? cell : shown(cell)))))));

/** A command with a button that copies it. */
export const copyable = (text) => h("div", { className: "copyable" }, h("code", {}, text), button(t("copyIt"), async () => {
  const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  announce(t(done ? "copied" : "copyByHand"));
}, { className: "plain small", "aria-label": `${t("copyIt")}: ${text}` }));
