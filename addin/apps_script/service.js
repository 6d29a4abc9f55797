// Calls to the service: signed with this spreadsheet's key, which stands in the document's properties.
const CODE = "linkstar.code", PERSON = "linkstar.person", FORM = "linkstar-sheets-1";
const SHAPE = /^(https:\/\/[^\s#/]+)#([A-Za-z0-9_-]{43})$/;
const TRIES = 3; // of a call that came too often

/** What went wrong, for a person; kind is offline, refused or failed. */
class ServiceError extends Error {
  constructor(kind, texts, more = {}) {
    super(texts.en);
    Object.assign(this, { kind, texts }, more);
  }
}

/** An error as menu, sidebar and cells show it: the sentence in the reader's language. */
const plain = (error) => new Error(error.texts ? said(error.texts) : error.message);

const parsed = (code) => { const found = SHAPE.exec((code || "").trim()); return found && { address: found[1], key: found[2] }; };
const connection = () => parsed(PropertiesService.getDocumentProperties().getProperty(CODE));

/** Bytes come with a sign, as in Java. */
const hex = (bytes) => bytes.map((one) => ((one + 256) % 256).toString(16).padStart(2, "0")).join("");
const digest = (text) => hex(Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, text, Utilities.Charset.UTF_8));

/** The headers of a signed call; `sync_service/sheets/signing.py` makes the same text. */
function signed(method, path, payload, key) {
  const sheet = SpreadsheetApp.getActive().getId(), nonce = Utilities.getUuid(), time = String(Math.floor(Date.now() / 1000));
  const lines = [FORM, method, path, sheet, VERSION, time, nonce, digest(payload)];
  return {
    "X-LinkStar-Sheet": sheet, "X-LinkStar-Version": VERSION, "X-LinkStar-Time": time, "X-LinkStar-Nonce": nonce,
    "X-LinkStar-Signature": hex(Utilities.computeHmacSha256Signature(lines.join("\n"), key, Utilities.Charset.UTF_8)),
  };
}

/** One call; `body` left out asks with GET. */
function ask(path, body, { code = connection(), tries = TRIES } = {}) {
  if (!code) throw new ServiceError("refused", both("unconnected"), { status: 401 });
  const method = body === undefined ? "GET" : "POST", payload = body === undefined ? "" : JSON.stringify(body);
  for (let n = 1; ; n++) {
    const answer = fetched(code.address + path, {
      method: method.toLowerCase(), muteHttpExceptions: true, followRedirects: false,
      headers: signed(method, path, payload, code.key),
      ...(method === "POST" ? { contentType: "application/json", payload } : {}),
    });
    const status = answer.getResponseCode();
    if (status === 429 && n < tries) { Utilities.sleep(1000 * n + Math.floor(Math.random() * 500)); continue; }
    return told(status, answer.getContentText());
  }
}

function fetched(address, options) {
  try {
    return UrlFetchApp.fetch(address, options);
  } catch (error) {
    const text = String(error.message), spent = /too many times|limit|quota/i.test(text);
    if (/permission|authori[sz]/i.test(text)) throw new ServiceError("refused", both("unallowed"), { status: 403 });
    throw new ServiceError("offline", both(spent ? "quota" : "offline"), { spent });
  }
}

/** The JSON of an answer; the service's own sentence is kept. */
function told(status, text) {
  let found = null;
  try { found = JSON.parse(text); } catch { /* a page of a proxy */ }
  if (status >= 200 && status < 300 && found !== null) return found;
  if (status < 500 && found?.error?.zh) throw new ServiceError("refused", found.error, { status, reason: found.reason, run: found.run });
  throw new ServiceError(status === 502 || status === 503 || status === 504 ? "offline" : "failed", both(status >= 502 && status <= 504 ? "offline" : "serviceFailed"), { status });
}

/** An order whose answer was lost is sent once more; the key of the click gives the same run. */
function order(kind) {
  const who = PropertiesService.getUserProperties().getProperty(PERSON) || "", body = { key: Utilities.getUuid(), who };
  try {
    return ask(`/sheets/${kind}`, body);
  } catch (error) {
    if (error.kind !== "offline" || error.spent) throw error;
    return ask(`/sheets/${kind}`, body);
  }
}
