// The KPI language's helpers: the same doubles as kpi/evaluate.py, null for unknown.
const KPI = (() => {
  const P10 = [1]; for (let i = 1; i < 23; i++) P10[i] = P10[i - 1] * 10;  // exact up to 1e22
  const LIMITS = [1.0, 10.0, 99.99999999999999, 999.9999999999994, 9999.999999999996, 99999.99999999991, 999999.999999999, 9999999.99999999, 99999999.99999991, 999999999.9999979, 9999999999.99998, 99999999999.9998, 999999999999.9979, 9999999999999.98];  // kpi/numbers.py
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

const KPI_TABLES = {
  functions: [{"code": "SCORE", "name": "KPI_SCORE", "office": "SCORE", "service": false, "arguments": [{"name": "actual", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "计分值"}, {"name": "due", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "应达值"}, {"name": "method", "kind": "word", "optional": false, "spared": false, "words": "method", "zh": "计分方法"}, {"name": "p1", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "计分参数 1"}, {"name": "p2", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "计分参数 2"}, {"name": "p3", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "计分参数 3"}, {"name": "p4", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "计分参数 4"}, {"name": "cap", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "封顶分"}, {"name": "floor", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "保底分"}, {"name": "table", "kind": "table", "optional": true, "spared": false, "words": "", "zh": "自定分档"}]}, {"code": "ATTAIN", "name": "KPI_ATTAIN", "office": "ATTAIN", "service": false, "arguments": [{"name": "actual", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "计分值"}, {"name": "due", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "应达值"}, {"name": "better", "kind": "word", "optional": false, "spared": false, "words": "better", "zh": "方向"}, {"name": "method", "kind": "word", "optional": true, "spared": false, "words": "method", "zh": "计分方法"}]}, {"code": "STATUS", "name": "KPI_STATUS", "office": "STATUS", "service": false, "arguments": [{"name": "actual", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "计分值"}, {"name": "due", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "应达值"}, {"name": "better", "kind": "word", "optional": false, "spared": false, "words": "better", "zh": "方向"}, {"name": "warn", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "关注线"}, {"name": "breach", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "突破线"}, {"name": "bound", "kind": "word", "optional": true, "spared": false, "words": "bound", "zh": "等于界限时是否算越线"}, {"name": "basis", "kind": "word", "optional": true, "spared": false, "words": "due_basis", "zh": "应达方式"}, {"name": "state", "kind": "word", "optional": true, "spared": false, "words": "data_state", "zh": "数据状态"}, {"name": "language", "kind": "text", "optional": true, "spared": false, "words": "", "zh": "文字语言"}, {"name": "warn_low", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "区间的关注下限"}, {"name": "breach_low", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "区间的突破下限"}]}, {"code": "TOTAL", "name": "KPI_TOTAL", "office": "TOTAL", "service": false, "arguments": [{"name": "scores", "kind": "column", "optional": false, "spared": false, "words": "", "zh": "各项得分"}, {"name": "weights", "kind": "column", "optional": false, "spared": false, "words": "", "zh": "各项权重"}, {"name": "states", "kind": "column", "optional": true, "spared": false, "words": "", "zh": "各项数据状态"}, {"name": "missing", "kind": "column", "optional": true, "spared": false, "words": "", "zh": "各项缺数处理"}, {"name": "least", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "最低覆盖率"}, {"name": "range1", "kind": "column", "optional": true, "spared": false, "words": "", "zh": "条件列 1"}, {"name": "value1", "kind": "text", "optional": true, "spared": false, "words": "", "zh": "条件 1 的值"}, {"name": "range2", "kind": "column", "optional": true, "spared": false, "words": "", "zh": "条件列 2"}, {"name": "value2", "kind": "text", "optional": true, "spared": false, "words": "", "zh": "条件 2 的值"}, {"name": "range3", "kind": "column", "optional": true, "spared": false, "words": "", "zh": "条件列 3"}, {"name": "value3", "kind": "text", "optional": true, "spared": false, "words": "", "zh": "条件 3 的值"}, {"name": "part", "kind": "text", "optional": true, "spared": false, "words": "", "zh": "total 或 coverage"}]}, {"code": "GRADE", "name": "KPI_GRADE", "office": "GRADE", "service": false, "arguments": [{"name": "total", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "总分"}, {"name": "vetoes", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "突破的否决项个数"}, {"name": "grades", "kind": "table", "optional": true, "spared": false, "words": "", "zh": "两列"}]}, {"code": "DUE", "name": "KPI_DUE", "office": "DUE", "service": false, "arguments": [{"name": "target", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "期间目标"}, {"name": "share", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "应达比例"}, {"name": "start", "kind": "date", "optional": true, "spared": true, "words": "", "zh": "期间首日"}, {"name": "end", "kind": "date", "optional": true, "spared": true, "words": "", "zh": "期间末日"}, {"name": "covered", "kind": "date", "optional": true, "spared": true, "words": "", "zh": "数据完整到哪一天"}]}, {"code": "TARGET", "name": "KPI_TARGET", "office": "TARGET", "service": false, "arguments": [{"name": "target", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "月目标"}, {"name": "month", "kind": "date", "optional": false, "spared": false, "words": "", "zh": "该月任一天"}, {"name": "week", "kind": "date", "optional": false, "spared": false, "words": "", "zh": "该周任一天"}, {"name": "decimals", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "小数位"}, {"name": "factors", "kind": "column", "optional": true, "spared": false, "words": "", "zh": "该月每日权重"}, {"name": "week_start", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "周起始"}]}, {"code": "FX", "name": "KPI_FX", "office": "EXCHANGE", "service": false, "arguments": [{"name": "amount", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "金额"}, {"name": "given", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "原货币，例如 EUR"}, {"name": "wanted", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "目标货币，例如 USD"}, {"name": "rates", "kind": "table", "optional": false, "spared": false, "words": "", "zh": "两列"}]}, {"code": "BONUS", "name": "KPI_BONUS", "office": "BONUS", "service": false, "arguments": [{"name": "method", "kind": "word", "optional": false, "spared": false, "words": "pay_method", "zh": "发放方法"}, {"name": "total", "kind": "number", "optional": false, "spared": false, "words": "", "zh": "总分"}, {"name": "coefficient", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "等级系数"}, {"name": "base", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "奖金基数"}, {"name": "amount", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "计提额"}, {"name": "goal", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "计提额目标"}, {"name": "p1", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "计分参数 1"}, {"name": "p2", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "计分参数 2"}, {"name": "p3", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "计分参数 3"}, {"name": "p4", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "计分参数 4"}, {"name": "ladder", "kind": "table", "optional": true, "spared": false, "words": "", "zh": "三列"}, {"name": "attendance", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "出勤比例"}, {"name": "cap", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "最多几个基数"}, {"name": "vetoes", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "否决项个数"}, {"name": "currency", "kind": "text", "optional": true, "spared": false, "words": "", "zh": "发薪货币"}, {"name": "team", "kind": "number", "optional": true, "spared": true, "words": "", "zh": "团队分配的本人份额"}, {"name": "rules", "kind": "column", "optional": true, "spared": false, "words": "", "zh": "阶梯各行所属规则"}, {"name": "rule", "kind": "text", "optional": true, "spared": false, "words": "", "zh": "只用该规则的阶梯行"}]}, {"code": "ACTUAL", "name": "KPI_ACTUAL", "office": "ACTUAL", "service": true, "arguments": [{"name": "kpi", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "指标编号或名称"}, {"name": "scope", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "范围"}, {"name": "period", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "期间，例如 2026-10"}]}, {"code": "WHY", "name": "KPI_WHY", "office": "WHY", "service": true, "arguments": [{"name": "kpi", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "指标编号或名称"}, {"name": "scope", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "范围"}, {"name": "period", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "期间，例如 2026-10"}, {"name": "top", "kind": "number", "optional": true, "spared": false, "words": "", "zh": "几行"}]}, {"code": "SOURCE", "name": "KPI_SOURCE", "office": "SOURCE", "service": true, "arguments": [{"name": "kpi", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "指标编号或名称"}, {"name": "scope", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "范围"}, {"name": "period", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "期间，例如 2026-10"}]}, {"code": "FORECAST", "name": "KPI_FORECAST", "office": "FORECAST", "service": true, "arguments": [{"name": "kpi", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "指标编号或名称"}, {"name": "scope", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "范围"}, {"name": "period", "kind": "text", "optional": false, "spared": false, "words": "", "zh": "期间，例如 2026-10"}]}],
  words: {"better": [["higher", "越高越好", "Higher"], ["lower", "越低越好", "Lower"], ["band", "区间", "Band"]], "bound": [["strict", "严格", "Strict"], ["inclusive", "含等于", "Inclusive"]], "missing": [["exclude", "不计并折算", "Exclude"], ["last_value", "用上期值", "Last value"], ["same_period_last_year", "用去年同期", "Same period last year"], ["substitute", "用替代值", "Substitute"], ["zero", "按零计", "Zero"], ["block", "不出总分", "Block"]], "status": [["ok", "● 正常", "● OK"], ["warn", "▲ 关注", "▲ Warn"], ["breach", "■ 突破", "■ Breach"], ["no_data", "○ 无数", "○ No data"]], "data_state": [["complete", "● 完整", "● Complete"], ["partial", "◇ 部分", "◇ Partial"], ["stale", "◇ 过期", "◇ Stale"], ["missing", "○ 缺失", "○ Missing"], ["few", "○ 样本不足", "○ Too few"], ["not_applicable", "– 不适用", "– Not applicable"], ["manual", "✎ 手工", "✎ By hand"], ["typed_over", "≠ 被改写", "≠ Typed over"]], "due_basis": [["linear", "按日", "Linear"], ["seasonal", "按季节", "Seasonal"], ["target", "目标值", "Target"]], "pay_method": [["coef_bonus", "基数×等级系数", "Base x coefficient"], ["direct", "基数×总分", "Base x total"], ["payout_curve", "达成曲线", "Payout curve"], ["ladder", "阶梯（分段计）", "Ladder, by slice"], ["ladder_whole", "阶梯（全额计）", "Ladder, whole amount"], ["accelerate", "超额加速提成", "Accelerated commission"], ["coef_commission", "利润系数提成", "Profit commission"], ["team_split", "团队分配", "Team split"]], "method": [["ratio_up", "越高越好", "Higher is better"], ["mirror_down", "越低越好", "Lower is better"], ["band", "区间最佳", "Best in a band"], ["range", "最差到最好", "Worst to best"], ["zero_defect", "零容忍", "Zero tolerance"], ["yes_no", "是/否", "Yes/No"], ["ratio_down", "反比（目标÷实际）", "Inverse ratio"], ["baseline", "基线进度", "From a baseline"], ["step_pct", "步进加减分", "Points per step"], ["goal_redflag", "目标与红线", "Goal and red flag"], ["knots", "折线", "Line through knots"], ["anchors", "锚点", "Anchors"], ["goal_only", "达标", "Goal only"], ["tiers", "阶梯", "Tiers"], ["matrix", "目标矩阵", "Goal matrix"], ["points", "扣分项", "Points with misses"], ["coef_step", "系数法", "Step coefficient"], ["manual", "主观评分", "Typed by hand"]]},
  aliases: {"better": {"higher is better": "higher", "lower is better": "lower", "区间最佳": "band"}},
  marks: "●▲■○◇✎≠…– ",
  lastDay: 2958465,
  mostPoints: 999.0,
  mostDecimals: 4,
  leastCoverage: 0.7,
  paced: ["linear", "seasonal"],
  defaults: {"ratio_up": {}, "ratio_down": {}, "mirror_down": {}, "baseline": {}, "range": {}, "band": {}, "zero_defect": {"p1": 20.0}, "yes_no": {"p1": 1.0}, "goal_only": {"p1": 1.0}, "step_pct": {"p1": 5.0, "p2": 5.0, "p3": 1.0, "p4": 0.0}, "goal_redflag": {}, "knots": {}, "anchors": {}, "tiers": {"p1": 80.0, "p2": 90.0, "p3": 100.0, "p4": 110.0}, "matrix": {"p3": 50.0, "p4": 150.0}, "points": {"p1": 100.0, "p2": 2.0, "p3": 1.0}, "coef_step": {"p3": 0.1, "p4": 1.0}, "manual": {}},
  payDefaults: {"payout_curve": [0.7, 1.0, 2.0, 0.0], "accelerate": [null, 1.2, 1.5, null], "coef_commission": [0.1, null, null, null]},
  payNeeds: {"coef_bonus": ["base", "coefficient"], "direct": ["base"], "payout_curve": ["base"], "ladder": ["net", "step1"], "ladder_whole": ["net", "step1"], "accelerate": ["net", "step2"], "coef_commission": ["net"]},
  mostBands: 8,
  stepWays: {"tiers": [0.0, 0.0], "matrix": [1.0, 0.0], "knots": [1.0, 1.0]},
  withoutCents: ["ISK", "JPY", "KRW"],
  scores: {
    "ratio_up": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.gt(target, 0), KPI.n.div(KPI.n.mul(100, actual), target)))), 9) + 0,
    "ratio_down": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.ge(target, 0), KPI.n.IF(KPI.n.gt(actual, 0), KPI.n.div(KPI.n.mul(100, target), actual), KPI.n.IF(KPI.n.AND(KPI.n.eq(actual, 0), KPI.n.ISKNOWN(cap)), cap))))), 9) + 0,
    "mirror_down": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.gt(target, 0), KPI.n.mul(100, KPI.n.sub(2, KPI.n.div(actual, target)))))), 9) + 0,
    "baseline": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1)), KPI.n.div(KPI.n.mul(100, KPI.n.sub(actual, p1)), KPI.n.sub(target, p1))))), 9) + 0,
    "range": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1), KPI.n.ISKNOWN(p2)), KPI.n.div(KPI.n.mul(100, KPI.n.sub(p1, KPI.n.MIN(KPI.n.MAX(actual, KPI.n.MIN(p1, p2)), KPI.n.MAX(p1, p2)))), KPI.n.sub(p1, p2))))), 9) + 0,
    "band": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1), KPI.n.ISKNOWN(p2), KPI.n.ISKNOWN(p3), KPI.n.ISKNOWN(p4)), KPI.n.IF(KPI.n.lt(actual, p1), KPI.n.div(KPI.n.mul(100, KPI.n.sub(actual, KPI.n.sub(p1, p3))), p3), KPI.n.IF(KPI.n.gt(actual, p2), KPI.n.div(KPI.n.mul(100, KPI.n.sub(KPI.n.add(p2, p4), actual)), p4), 100))))), 9) + 0,
    "zero_defect": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1)), KPI.n.IF(KPI.n.ge(actual, 0), KPI.n.IF(KPI.n.eq(actual, 0), 100, KPI.n.MAX(0, KPI.n.sub(100, KPI.n.mul(p1, actual)))))))), 9) + 0,
    "yes_no": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1)), KPI.n.IF(KPI.n.eq(actual, p1), 100, 0)))), 9) + 0,
    "goal_only": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1)), KPI.n.IF(KPI.n.ge(KPI.n.mul(p1, actual), KPI.n.mul(p1, target)), 100, 0)))), 9) + 0,
    "step_pct": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1), KPI.n.ISKNOWN(p2), KPI.n.ISKNOWN(p3), KPI.n.ISKNOWN(p4)), KPI.n.IF(KPI.n.gt(target, 0), KPI.n.add(100, KPI.n.mul(KPI.n.mul(p2, p3), KPI.n.IF(KPI.n.eq(p4, 1), KPI.n.mul(KPI.n.IF(KPI.n.lt(actual, target), -(1), 1), KPI.n.FLOOR(KPI.n.ROUND(KPI.n.div(KPI.n.mul(KPI.n.div(KPI.n.ABS(KPI.n.sub(actual, target)), target), 100), p1), 9))), KPI.n.div(KPI.n.mul(KPI.n.div(KPI.n.sub(actual, target), target), 100), p1)))))))), 9) + 0,
    "goal_redflag": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1)), KPI.n.div(KPI.n.mul(100, KPI.n.MIN(10, KPI.n.MAX(0, KPI.n.add(KPI.n.div(10, 3), KPI.n.div(KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p1), KPI.n.sub(target, p1)), 10), 3))))), 10)))), 9) + 0,
    "knots": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1), KPI.n.ISKNOWN(p2), KPI.n.ISKNOWN(p3)), KPI.n.IF(KPI.n.lt(p1, p3), KPI.n.IF(KPI.n.lt(actual, p1), 0, KPI.n.IF(KPI.n.lt(actual, p2), KPI.n.add(0, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p1), KPI.n.sub(p2, p1)), KPI.n.sub(50, 0))), KPI.n.IF(KPI.n.lt(actual, p3), KPI.n.add(50, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p2), KPI.n.sub(p3, p2)), KPI.n.sub(100, 50))), 100))), KPI.n.IF(KPI.n.gt(actual, p1), 0, KPI.n.IF(KPI.n.gt(actual, p2), KPI.n.add(0, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p1), KPI.n.sub(p2, p1)), KPI.n.sub(50, 0))), KPI.n.IF(KPI.n.gt(actual, p3), KPI.n.add(50, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p2), KPI.n.sub(p3, p2)), KPI.n.sub(100, 50))), 100))))))), 9) + 0,
    "anchors": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1), KPI.n.ISKNOWN(p2), KPI.n.ISKNOWN(p3), KPI.n.ISKNOWN(p4)), KPI.n.IF(KPI.n.lt(p1, p4), KPI.n.IF(KPI.n.lt(actual, p1), 0, KPI.n.IF(KPI.n.lt(actual, p1), 25, KPI.n.IF(KPI.n.lt(actual, p2), KPI.n.add(25, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p1), KPI.n.sub(p2, p1)), KPI.n.sub(50, 25))), KPI.n.IF(KPI.n.lt(actual, p3), KPI.n.add(50, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p2), KPI.n.sub(p3, p2)), KPI.n.sub(75, 50))), KPI.n.IF(KPI.n.lt(actual, p4), KPI.n.add(75, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p3), KPI.n.sub(p4, p3)), KPI.n.sub(100, 75))), 100))))), KPI.n.IF(KPI.n.gt(actual, p1), 0, KPI.n.IF(KPI.n.gt(actual, p1), 25, KPI.n.IF(KPI.n.gt(actual, p2), KPI.n.add(25, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p1), KPI.n.sub(p2, p1)), KPI.n.sub(50, 25))), KPI.n.IF(KPI.n.gt(actual, p3), KPI.n.add(50, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p2), KPI.n.sub(p3, p2)), KPI.n.sub(75, 50))), KPI.n.IF(KPI.n.gt(actual, p4), KPI.n.add(75, KPI.n.mul(KPI.n.div(KPI.n.sub(actual, p3), KPI.n.sub(p4, p3)), KPI.n.sub(100, 75))), 100))))))))), 9) + 0,
    "tiers": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1), KPI.n.ISKNOWN(p2), KPI.n.ISKNOWN(p3), KPI.n.ISKNOWN(p4)), KPI.n.IF(KPI.n.gt(target, 0), KPI.n.IF(KPI.n.lt(p1, p4), KPI.n.IF(KPI.n.lt(KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9), p1), 0, KPI.n.IF(KPI.n.lt(KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9), p2), 50, KPI.n.IF(KPI.n.lt(KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9), p3), 80, KPI.n.IF(KPI.n.lt(KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9), p4), 100, 120)))), KPI.n.IF(KPI.n.gt(KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9), p1), 0, KPI.n.IF(KPI.n.gt(KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9), p2), 50, KPI.n.IF(KPI.n.gt(KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9), p3), 80, KPI.n.IF(KPI.n.gt(KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9), p4), 100, 120))))))))), 9) + 0,
    "matrix": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1), KPI.n.ISKNOWN(p2), KPI.n.ISKNOWN(p3), KPI.n.ISKNOWN(p4)), KPI.n.IF(KPI.n.lt(p1, p2), KPI.n.IF(KPI.n.lt(actual, p1), 0, KPI.n.IF(KPI.n.lt(actual, target), p3, KPI.n.IF(KPI.n.lt(actual, p2), 100, p4))), KPI.n.IF(KPI.n.gt(actual, p1), 0, KPI.n.IF(KPI.n.gt(actual, target), p3, KPI.n.IF(KPI.n.gt(actual, p2), 100, p4))))))), 9) + 0,
    "points": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1), KPI.n.ISKNOWN(p2), KPI.n.ISKNOWN(p3)), KPI.n.MAX(0, KPI.n.sub(p1, KPI.n.mul(p2, KPI.n.MAX(0, KPI.n.sub(actual, p3)))))))), 9) + 0,
    "coef_step": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.AND(KPI.n.ISKNOWN(p1), KPI.n.ISKNOWN(p2), KPI.n.ISKNOWN(p3), KPI.n.ISKNOWN(p4)), KPI.n.mul(100, KPI.n.MIN(1, KPI.n.MAX(0, KPI.n.sub(1, KPI.n.mul(p3, KPI.n.IF(KPI.n.eq(p4, 1), KPI.n.FLOOR(KPI.n.ROUND(KPI.n.MAX(0, KPI.n.div(KPI.n.sub(actual, p1), p2)), 9)), KPI.n.MAX(0, KPI.n.div(KPI.n.sub(actual, p1), p2))))))))))), 9) + 0,
    "manual": (actual, target, p1, p2, p3, p4, cap, floor) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, actual)), 9) + 0,
  },
  steps: (actual, target, p1, p2, p3, p4, cap, floor, points0, from1, points1, from2, points2, from3, points3, from4, points4, from5, points5, from6, points6, from7, points7) => KPI.n.ROUND(KPI.n.MIN(KPI.n.IF(KPI.n.ISKNOWN(cap), cap, 99999), KPI.n.MAX(floor, KPI.n.IF(KPI.n.ISKNOWN(from1), KPI.n.IF(KPI.n.gt(KPI.n.IF(KPI.n.eq(p1, 1), 1, target), 0), KPI.n.IF(KPI.n.lt(KPI.n.mul(p4, KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9))), KPI.n.mul(p4, from1)), points0, KPI.n.IF(KPI.n.ISKNOWN(from2), KPI.n.IF(KPI.n.OR(KPI.n.lt(KPI.n.mul(p4, KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9))), KPI.n.mul(p4, from2)), KPI.n.AND(KPI.n.eq(p3, 1), KPI.n.NOT(KPI.n.ISKNOWN(from3)))), KPI.n.IF(KPI.n.eq(p2, 1), KPI.n.add(points1, KPI.n.mul(KPI.n.div(KPI.n.sub(KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9)), from1), KPI.n.sub(from2, from1)), KPI.n.sub(points2, points1))), points1), KPI.n.IF(KPI.n.ISKNOWN(from3), KPI.n.IF(KPI.n.OR(KPI.n.lt(KPI.n.mul(p4, KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9))), KPI.n.mul(p4, from3)), KPI.n.AND(KPI.n.eq(p3, 1), KPI.n.NOT(KPI.n.ISKNOWN(from4)))), KPI.n.IF(KPI.n.eq(p2, 1), KPI.n.add(points2, KPI.n.mul(KPI.n.div(KPI.n.sub(KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9)), from2), KPI.n.sub(from3, from2)), KPI.n.sub(points3, points2))), points2), KPI.n.IF(KPI.n.ISKNOWN(from4), KPI.n.IF(KPI.n.OR(KPI.n.lt(KPI.n.mul(p4, KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9))), KPI.n.mul(p4, from4)), KPI.n.AND(KPI.n.eq(p3, 1), KPI.n.NOT(KPI.n.ISKNOWN(from5)))), KPI.n.IF(KPI.n.eq(p2, 1), KPI.n.add(points3, KPI.n.mul(KPI.n.div(KPI.n.sub(KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9)), from3), KPI.n.sub(from4, from3)), KPI.n.sub(points4, points3))), points3), KPI.n.IF(KPI.n.ISKNOWN(from5), KPI.n.IF(KPI.n.OR(KPI.n.lt(KPI.n.mul(p4, KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9))), KPI.n.mul(p4, from5)), KPI.n.AND(KPI.n.eq(p3, 1), KPI.n.NOT(KPI.n.ISKNOWN(from6)))), KPI.n.IF(KPI.n.eq(p2, 1), KPI.n.add(points4, KPI.n.mul(KPI.n.div(KPI.n.sub(KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9)), from4), KPI.n.sub(from5, from4)), KPI.n.sub(points5, points4))), points4), KPI.n.IF(KPI.n.ISKNOWN(from6), KPI.n.IF(KPI.n.OR(KPI.n.lt(KPI.n.mul(p4, KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9))), KPI.n.mul(p4, from6)), KPI.n.AND(KPI.n.eq(p3, 1), KPI.n.NOT(KPI.n.ISKNOWN(from7)))), KPI.n.IF(KPI.n.eq(p2, 1), KPI.n.add(points5, KPI.n.mul(KPI.n.div(KPI.n.sub(KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9)), from5), KPI.n.sub(from6, from5)), KPI.n.sub(points6, points5))), points5), KPI.n.IF(KPI.n.ISKNOWN(from7), KPI.n.IF(KPI.n.OR(KPI.n.lt(KPI.n.mul(p4, KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9))), KPI.n.mul(p4, from7)), KPI.n.eq(p3, 1)), KPI.n.IF(KPI.n.eq(p2, 1), KPI.n.add(points6, KPI.n.mul(KPI.n.div(KPI.n.sub(KPI.n.IF(KPI.n.eq(p1, 1), actual, KPI.n.ROUND(KPI.n.div(KPI.n.mul(100, actual), target), 9)), from6), KPI.n.sub(from7, from6)), KPI.n.sub(points7, points6))), points6), points7), points6)), points5)), points4)), points3)), points2)), points1)))))), 9) + 0,
  pay: {
    "coef_bonus": (v) => KPI.out(KPI.mul(v.value("base"), v.value("coefficient"))),
    "direct": (v) => KPI.out(KPI.div(KPI.mul(v.value("base"), v.value("total")), 100)),
    "payout_curve": (v) => KPI.out(KPI.IF(KPI.lt(v.value("reached"), v.value("p1")), () => 0, () => KPI.IF(KPI.gt(v.value("reached"), 1), () => KPI.MIN(KPI.mul(v.value("p3"), v.value("base")), KPI.mul(v.value("base"), KPI.add(1, KPI.mul(KPI.sub(v.value("reached"), 1), v.value("p2"))))), () => KPI.mul(KPI.MIN(v.value("p3"), KPI.add(v.value("p4"), KPI.mul(KPI.div(KPI.sub(v.value("reached"), v.value("p1")), KPI.sub(1, v.value("p1"))), KPI.sub(1, v.value("p4"))))), v.value("base"))))),
    "coef_commission": (v) => KPI.out(KPI.mul(KPI.mul(KPI.MAX(0, v.value("net")), v.value("p1")), v.value("reached"))),
  },
  attain: (v) => KPI.out(KPI.IF(KPI.gt(v.value("target"), 0), () => KPI.IF(KPI.eq(v.value("inverse"), 1), () => KPI.R(KPI.div(v.value("target"), v.value("actual"))), () => KPI.IF(KPI.lt(v.value("sign"), 0), () => KPI.R(KPI.sub(2, KPI.div(v.value("actual"), v.value("target")))), () => KPI.R(KPI.div(v.value("actual"), v.value("target"))))))),
  status: (v) => KPI.out(KPI.IF(KPI.ISKNOWN(KPI.IF(KPI.eq(v.value("around"), 1), () => KPI.ROUND(KPI.ABS(KPI.sub(v.value("actual"), v.value("due"))), 9), () => KPI.IF(KPI.eq(v.value("paced"), 1), () => KPI.IF(KPI.gt(v.value("due"), 0), () => KPI.ROUND(KPI.div(v.value("actual"), v.value("due")), 9)), () => v.value("actual")))), () => KPI.IF(KPI.IF(KPI.ISKNOWN(v.value("breach")), () => KPI.IF(KPI.ISKNOWN(v.value("breach_low")), () => KPI.IF(KPI.eq(v.value("inclusive"), 1), () => KPI.IF(KPI.ge(v.value("actual"), v.value("breach")), () => 1, () => KPI.le(v.value("actual"), v.value("breach_low"))), () => KPI.IF(KPI.gt(v.value("actual"), v.value("breach")), () => 1, () => KPI.lt(v.value("actual"), v.value("breach_low")))), () => KPI.IF(KPI.eq(v.value("inclusive"), 1), () => KPI.ge(KPI.mul(v.value("worse"), KPI.IF(KPI.eq(v.value("around"), 1), () => KPI.ROUND(KPI.ABS(KPI.sub(v.value("actual"), v.value("due"))), 9), () => KPI.IF(KPI.eq(v.value("paced"), 1), () => KPI.IF(KPI.gt(v.value("due"), 0), () => KPI.ROUND(KPI.div(v.value("actual"), v.value("due")), 9)), () => v.value("actual")))), KPI.mul(v.value("worse"), KPI.IF(KPI.eq(v.value("around"), 1), () => KPI.ROUND(KPI.sub(v.value("breach"), v.value("due")), 9), () => v.value("breach")))), () => KPI.gt(KPI.mul(v.value("worse"), KPI.IF(KPI.eq(v.value("around"), 1), () => KPI.ROUND(KPI.ABS(KPI.sub(v.value("actual"), v.value("due"))), 9), () => KPI.IF(KPI.eq(v.value("paced"), 1), () => KPI.IF(KPI.gt(v.value("due"), 0), () => KPI.ROUND(KPI.div(v.value("actual"), v.value("due")), 9)), () => v.value("actual")))), KPI.mul(v.value("worse"), KPI.IF(KPI.eq(v.value("around"), 1), () => KPI.ROUND(KPI.sub(v.value("breach"), v.value("due")), 9), () => v.value("breach")))))), () => 0), () => "breach", () => KPI.IF(KPI.IF(KPI.ISKNOWN(v.value("warn")), () => KPI.IF(KPI.ISKNOWN(v.value("warn_low")), () => KPI.IF(KPI.eq(v.value("inclusive"), 1), () => KPI.IF(KPI.ge(v.value("actual"), v.value("warn")), () => 1, () => KPI.le(v.value("actual"), v.value("warn_low"))), () => KPI.IF(KPI.gt(v.value("actual"), v.value("warn")), () => 1, () => KPI.lt(v.value("actual"), v.value("warn_low")))), () => KPI.IF(KPI.eq(v.value("inclusive"), 1), () => KPI.ge(KPI.mul(v.value("worse"), KPI.IF(KPI.eq(v.value("around"), 1), () => KPI.ROUND(KPI.ABS(KPI.sub(v.value("actual"), v.value("due"))), 9), () => KPI.IF(KPI.eq(v.value("paced"), 1), () => KPI.IF(KPI.gt(v.value("due"), 0), () => KPI.ROUND(KPI.div(v.value("actual"), v.value("due")), 9)), () => v.value("actual")))), KPI.mul(v.value("worse"), KPI.IF(KPI.eq(v.value("around"), 1), () => KPI.ROUND(KPI.sub(v.value("warn"), v.value("due")), 9), () => v.value("warn")))), () => KPI.gt(KPI.mul(v.value("worse"), KPI.IF(KPI.eq(v.value("around"), 1), () => KPI.ROUND(KPI.ABS(KPI.sub(v.value("actual"), v.value("due"))), 9), () => KPI.IF(KPI.eq(v.value("paced"), 1), () => KPI.IF(KPI.gt(v.value("due"), 0), () => KPI.ROUND(KPI.div(v.value("actual"), v.value("due")), 9)), () => v.value("actual")))), KPI.mul(v.value("worse"), KPI.IF(KPI.eq(v.value("around"), 1), () => KPI.ROUND(KPI.sub(v.value("warn"), v.value("due")), 9), () => v.value("warn")))))), () => 0), () => "warn", () => "ok")), () => "no_data")),
  grade: (v) => KPI.out(KPI.IF(KPI.gt(v.value("vetoes"), 0), () => KPI.IF(KPI.ISKNOWN(v.value("total")), () => "D"), () => KPI.IF(KPI.ge(v.value("total"), 110), () => "S", () => KPI.IF(KPI.ge(v.value("total"), 100), () => "A", () => KPI.IF(KPI.ge(v.value("total"), 85), () => "B", () => KPI.IF(KPI.ge(v.value("total"), 70), () => "C", () => "D")))))),
};
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
