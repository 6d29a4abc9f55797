// The client of the service: one place for addresses, deadlines, errors and the batch of the functions.
import { both } from "./texts.js";

/** What went wrong, for a person: kind is offline, slow, expired, refused, busy, stale, failed or cancelled. */
export class ServiceError extends Error {
  constructor(kind, texts, more = {}) {
    super(texts.en);
    this.kind = kind;
    this.texts = texts;
    Object.assign(this, more);
  }
}

const DEADLINE = 20_000; // ms for one request
const LONG = 60_000; // for a whole book on its way
const AGAIN = [400, 1200]; // ms before an order is sent once more whose answer was lost
const PATIENCE = [400, 800, 1500, 3000, 5000]; // ms before each new try of a poll that failed
const RUN_MOST = 600_000; // ms that a run may take

export class Service {
  constructor({ base = "", token = "", fetch = (address, options) => globalThis.fetch(address, options) } = {}) {
    this.base = base;
    this.token = token;
    this.fetch = fetch;
  }

  /**
   * @param {string} path
   * @param {{body?: any, signal?: AbortSignal, deadline?: number, key?: string, read?: (answer: Response) => Promise<any>}} [options]
   */
  async ask(path, { body, signal, deadline = DEADLINE, key, read = (answer) => answer.json() } = {}) {
    if (!this.token && path !== "/health") throw new ServiceError("expired", both("expired"));
    const control = new AbortController();
    const stop = () => control.abort();
    if (signal?.aborted) throw new ServiceError("cancelled", both("cancelled"));
    signal?.addEventListener("abort", stop);
    let late = false;
    const timer = setTimeout(() => { late = true; stop(); }, deadline);
    try {
      const answer = await this.fetch(this.base + path, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(key ? { "Idempotency-Key": key } : {}),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: control.signal, cache: "no-store", credentials: "omit", redirect: "error",
      });
      const told = await (answer.ok ? read(answer) : answer.json()).catch((error) => { if (control.signal.aborted) throw error; return null; });
      if (answer.ok && told !== null) return { told, date: answer.headers.get("Date") };
      throw refused(answer, told);
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      if (signal?.aborted) throw new ServiceError("cancelled", both("cancelled"));
      if (late) throw new ServiceError("slow", both("slow", { seconds: deadline / 1000 }));
      throw new ServiceError("offline", both("offline"));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** @param {{signal?: AbortSignal, deadline?: number}} [options] */
  async get(path, options) { return (await this.ask(path, options)).told; }
  /** @param {{signal?: AbortSignal, deadline?: number, key?: string, read?: (answer: Response) => Promise<any>}} [options] */
  async post(path, body, options) { return (await this.ask(path, { ...options, body })).told; }

  health() { return this.ask("/health", { deadline: 5000 }); }
  status() { return this.get("/api/v1/status"); }
  /**
   * Order a refresh; a lost answer is asked for again, and the key of the click gives the same run.
   * @param {object} order
   * @param {{signal?: AbortSignal, key?: string, lost?: (tries: number) => void}} [options]
   */
  async refresh(order, { signal, key, lost = (_n) => {} } = {}) {
    for (let tries = 0; ; tries++) {
      try {
        return await this.post("/api/v1/panes/refresh", order, { signal, key, deadline: LONG });
      } catch (error) {
        if (!key || !isLost(error) || tries >= AGAIN.length) throw error;
        lost(tries + 1);
        await pause(AGAIN[tries], signal);
      }
    }
  }
  run(run, signal) { return this.get(`/api/v1/runs/${encodeURIComponent(run)}`, { signal }); }
  result(run, signal) { return this.get(`/api/v1/runs/${encodeURIComponent(run)}/result`, { signal, deadline: LONG }); }
  /** Stop the refresh of a click, also one whose answer never came. */
  cancel(book, key) { return this.post("/api/v1/panes/cancel", { book, key }); }
  /** `unsure`: a part may stand in the sheet. Said again when the answer is lost: twice is answered alike. */
  async written(run, ok, { unsure = false } = {}) {
    const say = () => this.post(`/api/v1/runs/${encodeURIComponent(run)}/written`, unsure ? { ok, unsure } : { ok });
    return say().catch(async (error) => {
      if (!isLost(error)) throw error;
      await pause(AGAIN[0]);
      return say();
    });
  }
  functions(book, calls, signal, deadline) { return this.post("/api/v1/functions", { book, calls }, { signal, deadline }); }
  explain(question, signal) { return this.post("/api/v1/explain", question, { signal }); }
  whatIf(question, signal) { return this.post("/api/v1/whatif", question, { signal }); }
  setup(order) { return this.post("/api/v1/panes/setup", order); }
  plan(order) { return this.post("/api/v1/panes/plan", order); }
  propose(order) { return this.post("/api/v1/panes/propose", order); }
  review(order) { return this.post("/api/v1/panes/review", order, { deadline: LONG }); }
  /** A person's file: {blob, name, problems}. */
  share(order) { return this.post("/api/v1/panes/share", order, { deadline: LONG, read: fileOf }); }
  packs() { return this.get("/api/v1/packs"); }
  pack(order) { return this.post("/api/v1/panes/pack", order, { deadline: LONG }); }
  convert(order) { return this.post("/api/v1/panes/convert", order, { deadline: LONG }); }

  /** Poll a run to its end; a lost connection is tried again before it counts. */
  async wait(run, { signal, step, lost, sleep = pause }) {
    const until = Date.now() + RUN_MOST;
    let failures = 0, looks = 0;
    for (;;) {
      let state;
      try {
        state = await this.run(run, signal);
        failures = 0;
      } catch (error) {
        if (!passes(error) || failures >= PATIENCE.length) throw error;
        lost(failures + 1);
        await sleep(PATIENCE[failures++], signal);
        continue;
      }
      if (state.state === "done") return;
      if (state.state === "cancelled") throw new ServiceError("cancelled", both("cancelled"));
      if (state.state !== "queued" && state.state !== "running") throw new ServiceError("refused", state.problem ?? both("runFailed"));
      step(state.step ?? null);
      if (Date.now() > until) throw new ServiceError("slow", both("slow", { seconds: RUN_MOST / 1000 }));
      await sleep(Math.min(100 + 50 * looks++, 1000), signal); // quick at first, gentle to a long run
    }
  }
}

const isLost = (error) => error.kind === "offline" || error.kind === "slow";

/** What a second try may mend: no connection, no answer in time, too many calls. */
const passes = (error) => isLost(error) || error.status === 429;

export const pause = (ms, signal) => new Promise((resolve, reject) => {
  const stop = () => { clearTimeout(timer); reject(new ServiceError("cancelled", both("cancelled"))); };
  const timer = setTimeout(() => { signal?.removeEventListener("abort", stop); resolve(); }, ms);
  signal?.addEventListener("abort", stop, { once: true });
});

/** A file that an answer holds, under the name that the service gave it. */
async function fileOf(answer) {
  const named = /filename\*=UTF-8''([^;]+)/i.exec(answer.headers.get("Content-Disposition") ?? "");
  const problems = JSON.parse(decodeURIComponent(answer.headers.get("KPI-Remarks") ?? "[]"));
  return { blob: await answer.blob(), name: named ? decodeURIComponent(named[1]) : "KPI.xlsx", problems };
}

/** The error of an answer that is not 2xx; the service's own sentence is kept. */
function refused(answer, told) {
  const texts = told?.error?.zh ? told.error : told?.zh ? { zh: told.zh, en: told.en } : null;
  if (answer.status === 401) return new ServiceError("expired", both("expired"));
  if (answer.status === 409) {
    const busy = both("busy", { who: told?.who ?? "?", since: told?.since ?? "?" });
    const kind = ["stale", "busy", "cancelled"].includes(told?.reason) ? told.reason : "refused";
    return new ServiceError(kind, texts ?? busy, { revision: told?.revision });
  }
  if (answer.status < 500 && texts) return new ServiceError("refused", texts, { status: answer.status });
  return new ServiceError("failed", texts ?? both("failed"), { status: answer.status });
}

// --- the functions that the service answers -------------------------------------------------------

const MOST_CALLS = 5000;
const GATHER = 100; // ms in which the cells of one recalculation gather
const FRESH = 300_000; // ms for which an answer is not asked for again
const SAVE_AFTER = 1000; // ms after answers came
const SAVE_MOST = 700_000; // characters of a book's answers; a browser keeps 5 MB for all
const KNOWN_MOST = 200_000; // answers that are remembered

/** One request for all cells of a recalculation; the same question twice is one slot. */
export class Answers {
  service; book; gather; deadline; fresh; changed; save;
  later = 5000; // ms after which a refused request is sent again

