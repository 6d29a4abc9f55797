// The KPI language's helpers: the same doubles as kpi/evaluate.py, null for unknown.
const KPI = (() => {
  const P10 = [1]; for (let i = 1; i < 23; i++) P10[i] = P10[i - 1] * 10;  // exact up to 1e22
  const LIMITS = LOG_LIMITS;  // kpi/numbers.py
  const TEXT = "string";

  const known = (x) => {
    if (typeof x === TEXT) return x === "" ? null : x;
    return typeof x === "number" && Number.isFinite(x) ? x : null;
  };
  const number = (x) => (typeof x === "number" ? x : null);
  const finite = (x) => (Number.isFinite(x) ? x : null);
  const two = (f) => (a, b) => {
    const x = number(a), y = number(b);
    return x === null || y === null ? null : f(x, y);
  };
  const all = (f) => (...given) => {
    const found = given.map(number);
    return found.includes(null) ? null : f(...found);
  };
  const order = (f) => (a, b) => {
    if (a === null || b === null || typeof a === TEXT || typeof b === TEXT) return null;
    return f(a, b) ? 1 : 0;
  };
  const same = (wanted) => (a, b) => (a === null || b === null ? null : (a === b) === wanted ? 1 : 0);

  function rnd(x, d) {
    if (x === 0 || !(Math.abs(x) < 2 ** 52) || x === Math.floor(x)) return x + 0;
    const p = P10[d]; let y = Math.abs(x) * p;
    if (y < 2 ** 52) {
      y += 0.5;
      if (y <= 2 ** 41 && y * 2048 !== Math.floor(y * 2048)) {
        let e = -1; while (y >= LIMITS[e + 1]) e++;  // floor of log10, quicker and the same everywhere
        const q = P10[14 - e]; y = Math.floor(y * q + 0.5) / q;
      }
      y = Math.floor(y);
    }
    y /= p;
    return (x < 0 ? -y : y) + 0;
  }
  function R(x) {
    if (x === null || !(rnd(Math.abs(x), 1) < 1e11)) return null;
    const a = Math.abs(x);
    return rnd(x, a < 1e3 ? 9 : a < 1e6 ? 6 : a < 1e9 ? 3 : 1);
  }
  function whole(x) {
    const size = Math.abs(x);
    if (!(size < 2 ** 52)) return x;
    const down = Math.floor(size), up = down + (size - down >= 0.5 ? 1 : 0);
    return (x < 0 ? -up : up) + 0;
  }

  // A card as kpi/scoring.py adds it up; an item is {weight, score, applicable, block}.
  function card(items, least = 0.7) {
    const sum = (parts) => R(parts.reduce((total, part) => total + part, 0));
    const scored = (item) => item.applicable && item.weight > 0 && item.score !== null;
    const usable = items.map((item) => (scored(item) ? R(item.weight) || 0 : 0));
    const available = sum(usable) || 0;
    const full = sum(items.map((item) => (item.applicable ? R(item.weight) || 0 : 0))) || 0;
    const coverage = full > 0 ? R(available / full) : null;
    const shares = usable.map((one) => (one > 0 ? R(one / available * 100) || 0 : 0));
    const points = items.map((item, n) => R(shares[n] * (item.score || 0) / 100) || 0);
    const blocked = items.some((i) => i.block && i.applicable && i.weight > 0 && i.score === null);
    const held = blocked || coverage === null || coverage < least || !(available > 0);
    return { total: held ? null : sum(points), coverage, shares, points };
  }

  const row = (values, days = null, more = {}) => {
    const has = (table, code) => !!table && Object.prototype.hasOwnProperty.call(table, code);
    const of = (table) => (code) => known(has(table, code) ? table[code] : null);
    return {
      value: of(values), opening: of(more.opening), closing: of(more.closing), mean: of(more.mean),
      days: () => known(days),
      eachDay: () => (more.byDay ? more.byDay.map((day) => row(day, 1)) : []),
    };
  };

  // Numbers alone, NaN for unknown: the steps of long columns. Arguments are all worked out.
  const fin = (x) => (x - x === 0 ? x : NaN);
  const n = {
    add: (a, b) => fin(a + b), sub: (a, b) => fin(a - b), mul: (a, b) => fin(a * b),
    div: (a, b) => (b === 0 ? NaN : fin(a / b)),
    eq: (a, b) => (a === b ? 1 : a < b || a > b ? 0 : NaN),
    ne: (a, b) => (a === b ? 0 : a < b || a > b ? 1 : NaN),
    lt: (a, b) => (a < b ? 1 : a >= b ? 0 : NaN), le: (a, b) => (a <= b ? 1 : a > b ? 0 : NaN),
    gt: (a, b) => (a > b ? 1 : a <= b ? 0 : NaN), ge: (a, b) => (a >= b ? 1 : a < b ? 0 : NaN),
    IF: (c, yes, no = NaN) => (c !== c ? NaN : c !== 0 ? yes : no),
    AND: (...x) => (x.some((y) => y !== y) ? NaN : x.every((y) => y !== 0) ? 1 : 0),
    OR: (...x) => (x.some((y) => y !== y) ? NaN : x.some((y) => y !== 0) ? 1 : 0),
    NOT: (x) => (x !== x ? NaN : x === 0 ? 1 : 0),
    MIN: Math.min, MAX: Math.max, ABS: Math.abs, FLOOR: Math.floor,
    ROUND: (x, d = 0) => (x !== x ? NaN : d ? rnd(x, d) : whole(x)),
    R: (x) => (x !== x ? NaN : R(x) ?? NaN),
    ISKNOWN: (x) => (x === x ? 1 : 0),
  };

  return {
    row, card, rnd, whole, n, R: all(R),
    out: (x) => (typeof x === "number" ? x + 0 : x),
    add: two((a, b) => finite(a + b)), sub: two((a, b) => finite(a - b)),
    mul: two((a, b) => finite(a * b)), div: two((a, b) => (b === 0 ? null : finite(a / b))),
    neg: all((x) => -x),
    eq: same(true), ne: same(false),
    lt: order((a, b) => a < b), le: order((a, b) => a <= b),
    gt: order((a, b) => a > b), ge: order((a, b) => a >= b),
    IF: (condition, yes, no = () => null) => {
      const x = number(condition);
      return x === null ? null : x !== 0 ? yes() : no();
    },
    AND: all((...found) => (found.every((x) => x !== 0) ? 1 : 0)),
    OR: all((...found) => (found.some((x) => x !== 0) ? 1 : 0)),
    NOT: all((x) => (x === 0 ? 1 : 0)),
    MIN: all(Math.min), MAX: all(Math.max), ABS: all(Math.abs), FLOOR: all(Math.floor),
    ROUND: all((x, d = 0) => (d ? rnd(x, d) : whole(x))),
    ISKNOWN: (x) => (x === null ? 0 : 1),
    SUMDAYS: (v, each) => {
      const days = v.eachDay();
      if (!days.length) return null;
      let total = 0;
      for (const day of days) {
        const one = number(each(day));
        if (one === null) return null;
        total += one;
      }
      return finite(total);
    },
  };
})();
