// The local sheet functions: kpi/sheet_calls.py and kpi/function_answers.py for JavaScript.
// It stands after runtime.js and KPI_TABLES (lists, words and texts from kpi/function_script.py).
// A wrong or unknown answer is {error: "value" | "na", zh, en} in its cell.
const KPI_FUNCTIONS = (() => {
  const T = KPI_TABLES;
  const byCode = Object.fromEntries(T.functions.map((one) => [one.code, one]));
  const isNumber = (x) => typeof x === "number" && Number.isFinite(x);
  const isError = (x) => typeof x === "object" && x !== null;
  const isEmpty = (x) => x === null || x === undefined || isError(x) ||
    (typeof x === "string" && x.trim() === "");
  const spreads = (argument) => argument.kind !== "column" && argument.kind !== "table";

  class Bad extends Error {
    constructor(zh, en) { super(en); this.zh = zh; this.en = en; }
  }
  const failure = (fn, error, zh, en) => ({ error, zh: `${fn.name}：${zh}`, en: `${fn.name}: ${en}` });

  // --- reading cells -----------------------------------------------------------------------------

  const said = (cell) => (typeof cell === "boolean" ? String(cell).toUpperCase() : String(cell));
  const text = (cell) => said(cell).trim();
  function plain(given) {
    const whole = given.trim();
    let at = 0;
    while (at < whole.length && T.marks.includes(whole[at])) at++;
    return (whole.slice(at).trim() || whole).toLowerCase();
  }
  const spellings = Object.fromEntries(Object.entries(T.words).map(([list, words]) => {
    const found = new Map(Object.entries(T.aliases[list] || {}));
    for (const one of [...words].reverse()) for (const word of one) found.set(plain(word), one[0]);
    return [list, found];
  }));
  const spelled = (list, code, language) =>
    T.words[list].find((one) => one[0] === code)[language === "zh" ? 1 : 2];

  function read(argument, cell) {
    if (isEmpty(cell)) return null;
    switch (argument.kind) {
      case "text": return text(cell);
      case "word": {
        const code = spellings[argument.words].get(plain(said(cell)));
        if (code !== undefined) return code;
        const known = T.words[argument.words];
        throw new Bad(
          `${argument.zh}没有“${said(cell)}”，可用：${known.map((w) => w[1]).join("、")}。`,
          `${argument.name} knows no “${said(cell)}”; use ${known.map((w) => w[2]).join(", ")}.`);
      }
      case "date":
        if (isNumber(cell) && cell >= 1 && cell <= T.lastDay) return Math.floor(cell);
        throw new Bad(`${argument.zh}应为日期，而单元格是“${said(cell)}”。`,
          `${argument.name} must be a date, the cell holds “${said(cell)}”.`);
    }
    if (isNumber(cell)) return cell;
    throw new Bad(`${argument.zh}应为数字，而单元格是“${said(cell)}”。`,
      `${argument.name} must be a number, the cell holds “${said(cell)}”.`);
  }
  const same = (cell, wanted) =>
    cell !== null && cell !== undefined && !isError(cell) &&
    text(cell).toLowerCase() === wanted.toLowerCase();

  // --- ranges ------------------------------------------------------------------------------------

  const grid = (given) => (!Array.isArray(given) ? [[given]]
    : given.length && !Array.isArray(given[0]) ? [given] : given);
  const at = (cells, row, column) => {
    const line = cells[cells.length > 1 ? row : 0];
    return line[line.length > 1 ? column : 0];
  };

  // One empty cell where a whole column may stand.
  const leftOut = (cells) => cells.length === 1 && cells[0].length === 1 &&
    (cells[0][0] === null || cells[0][0] === undefined ||
      (typeof cells[0][0] === "string" && cells[0][0].trim() === ""));

  function call(code, given) {
    const fn = byCode[code], grids = {}, columns = {}, spread = [];
    fn.arguments.forEach((argument, n) => {
      if (given[n] === undefined || given[n] === null) return;
      const cells = grid(given[n]);
      if (argument.optional && !spreads(argument) && leftOut(cells)) return;
      if (spreads(argument)) { spread.push(argument); grids[argument.name] = cells; }
      else columns[argument.name] = cells;
    });
    const lacking = fn.arguments.find((one) => !one.optional && !spreads(one) && !columns[one.name]);
    if (lacking) return [[failure(fn, "value", `缺少${lacking.zh}。`, `${lacking.name} is missing.`)]];
    const all = spread.map((argument) => grids[argument.name]);
    const rows = Math.max(1, ...all.map((one) => one.length));
    const width = Math.max(1, ...all.map((one) => (one.length ? one[0].length : 1)));
    const misfit = (one) => (one.length !== 1 && one.length !== rows) ||
      one.some((row) => row.length !== 1 && row.length !== width);
    if (all.some(misfit)) {
      return [[failure(fn, "value", "各区域大小不一致。", "The ranges differ in size.")]];
    }
    const quick = code === "SCORE" && width === 1 && !columns.table ? scores(grids, rows) : null;
    if (quick) return quick;
    const answers = [];
    for (let row = 0; row < rows; row++) {
      const line = [];
      for (let column = 0; column < width; column++) line.push(answer(fn, spread, grids, columns, row, column));
      answers.push(line);
    }
    return answers;
  }

  function answer(fn, spread, grids, columns, row, column) {
    try {
      const values = {}, spoilt = [];
      for (const argument of spread) {
        const cell = at(grids[argument.name], row, column);
        values[argument.name] = read(argument, cell);
        if (isError(cell) && argument.optional && !argument.spared) spoilt.push(argument.name);
      }
      const found = spoilt.length ? null : compute[fn.code](values, columns);
      return found === null || found === undefined ? unknown(fn, values, spoilt) : found;
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      return failure(fn, "value", error.zh, error.en);
    }
  }

  function unknown(fn, values, spoilt) {
    const lacking = fn.arguments.filter((one) => spoilt.includes(one.name) ||
      (!one.optional && spreads(one) && (values[one.name] ?? null) === null));
    if (!lacking.length) return failure(fn, "na", "无法算出。", "There is no answer for these values.");
    return failure(fn, "na", `缺少${lacking.map((one) => one.zh).join("、")}。`,
      `Unknown: ${lacking.map((one) => one.name).join(", ")}.`);
  }

  // A column of scores by one method, all of whose cells are numbers or empty: no row of objects.
  function scores(grids, rows) {
    if (!grids.actual || !grids.due || !grids.method || grids.method.length !== 1) return null;
    const method = spellings.method.get(plain(String(grids.method[0][0])));
    if (method === undefined) return null;
    const compiled = T.scores[method], defaults = T.defaults[method] || {};
    const names = ["actual", "due", "p1", "p2", "p3", "p4", "cap", "floor"];
    const rest = { ...defaults, floor: 0 };
    const cells = names.map((name) => grids[name] || [[null]]);
    const fallback = names.map((name) => rest[name] ?? NaN);
    const found = new Array(rows), v = new Float64Array(8), tall = [];
    const take = (n, row) => {
      const cell = cells[n][row][0];
      if (typeof cell === "number" && cell - cell === 0) v[n] = cell;
      else if (isEmpty(cell) && !isError(cell)) v[n] = fallback[n];
      else return false;
      return true;
    };
    for (let n = 0; n < 8; n++) {  // what stands once is read once
      if (cells[n].length > 1) tall.push(n);
      else if (!take(n, 0)) return null;
    }
    for (let row = 0; row < rows; row++) {
      for (let n = 0; n < tall.length; n++) if (!take(tall[n], row)) return null;
      if (v[6] === v[6] && !(v[7] <= v[6] && v[6] <= T.mostPoints)) return null;
      const points = compiled(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
      if (points !== points) return null;
      found[row] = [points];
    }
    return found;
  }

  // --- the functions -----------------------------------------------------------------------------

  const nan = (x) => (x === null || x === undefined ? NaN : x);
  const orNull = (x) => (x === x ? x : null);

  // The numbers of an own step table: in one row, or rows of from and points.
  function stepsOf(v, given) {
    let cells = (given.table || []).flat();
    if (cells.length % 2 === 0) {
      if (cells.length && !isEmpty(cells[0])) throw new Bad("分档第一行的起点应留空。", "The first band of table has no from.");
      cells = cells.slice(1);
    }
    const numbers = cells.map((cell) => {
      if (!isNumber(cell) && !isEmpty(cell)) throw new Bad("分档只能是数字。", "table must hold numbers.");
      return isNumber(cell) ? cell : NaN;
    });
    if (!numbers.length || numbers[0] !== numbers[0]) return null;
    const most = 2 * T.mostBands - 1;
    if (numbers.slice(most).some((x) => x === x)) throw new Bad(`分档最多 ${T.mostBands} 档。`, `table has ${T.mostBands} bands at most.`);
    const steps = Array.from({ length: most }, (_, n) => numbers[n] ?? NaN);
    const usual = [...(T.stepWays[v.method] || [0, 0]), 0, steps[3] < steps[1] ? -1 : 1];
    return [usual.map((own, n) => v[`p${n + 1}`] ?? own), steps];
  }

  function score(v, given) {
    if (!v.method) return null;
    const cap = v.cap ?? null, floor = v.floor ?? 0;
    if (cap !== null && !(floor <= cap && cap <= T.mostPoints)) {
      throw new Bad(`封顶分应在保底分与 ${T.mostPoints} 之间，或留空。`,
        `cap must lie between the floor and ${T.mostPoints}, or be left empty.`);
    }
    const own = stepsOf(v, given);
    if (own) return orNull(T.steps(nan(v.actual), nan(v.due), ...own[0], nan(cap), floor, ...own[1]));
    const defaults = T.defaults[v.method] || {};
    const params = ["p1", "p2", "p3", "p4"].map((name) => nan(v[name] ?? defaults[name]));
    return orNull(T.scores[v.method](nan(v.actual), nan(v.due), ...params, nan(cap), floor));
  }

  function attain(v) {
    if (!v.better) return null;
    const [sign, inverse] = [v.better === "lower" ? -1 : 1, v.method === "ratio_down" ? 1 : 0];
    return T.attain(KPI.row({ actual: v.actual, target: v.due, sign, inverse }));
  }

  function status(v) {
    if (!v.better) return null;
    const language = (v.language || "zh").toLowerCase();
    if (language !== "zh" && language !== "en") throw new Bad("文字语言应为 zh 或 en。", "language must be zh or en.");
    const found = T.status(KPI.row({
      actual: v.actual, due: v.due, warn: v.warn, breach: v.breach,
      warn_low: v.better === "band" ? v.warn_low : null, breach_low: v.better === "band" ? v.breach_low : null,
      worse: v.better === "higher" ? -1 : 1, around: v.better === "band" ? 1 : 0,
      inclusive: v.bound === "inclusive" ? 1 : 0, paced: T.paced.includes(v.basis) ? 1 : 0,
    })) || "no_data";
    if (found !== "no_data" && v.state === "stale") return spelled("data_state", "stale", language);
    return spelled("status", found, language);
  }

  const flat = (cells) => cells.flat();
  const says = (column, n, list, code) => column !== undefined &&
    T.words[list].some((one) => one[0] === code && one.some((word) => same(column[n], word)));

  function total(v, given) {
    const part = (v.part || "total").toLowerCase();
    if (part !== "total" && part !== "coverage") throw new Bad("part 应为 total 或 coverage。", "part must be total or coverage.");
    const columns = Object.fromEntries(Object.entries(given).map(([name, cells]) => [name, flat(cells)]));
    if (Object.values(columns).some((one) => one.length !== columns.weights.length)) {
      throw new Bad("各列行数不一致。", "The columns differ in length.");
    }
    const tests = [1, 2, 3].filter((n) => columns[`range${n}`]).map((n) => [columns[`range${n}`], v[`value${n}`] || ""]);
    const items = [];
    columns.weights.forEach((weight, n) => {
      if (!isNumber(weight) || tests.some(([column, wanted]) => !same(column[n], wanted))) return;
      items.push({
        weight, score: isNumber(columns.scores[n]) ? columns.scores[n] : null,
        applicable: !says(columns.states, n, "data_state", "not_applicable"),
        block: says(columns.missing, n, "missing", "block"),
      });
    });
    if (items.some((item) => item.weight < 0)) throw new Bad("权重不能小于 0。", "A weight must not be below 0.");
    const card = KPI.card(items, v.least ?? T.leastCoverage);
    return part === "coverage" ? card.coverage : card.total;
  }

  function grade(v, given) {
    const vetoes = Math.trunc(v.vetoes ?? 0), steps = ladderOf(given);
    if (!steps.length) return T.grade(KPI.row({ total: v.total, vetoes }));
    if ((v.total ?? null) === null) return null;
    const met = vetoes > 0 ? [] : steps.filter((one) => v.total >= one.start);
    return (met.length ? met[0] : steps[steps.length - 1]).name;
  }

  function ladderOf(given) {
    const found = [];
    for (const row of given.grades || []) {
      const name = isEmpty(row[0]) ? "" : text(row[0]);
      if (row.length < 2) {
        if (name) throw new Bad("等级表应有两列。", "grades must have two columns.");
      } else if (name && isNumber(row[1])) found.push({ name, start: row[1] });
    }
    return found.sort((a, b) => b.start - a.start);
  }

  function due(v) {
    let share = v.share ?? null;
    const [start, end, covered] = [v.start, v.end, v.covered].map((x) => x ?? null);
    if (share === null && start !== null && end !== null && covered !== null) {
      if (end < start) throw new Bad("期间末日早于首日。", "The period ends before it starts.");
      const days = Math.min(covered - start + 1, end - start + 1);
      share = days > 0 ? Number((days / (end - start + 1)).toPrecision(14)) : null;
    }
    return (v.target ?? null) === null || share === null ? null : KPI.R(v.target * share);
  }

  const dollars = (currency, rates) => {
    if (same(currency, "USD")) return 1;
    for (const row of rates) {
      if (row.length < 2) throw new Bad("汇率表应有两列。", "rates must have two columns.");
      if (same(row[0], currency)) return isNumber(row[1]) && row[1] > 0 ? row[1] : null;
    }
    return null;
  };
  function fx(v, given) {
    const [bottom, top] = [v.wanted || "", v.given || ""].map((one) => dollars(one, given.rates));
    const amount = v.amount ?? null;
    return amount === null || top === null || bottom === null ? null : KPI.R(amount * top / bottom);
  }

  // --- a month by weeks, exact --------------------------------------------------------------------

  // A number as the decimal a person reads: [digits, power], digits * 10 ** -power.
  function decimal(x) {
    const [, sign, whole, part = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(x));
    const places = part.length - Number(power);
    const digits = BigInt(sign + whole + part);
    return places < 0 ? [digits * 10n ** BigInt(-places), 0] : [digits, places];
  }
  const scaled = ([digits, places], wanted) => digits * 10n ** BigInt(wanted - places);

  function splitUp(value, shares, decimals) {
    const amount = decimal(value), places = Math.max(amount[1], decimals);
    const whole = scaled(amount, places), unit = 10n ** BigInt(places - decimals);
    const sign = whole < 0n ? -1n : 1n, units = (whole * sign) / unit;
    const sum = shares.reduce((a, b) => a + b, 0n);
    const given = shares.map((share) => (units * share) / sum);
    const rest = shares.map((share, n) => units * share - given[n] * sum);
    const order = shares.map((_, n) => n).sort((a, b) => (rest[a] === rest[b] ? a - b : rest[a] > rest[b] ? -1 : 1));
    let left = units - given.reduce((a, b) => a + b, 0n);
    for (const n of order) if (left-- > 0n) given[n] += 1n;
    const parts = given.map((one) => sign * one * unit);
    const odd = whole - parts.reduce((a, b) => a + b, 0n);
    parts[shares.findIndex((share) => share > 0n)] += odd;
    return parts.map((part) => Number(`${part}e-${places}`));
  }

  const DAY = 864e5, EPOCH = Date.UTC(1899, 11, 30);
  const dateOf = (serial) => new Date(EPOCH + serial * DAY);
  const serialOf = (year, month) => Math.round((Date.UTC(year, month, 1) - EPOCH) / DAY);

  function target(v, given) {
    if ([v.target, v.month, v.week].some((x) => (x ?? null) === null)) return null;
    const places = Math.trunc(v.decimals ?? 2), first = v.week_start ?? 0;
    if (!(places >= 0 && places <= T.mostDecimals)) throw new Bad("小数位应为 0 到 4。", "decimals must be 0 to 4.");
    if (!(Number.isInteger(first) && first >= 0 && first <= 6)) throw new Bad("周起始应为 0 到 6。", "week_start must be 0 to 6.");
    const day = dateOf(v.month);
    const start = serialOf(day.getUTCFullYear(), day.getUTCMonth());
    const end = serialOf(day.getUTCFullYear(), day.getUTCMonth() + 1);
    const weekOf = (serial) => serial - ((((serial + 5) % 7) - first + 7) % 7);
    const weights = factors(given, end - start), weeks = [];
    for (let serial = start; serial < end; serial++) {
      const week = weekOf(serial);
      if (!weeks.length || weeks[weeks.length - 1].week !== week) weeks.push({ week, share: 0n });
      weeks[weeks.length - 1].share += weights[serial - start];
    }
    const parts = splitUp(v.target, weeks.map((one) => one.share), places);
    const found = weeks.findIndex((one) => one.week === weekOf(v.week));
    return found < 0 ? 0 : parts[found] + 0;
  }

  function factors(given, days) {
    if (!given.factors) return new Array(days).fill(1n);
    const cells = flat(given.factors);
    const numbers = cells.filter(isNumber);
    if (cells.length !== days || numbers.length !== days || numbers.some((x) => x < 0) || !numbers.some((x) => x > 0)) {
      throw new Bad(`每日权重应有 ${days} 个不小于 0 的数字。`, `factors must be ${days} numbers, none below 0.`);
    }
    const found = numbers.map(decimal), places = Math.max(...found.map((one) => one[1]));
    return found.map((one) => scaled(one, places));
  }

  // --- pay ----------------------------------------------------------------------------------------

  function bonus(v, given) {
    if (!v.method) return null;
    const defaults = T.payDefaults[v.method] || [null, null, null, null];
    const p = [1, 2, 3, 4].map((n) => v[`p${n}`] ?? defaults[n - 1]), steps = slices(v, given);
    if (v.method === "payout_curve" && !(p[0] >= 0 && p[0] < 1)) throw badRule();
    const raw = gross(v, p, steps);
    const attendance = v.attendance ?? 1;
    if (raw === null || !(attendance >= 0 && attendance <= 1)) return null;
    const prorated = v.method === "team_split" ? raw : KPI.R(raw * attendance), base = v.base ?? null, times = v.cap ?? null;
    const most = times === null ? null : base === null ? NaN : nan(KPI.R(base * times));
    if (prorated === null || Number.isNaN(most)) return null;
    if (Math.floor(v.vetoes ?? 0) !== 0) return 0;
    const earned = most === null ? prorated : Math.min(most, prorated);
    return T.withoutCents.includes((v.currency || "CNY").toUpperCase()) ? KPI.whole(earned) : KPI.rnd(earned, 2);
  }
  const badRule = () => new Bad("规则参数有误：起付线应在 0 与 1 之间，阶梯应首尾相接。",
    "The rule is wrong: a threshold lies from 0 up to 1, each slice starts where one ends.");

  function slices(v, given) {
    const found = [];
    for (const row of ladderRows(v, given)) {
      if (row.length < 3) {
        if (row.length && row[0] !== null && row[0] !== "") throw new Bad("阶梯应有三列。", "ladder must have three columns.");
      } else if (isNumber(row[0]) && isNumber(row[2])) {
        found.push({ start: row[0], end: isNumber(row[1]) ? row[1] : null, rate: row[2] });
      }
    }
    return found.sort((a, b) => a.start - b.start);
  }

  // The rows of the ladder; of a table of many rules, those of the one.
  function ladderRows(v, given) {
    const rows = given.ladder || [];
    if (!given.rules) return rows;
    const rules = flat(given.rules);
    if (rules.length !== rows.length) throw new Bad("各列行数不一致。", "The columns differ in length.");
    return rows.filter((_, n) => same(rules[n], v.rule || ""));
  }

  function gross(v, p, steps) {
    const value = (name) => v[name] ?? null;
    if (value("total") === null) return null;
    if (v.method === "team_split") return value("team");
    const reached = KPI.R(v.total / 100);
    const [p1, p2, p3, p4] = p, net = value("amount") === null ? null : KPI.R(v.amount);
    if (v.method === "ladder" || v.method === "ladder_whole") return climb(net, steps, v.method === "ladder_whole");
    if (v.method === "accelerate") {
      if (p1 === null || value("goal") === null || net === null) return null;
      const edge = KPI.R(p2 * v.goal);
      if (edge === null) return null;
      return added([KPI.R(p1 * Math.min(Math.max(net, 0), edge)), KPI.R(p1 * p3 * Math.max(0, net - edge))]);
    }
    const text = T.pay[v.method];
    const row = { base: v.base, coefficient: v.coefficient, total: v.total, reached, net, p1, p2, p3, p4 };
    if (!text || T.payNeeds[v.method].some((name) => (row[name] ?? null) === null)) return null;
    return KPI.R(text(KPI.row(row)));
  }

  // The sum of steps; unknown with one that is.
  const added = (parts) => (parts.includes(null) ? null : KPI.R(parts.reduce((a, b) => a + b, 0)));

  function climb(reached, steps, whole) {
    if (reached === null || !steps.length) return null;
    for (let n = 1; n < steps.length; n++) {
      if (steps[n - 1].end !== steps[n].start) {
        throw badRule();
      }
    }
    if (whole) {
      const met = steps.filter((one) => reached >= one.start);
      return met.length ? KPI.R(Math.max(reached, 0) * met[met.length - 1].rate) : 0;
    }
    const part = ({ start, end, rate }) => KPI.R(Math.max(0, (end === null ? reached : Math.min(reached, end)) - start) * rate);
    return added(steps.map(part));
  }

  const compute = { SCORE: score, ATTAIN: attain, STATUS: status, TOTAL: total, GRADE: grade, DUE: due, TARGET: target, FX: fx, BONUS: bonus };
  return { call, functions: T.functions };
})();