  /** `saved` are pairs of an earlier session: last known values, until the service gives new ones to `save`. */
  constructor({ service, book, gather = GATHER, deadline = DEADLINE, fresh = FRESH, changed = (_answers) => {}, saved = [], save = (_pairs) => {} }) {
    Object.assign(this, { service, book, gather, deadline, fresh, changed, save });
    this.revision = null;
    this.known = new Map(saved.map(([key, answer]) => [key, { answer, revision: "saved", at: 0 }])); // key -> {answer, revision, at}
    this.saving = null;
    this.slots = new Map(); // key -> slot that waits or is on its way
    this.waiting = [];
    this.stale = new Set(); // keys whose cells show an old value
    this.timer = null;
    this.asked = 0;
  }

  /** Facts may have changed: what is known is from now on only the last known. */
  renew() { this.revision = null; }

  /** {promise, cancel}; the promise gives {answer, stale}. */
  ask(call) {
    this.asked++;
    const key = JSON.stringify(call), known = this.known.get(key);
    if (known && known.revision === this.revision && Date.now() - known.at < this.fresh) {
      return { promise: Promise.resolve({ answer: known.answer, stale: false }), cancel: () => {} };
    }
    let slot = this.slots.get(key);
    if (!slot) {
      slot = { key, call, waiters: new Set(), batch: null };
      this.slots.set(key, slot);
      this.waiting.push(slot);
      this.timer ??= setTimeout(() => this.send(), this.gather);
    }
    let waiter;
    const promise = new Promise((resolve, reject) => { waiter = { resolve, reject }; });
    slot.waiters.add(waiter);
    return { promise, cancel: () => this.leave(slot, waiter) };
  }

