// The road of one refresh in the pane: read, send, wait, fetch, write, tell the service.
import { MovedError, readBook, writeResult, excelError } from "./book.js";
import { bookBase, bookId, bookName, rememberWritten, savedPerson } from "./session.js";
import { ServiceError, pause } from "./service.js";
import { both, language, said, t } from "./texts.js";

const TRIES = 3; // of a book that others write at the same time
const STEPS = 5;
/** Somebody else refreshes this book: ms between two looks, and ms after which it is given up. */
export const BUSY = { every: 3000, most: 120_000 };

export async function order() {
  const read = await readBook();
  if (!Object.keys(read.tables).length) throw new ServiceError("refused", both("notOurs"));
  return { read, body: { book: bookId(), name: bookName(), who: savedPerson(), language: language(), base: bookBase(), ...read } };
}

/** Refresh the open book. `step(n, of, text)` tells how far; `write` false only checks. */
export async function refresh(service, { signal, step, write = true }) {
  const started = performance.now(), state = { rebased: "", waited: 0 };
  for (let tries = 1; ; ) {
    try {
      const done = await once(service, { signal, step, write, rebased: state.rebased });
      return { ...done, seconds: Math.round((performance.now() - started) / 100) / 10 };
    } catch (error) {
      if (error.kind === "busy" && state.waited < BUSY.most) {
        step(2, STEPS, `${said(error.texts)} ${t("busyWait")}`);
        await pause(BUSY.every, signal);
        state.waited += BUSY.every;
        continue;
      }
      const again = error.kind === "stale" || error instanceof MovedError;
      if (!again || tries++ >= TRIES) throw excelError(error);
      if (error.kind === "stale") state.rebased = error.revision ?? "";
      step(1, STEPS, t("stepAgain"));
    }
  }
}

let unended = null; // the click whose end the service may not know of

/** Stop what an earlier click may have left at work. */
async function stop(service, book, key) {
  unended = key;
  await service.cancel(book, key).then(() => { unended = null; }, () => {});
}

async function once(service, { signal, step, write, rebased }) {
  step(1, STEPS, t("stepRead"));
  const { read, body } = await order(), key = crypto.randomUUID();
  if (rebased) Object.assign(body, { rebased });
  if (unended) await stop(service, body.book, unended);
  step(2, STEPS, t("stepSend"));
  let run, result;
  const lost = (n) => step(2, STEPS, t("reconnect", { n }));
  try {
    ({ run } = await service.refresh(body, { signal, key, lost }));
    await service.wait(run, {
      signal,
      step: (told) => step(3, STEPS, told ? `${said(told)} ${told.n}/${told.of}` : t("stepWait"), told),
      lost: (n) => step(3, STEPS, t("reconnect", { n })),
    });
    step(4, STEPS, t("stepFetch"));
    result = await service.result(run, signal);
  } catch (error) {
    if (["cancelled", "slow", "offline", "failed"].includes(error.kind)) await stop(service, body.book, key);
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
    await service.written(run, false, { unsure: error.kind === "notUndone" }).catch(() => {});
    throw error;
  }
  await rememberWritten(result.revision, new Date().toISOString());
  await service.written(run, true).catch(() => {}); // the service frees the book by itself
  return written;
}
