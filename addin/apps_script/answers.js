// Functions that the service answers: one request for a whole range, kept by revision of the facts.
const MOST_CALLS = 5000, WIDTH = { SOURCE: 3, FORECAST: 3, WHY: 2 };
const FRESH = 300; // s for which the revision counts as the newest
const KEPT = 21600; // s; the longest that Google keeps a cached value
const PIECE = 30000; // characters of a cached value, at most 90 KB of the 100 that Google takes
const REVISION = "linkstar.revision", AWAY = "linkstar.away";

const cache = () => CacheService.getDocumentCache() ?? CacheService.getScriptCache();
const isEmpty = (cell) => cell === null || cell === undefined || typeof cell === "object";

/** The questions of a call, a row of cells each; null where an argument is empty. */
function questions(fn, args) {
  const grids = fn.arguments.map((_, n) => (Array.isArray(args[n]) ? args[n] : [[args[n] ?? null]]));
  const rows = Math.max(...grids.map((one) => one.length)), width = Math.max(...grids.map((one) => one[0].length));
  if (!grids.every((one) => [1, rows].includes(one.length) && [1, width].includes(one[0].length))) throw new Error(t("sizes"));
  const at = (one, r, c) => { const row = one[one.length > 1 ? r : 0]; return row[row.length > 1 ? c : 0]; };
  return Array.from({ length: rows }, (_, r) => Array.from({ length: width }, (__, c) => {
    const cells = grids.map((one) => at(one, r, c));
    if (!fn.arguments.every((argument, n) => argument.optional || !isEmpty(cells[n]))) return null;
    while (cells.length && isEmpty(cells[cells.length - 1])) cells.pop();
    return [fn.code, ...cells.map((cell) => (typeof cell === "string" ? cell.trim() : cell))];
  }));
}

/** What was once answered to these calls; null where it is not kept (any more). */
function kept(id) {
  const head = JSON.parse(cache().get(id) || "null");
  if (!head) return null;
  const names = Array.from({ length: head.pieces }, (_, n) => `${id}.${n}`), found = cache().getAll(names);
  return names.every((name) => name in found) ? { revision: head.revision, answers: JSON.parse(names.map((name) => found[name]).join("")) } : null;
}

function keep(id, { revision, answers }) {
  const text = JSON.stringify(answers), pieces = Math.ceil(text.length / PIECE), values = { [id]: JSON.stringify({ revision, pieces }) };
  for (let n = 0; n < pieces; n++) values[`${id}.${n}`] = text.slice(n * PIECE, (n + 1) * PIECE);
  cache().putAll(values, KEPT);
  cache().put(REVISION, revision, FRESH);
  cache().remove(AWAY);
}

/** Answers to calls, one request for all; the last known ones when the service is away. */
function answered(calls) {
  const id = `linkstar.${digest(JSON.stringify(calls))}`, known = kept(id);
  if (known && known.revision === cache().get(REVISION)) return { answers: known.answers, stale: false };
  try {
    const told = ask("/sheets/functions", { calls });
    keep(id, told);
    return { answers: told.answers, stale: false };
  } catch (error) {
    const away = error.kind === "offline" || error.kind === "failed" || error.status === 429;
    if (!known || !away) throw plain(error);
    if (!cache().get(AWAY)) cache().put(AWAY, new Date(Date.now()).toISOString(), KEPT);
    return { answers: known.answers, stale: true };
  }
}

const failed = (fn, several, texts) => [new Array(several ? WIDTH[fn.code] ?? 1 : 1).fill({ error: "na", ...texts })];

/** The rows of one answer; among several only its first. A text that is not of today has ◇ in front. */
function rowsOf(fn, answer, several, stale) {
  if (answer === undefined) return failed(fn, several, both("noAnswer"));
  if (isError(answer)) return failed(fn, several, answer);
  const rows = Array.isArray(answer) ? answer : [[answer]];
  if (!rows.length) return failed(fn, true, both("noAnswer"));
  const marked = stale ? rows.map((row) => row.map((cell) => (typeof cell === "string" && cell ? `◇ ${cell}` : cell))) : rows;
  return several ? marked.slice(0, 1) : marked;
}

function remote(code, given) {
  const fn = KPI_FUNCTIONS.functions.find((one) => one.code === code), asked = questions(fn, read(fn, given));
  const several = asked.length * asked[0].length > 1, places = new Map(); // the same question twice is one slot
  if (several && code === "WHY") throw new Error(t("tooMany"));
  for (const call of asked.flat()) if (call && !places.has(JSON.stringify(call))) places.set(JSON.stringify(call), places.size);
  if (places.size > MOST_CALLS) throw new Error(t("tooManyCells", { most: MOST_CALLS }));
  const { answers, stale } = places.size ? answered([...places.keys()].map((key) => JSON.parse(key))) : { answers: [], stale: false };
  const cell = (call) => (call ? rowsOf(fn, answers[places.get(JSON.stringify(call))], several, stale) : failed(fn, several, both("missingArgument")));
  return shown(asked.flatMap((row) => row.map(cell).reduce((left, right) => left.map((line, n) => [...line, ...right[n]]))));
}