  /** A cell that nobody waits for any more; a request without any is stopped. */
  leave(slot, waiter) {
    slot.waiters.delete(waiter);
    waiter.reject(new ServiceError("cancelled", both("cancelled")));
    if (slot.waiters.size) return;
    if (this.slots.get(slot.key) === slot) this.slots.delete(slot.key);
    if (!slot.batch) { this.waiting = this.waiting.filter((one) => one !== slot); return; }
    if (slot.batch.slots.every((one) => !one.waiters.size)) slot.batch.control.abort();
  }

  send() {
    this.timer = null;
    const all = this.waiting;
    this.waiting = [];
    for (let n = 0; n < all.length; n += MOST_CALLS) this.request(all.slice(n, n + MOST_CALLS));
  }

  async request(slots) {
    const batch = { slots, control: new AbortController() };
    for (const slot of slots) slot.batch = batch;
    try {
      const told = await this.answered(slots, batch.control.signal);
      this.revision = told.revision;
      slots.forEach((slot, n) => this.settle(slot, told.answers[n] ?? { error: "na", ...both("noAnswer") }, told.revision));
      this.forget();
      this.saving ??= setTimeout(() => this.keep(), SAVE_AFTER);
    } catch (error) {
      for (const slot of slots) this.fail(slot, error);
    }
    this.changed(this);
  }

  /** One answer for all; told to come later, it comes once more. */
  async answered(slots, signal) {
    const ask = () => this.service.functions(this.book(), slots.map((one) => one.call), signal, this.deadline);
    try {
      return await ask();
    } catch (error) {
      if (error.status !== 429) throw error;
      await pause(this.later, signal);
      return ask();
    }
  }

  settle(slot, answer, revision) {
    if (this.slots.get(slot.key) === slot) this.slots.delete(slot.key);
    this.known.delete(slot.key); // the newest stand last
    this.known.set(slot.key, { answer, revision, at: Date.now() });
    this.stale.delete(slot.key);
    for (const one of slot.waiters) one.resolve({ answer, stale: false });
    slot.waiters.clear();
  }

  fail(slot, error) {
    if (this.slots.get(slot.key) === slot) this.slots.delete(slot.key);
    const known = this.known.get(slot.key);
    const old = known && !known.answer?.error && error.kind !== "cancelled";
    if (old) this.stale.add(slot.key);
    for (const one of slot.waiters) old ? one.resolve({ answer: known.answer, stale: true }) : one.reject(error);
    slot.waiters.clear();
  }

  /** Hand the newest answers on to be kept; what does not fit is asked for again. */
  keep() {
    this.saving = null;
    const pairs = [];
    let size = 0;
    for (const [key, { answer }] of [...this.known].reverse()) {
      if (answer?.error) continue;
      size += key.length + JSON.stringify(answer).length;
      if (size > SAVE_MOST) break;
      pairs.push([key, answer]);
    }
    this.save(pairs.reverse());
  }

  forget() {
    const spare = this.known.size - KNOWN_MOST;
    if (spare <= 0) return;
    for (const key of [...this.known.keys()].slice(0, spare)) this.known.delete(key);
  }
}
