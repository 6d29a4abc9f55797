// The road of one refresh in the pane: read, send, wait, fetch, write, tell the service.
import { MovedError, readBook, writeResult, excelError } from "./book.js";
import { bookBase, bookId, bookName, rememberWritten } from "./session.js";
import { ServiceError } from "./service.js";
import { both, language, said, t } from "./texts.js";

const TRIES = 3; // of a book that others write at the same time
const STEPS = 5;

export async function order() {
  const read = await readBook();
  if (!Object.keys(read.tables).length) throw new ServiceError("refused", both("notOurs"));
  return { read, body: { book: bookId(), name: bookName(), language: language(), base: bookBase(), ...read } };
}

/** Refresh the open book. `step(n, of, text)` tells how far; `write` false only checks. */
export async function refresh(service, { signal, step, write = true }) {
  const started = performance.now();
  let base = null;
  for (let tries = 1; ; tries++) {
    try {
      const done = await once(service, { signal, step, write, base });
      return { ...done, seconds: Math.round((performance.now() - started) / 100) / 10 };
    } catch (error) {
      const again = error.kind === "stale" || error instanceof MovedError;
      if (!again || tries >= TRIES) throw excelError(error);
      base = error.kind === "stale" ? error.revision ?? null : base;
      step(1, STEPS, t("stepAgain"));
    }
  }
}

async function once(service, { signal, step, write, base }) {
  step(1, STEPS, t("stepRead"));
  const { read, body } = await order();
  if (base !== null) body.base = base;
  step(2, STEPS, t("stepSend"));
  const { run } = await service.refresh(body, signal);
  let result;
  try {
    await service.wait(run, {
      signal,
      step: (told) => step(3, STEPS, told ? `${said(told)} ${told.n}/${told.of}` : t("stepWait"), told),
      lost: (n) => step(3, STEPS, t("reconnect", { n })),
    });
    step(4, STEPS, t("stepFetch"));
    result = await service.result(run, signal);
  } catch (error) {
    if (error.kind === "cancelled" || error.kind === "slow") await service.cancel(run).catch(() => {});
    throw error;
  }
  if (!write) {
    await service.written(run, false).catch(() => {});
    return { result, cells: 0, rows: 0 };
  }
  return { result, ...await put(service, run, read, result, step) };
}

/** From here on nothing is cancelled: the write is whole, or undone. */
async function put(service, run, read, result, step) {
  step(5, STEPS, t("stepWrite"));
  let written;
  try {
    written = await writeResult(read, result, (n, of) => step(5, STEPS, t("stepWrite"), { n, of }));
  } catch (error) {
    await service.written(run, false).catch(() => {});
    throw error;
  }
  await rememberWritten(result.revision, new Date().toISOString());
  await service.written(run, true).catch(() => {}); // the service frees the book by itself
  return written;
}
