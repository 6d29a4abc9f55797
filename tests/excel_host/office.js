// Tests only. What office.js gives beside Excel: the context, settings, actions, custom functions.
/* global HOST, HOST_MODEL, HOST_OPTIONS */
globalThis.CustomFunctions = {
  associate: (id, run) => { HOST.book.functions.set(id, run); },
  ErrorCode: { notAvailable: "#N/A", invalidValue: "#VALUE!", divisionByZero: "#DIV/0!", invalidNumber: "#NUM!", nullReference: "#NULL!" },
  Error: class extends Error { constructor(code, message) { super(message); this.code = code; } },
};
globalThis.Office = {
  context: {
    displayLanguage: HOST_OPTIONS.language ?? "en-US",
    partitionKey: "",
    diagnostics: { host: "Excel", platform: "OfficeOnline", version: "16.0.test" },
    requirements: { isSetSupported: (name, version) => !(HOST_OPTIONS.lacks ?? []).includes(`${name} ${version}`) },
    document: {
      url: HOST_OPTIONS.url ?? "https://example.sharepoint.com/sites/kpi/%E8%BF%90%E8%90%A5.xlsx",
      settings: {
        get: (name) => HOST.book.settings[name] ?? null,
        set: (name, value) => { HOST.book.settings[name] = value; },
        saveAsync: (done) => setTimeout(() => done?.({ status: "succeeded" }), 0),
      },
    },
  },
  actions: { known: {}, associate(name, run) { this.known[name] = run; } },
  addin: { shown: 0, async showAsTaskpane() { this.shown += 1; } },
  onReady: async (done) => { const found = { host: HOST_OPTIONS.host ?? "Excel", platform: "OfficeOnline" }; done?.(found); return found; },
};
/** Press a button of the ribbon; waits until the command says that it is done. */
HOST.press = (name) => new Promise((completed) => { Office.actions.known[name]({ completed }); });
HOST.open(HOST_MODEL);
