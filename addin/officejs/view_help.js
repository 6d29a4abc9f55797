// Functions, editions, repair, diagnosis.
/* global KPI_FUNCTIONS, Office */
import { announce, button, h, notice, section, show, table } from "./dom.js";
import { excelError } from "./book.js";
import { changeEdition, repair } from "./formulas.js";
import { order } from "./road.js";
import { said, t } from "./texts.js";

const SETS = [["ExcelApi", "1.4"], ["ExcelApi", "1.9"], ["ExcelApi", "1.16"], ["SharedRuntime", "1.1"], ["CustomFunctionsRuntime", "1.1"], ["RibbonApi", "1.1"]];
const MOST_KEPT = 5; // places that are named
const MOST_SKEW = 120; // s; more than that breaks sign-in and freshness

export function makeHelp(app) {
  const place = h("div"), told = h("div", { id: "edition-said" }), found = h("div", { id: "diagnosis" });

  async function act(work) {
    show(told, notice("info", t("working")));
    try {
      const text = await work();
      show(told, notice("good", text));
      announce(text);
    } catch (error) {
      const trouble = excelError(error);
      app.trouble(trouble);
      show(told, notice("error", said(trouble.texts)));
    }
  }
  const mend = () => act(async () => t("repaired", { n: await repair() }));
  const convert = (to) => act(async () => {
    const { body } = await order();
    const { n, kept } = await changeEdition((cells) => app.service.convert({ ...body, ...cells, to }));
    return kept.length ? t("convertedBut", { n, kept: kept.length, where: kept.slice(0, MOST_KEPT).join(", ") }) : t("converted", { n });
  });

  async function diagnose() {
    show(found, notice("info", t("explaining")));
    const lines = await diagnosis(app);
    const text = lines.map(([name, value]) => `${name}: ${value}`).join("\n");
    show(found, table(["", ""], lines), button(t("copy"), async () => {
      await navigator.clipboard?.writeText(text).catch(() => {});
      announce(t("copied"));
    }, { className: "plain" }));
  }

  function draw() {
    show(place,
      section(t("functions"), h("p", {}, t("functionsHelp")),
        h("p", { className: "functions" }, KPI_FUNCTIONS.functions.map((one) => h("code", {}, `KPI.${one.office}`))),
        h("div", { className: "row wrap" },
          button(t("useFunctions"), () => convert("officejs"), { id: "use-functions" }),
          button(t("useNative"), () => convert("native"), { id: "use-native" }),
          button(t("repair"), mend, { id: "repair", title: t("repairHelp") })),
        h("p", { className: "quiet" }, t("repairHelp")), told),
      section(t("diagnosis"), button(t("diagnose"), diagnose, { id: "diagnose" }), found));
  }
  return { place, draw, diagnose };
}

/** What a helper asks first, as [name, value] lines. */
export async function diagnosis(app) {
  const about = Office.context.diagnostics, has = (name, version) => Office.context.requirements.isSetSupported(name, version);
  const lines = [
    [t("host"), about?.host ?? "?"], [t("platform"), about?.platform ?? "?"], [t("hostVersion"), about?.version ?? "?"],
    [t("sets"), SETS.map(([name, version]) => `${name} ${version}: ${has(name, version) ? t("yes") : t("no")}`).join(", ")],
    [t("registered"), `KPI: ${app.registered.length}`],
  ];
  const started = performance.now(), sent = Date.now();
  try {
    const { date } = await app.service.health();
    const took = Math.round(performance.now() - started);
    lines.push([t("reachable"), `${t("yes")}, ${t("latency", { ms: took })}`]);
    // the header counts whole seconds
    const skew = date ? Math.round((Date.parse(date) + 500 - (sent + took / 2)) / 1000) : null;
    lines.push([t("skew"), skew === null ? t("unknown") : `${t("seconds", { n: skew })}${Math.abs(skew) > MOST_SKEW ? " ▲" : ""}`]);
  } catch (error) {
    lines.push([t("reachable"), `${t("no")}: ${said(error.texts)}`]);
  }
  return lines;
}
