// Every text of the pane, Chinese and English side by side; {name} is filled in.
const TEXTS = {
  title: ["LinkStar KPI 表格", "LinkStar KPI Sheets"],
  skip: ["跳到内容", "Skip to content"],
  language: ["English", "中文"],
  languageHelp: ["Switch to English", "切换为中文"],
  sections: ["栏目", "Sections"],
  tabRefresh: ["刷新", "Refresh"],
  tabCheck: ["核对", "Check"],
  tabExplain: ["解释", "Explain"],
  tabSetup: ["设置", "Set up"],
  tabHelp: ["帮助", "Help"],

  linkUnknown: ["正在连接服务…", "Connecting to the service…"],
  linkOk: ["已连接", "Connected"],
  linkAway: ["服务未响应", "Service not reachable"],
  linkExpired: ["需要登录", "Sign-in needed"],
  linkPaused: ["写入已暂停：{why}", "Writing is paused: {why}"],
  retry: ["重试", "Try again"],
  awayHelp: [
    "本机服务没有应答。请运行 serve --https，然后重试。表格保留上次的数值。",
    "The service does not answer. Start it with serve --https and try again. The sheet keeps its last values."],

  signIn: ["登录", "Sign in"],
  signInHelp: [
    "请粘贴服务启动时显示的访问令牌。忘记时运行 serve --new-token。",
    "Paste the token that the service showed at its start. serve --new-token makes a new one."],
  token: ["访问令牌", "Token"],
  keep: ["在此电脑上保持登录", "Stay signed in on this computer"],
  signOut: ["退出登录", "Sign out"],
  tokenWrong: ["令牌不对或已更换。", "The token is wrong or was replaced."],
  tokenEmpty: ["请先粘贴令牌。", "Paste the token first."],

  refresh: ["刷新本工作簿", "Refresh this workbook"],
  refreshHelp: [
    "读取本簿的定义、目标与权重，取回实际值并计分。只写灰色表头的列，其余不动。",
    "Reads this book's definitions, targets and weights, brings actual values and scores them. Only columns with a grey header are written."],
  cancel: ["取消", "Cancel"],
  cancelling: ["正在取消…", "Cancelling…"],
  stepRead: ["读取工作簿", "Reading the workbook"],
  stepSend: ["发送到服务", "Sending it to the service"],
  stepWait: ["等待服务", "Waiting for the service"],
  stepFetch: ["取回结果", "Fetching the result"],
  stepWrite: ["写入工作簿", "Writing into the workbook"],
  stepAgain: ["工作簿刚被改动，重新读取", "The workbook has just changed; reading it again"],
  reconnect: ["连接中断，正在重连（{n}）", "Connection lost, trying again ({n})"],
  progress: ["进度", "Progress"],
  done: ["完成：写入 {cells} 格，新增 {rows} 行，用时 {seconds} 秒。", "Done: {cells} cells written, {rows} rows added, {seconds} s."],
  checked: ["核对完成，工作簿未改动。", "Checked; the workbook was not changed."],
  cancelled: ["已取消，工作簿未改动。", "Cancelled; the workbook was not changed."],
  lastRefresh: ["上次刷新 {at}", "Last refresh {at}"],
  never: ["本簿尚未从这里刷新。", "This book has not been refreshed from here yet."],
  notOurs: ["此工作簿没有 KPI 表。请打开由 init 生成的工作簿。", "This workbook has no KPI tables. Open one that init made."],
  busy: ["{who} 从 {since} 起正在刷新此工作簿，请稍后再试。", "{who} has been refreshing this workbook since {since}. Try again in a moment."],
  moved: ["写入前行的位置变了，旧值保留。请再刷新一次。", "Rows moved before the result was written; the old values stay. Refresh once more."],
  undone: ["写入中途失败，已恢复原值：{why}", "Writing failed on the way; the old values are back: {why}"],
  notUndone: ["写入失败，且未能恢复原值。请立即按撤销（Ctrl+Z）或不保存关闭：{why}", "Writing failed and the old values could not be put back. Press Undo (Ctrl+Z) now, or close without saving: {why}"],

  problems: ["问题", "Problems"],
  problemsNone: ["没有问题。", "Nothing is wrong."],
  problemsFirst: ["点“核对”会列出本簿的问题，不改动任何单元格。", "Check lists what is wrong in this book and changes no cell."],
  errorCount: ["{n} 个错误", "{n} errors"],
  warningCount: ["{n} 个提醒", "{n} warnings"],
  error: ["错误", "Error"],
  warning: ["提醒", "Warning"],
  goTo: ["转到 {where}", "Go to {where}"],
  noCell: ["找不到 {where}，可能已改名或删除。", "{where} is not there; it may have been renamed or deleted."],
  check: ["核对本工作簿", "Check this workbook"],
  stale: ["过期的数据", "Stale sources"],
  staleNone: ["所有数据都是最新的。", "All sources are up to date."],
  staleLine: ["数据至 {last}", "complete until {last}"],
  away: ["服务不可用，{n} 个单元格显示上次的数值，带 ◇。", "The service is away; {n} cells show their last value, marked ◇."],

  explainHelp: ["请选中记分卡或明细中的一格，例如某项指标的得分。", "Select a cell of a table with KPIs: a line of Card, a score on Items."],
  explaining: ["正在查询…", "Asking…"],
  value: ["数值", "Value"],
  formula: ["公式", "Formula"],
  sources: ["来源", "Sources"],
  stream: ["数据流", "Stream"],
  shop: ["店铺", "Shop"],
  covered: ["数据至", "Complete until"],
  fetched: ["取数时间", "Fetched"],
  contributions: ["变动贡献", "What moved it"],
  version: ["定义版本 {version}", "Definition version {version}"],
  unknown: ["未知", "Unknown"],
  noneFound: ["没有。", "None."],

  whatIf: ["试算", "What if"],
  whatIfHelp: ["只在这里试算，不改动工作簿。", "Tried here only; the workbook is not changed."],
  target: ["目标", "Target"],
  weight: ["权重", "Weight"],
  tryIt: ["试算", "Try it"],
  truth: ["现在", "Now"],
  tried: ["试算后", "Tried"],
  score: ["得分", "Score"],
  points: ["贡献", "Points"],
  total: ["总分", "Total"],
  badNumber: ["“{text}”不是数字。", "“{text}” is no number."],
  nothingTried: ["请填写目标或权重。", "Fill in a target or a weight."],

  wizard: ["设置步骤", "Set-up steps"],
  wizardDone: ["已完成 {done}", "{done} done"],
  step1: ["公司与币种", "Company and currency"],
  step2: ["店铺", "Shops"],
  step3: ["第一批数据（文件或授权）", "First data (file or connection)"],
  step4: ["产品成本", "Product costs"],
  step5: ["人员与负责人", "People and owners"],
  step6: ["目标确认", "Targets confirmed"],
  step7: ["首次刷新并与后台对账", "First refresh, compared with the back office"],
  open: ["打开", "Open"],
  stepDone: ["已完成", "done"],
  stepOpen: ["未完成", "open"],
  packs: ["KPI 包", "KPI packs"],
  packSearch: ["按岗位、指标或区域搜索", "Search by role, KPI or region"],
  packWarn: [
    "请勿照搬：这是别人的模板。先回答四个问题，目标与权重会按你的阶段调整，装入后仍需逐项确认。",
    "Do not use it unchanged: it is somebody else's card. Four questions fit it to your stage; confirm each line afterwards."],
  packLines: ["{n} 项指标 · {region}", "{n} KPIs · {region}"],
  packNone: ["没有符合的 KPI 包。", "No pack fits these words."],
  choose: ["选择", "Choose"],
  stage: ["业务阶段", "Stage of the business"],
  stageLaunch: ["起步", "Launch"],
  stageGrowth: ["增长", "Growth"],
  stageMature: ["成熟", "Mature"],
  history: ["有几个月自己的数据", "Months of own data"],
  team: ["团队人数", "People in the team"],
  cash: ["现金限制备货", "Cash limits what can be stocked"],
  load: ["装入本工作簿", "Load into this workbook"],
  loaded: ["已装入：新增 {rows} 行。已有的行未动。", "Loaded: {rows} rows added. Lines that were there stay as they are."],
  back: ["返回", "Back"],

  functions: ["KPI 函数", "KPI functions"],
  functionsHelp: ["在单元格中输入 =KPI. 即可选用。", "Type =KPI. in a cell to choose one."],
  useFunctions: ["在本簿使用 KPI 函数", "Use KPI functions in this book"],
  useNative: ["改回普通公式", "Back to plain formulas"],
  converted: ["已改写 {n} 列公式，其他内容未动。", "{n} columns of formulas rewritten; nothing else was touched."],
  repair: ["修复公式", "Repair formulas"],
  repairHelp: ["重新输入显示 #NAME? 或 _xldudf 的 KPI 公式。", "Enters KPI formulas again that show #NAME? or _xldudf."],
  repaired: ["已修复 {n} 格。", "{n} cells repaired."],
  diagnosis: ["诊断", "Diagnosis"],
  diagnose: ["运行诊断", "Run the diagnosis"],
  copy: ["复制诊断", "Copy the diagnosis"],
  copied: ["已复制。", "Copied."],
  host: ["主程序", "Host"],
  platform: ["平台", "Platform"],
  hostVersion: ["版本", "Version"],
  sets: ["支持的接口", "Requirement sets"],
  registered: ["已登记的函数", "Functions registered"],
  reachable: ["服务可达", "Service reachable"],
  latency: ["{ms} 毫秒", "{ms} ms"],
  skew: ["时钟差", "Clock skew"],
  seconds: ["{n} 秒", "{n} s"],
  yes: ["是", "yes"],
  no: ["否", "no"],
  withOffice: ["本页须在 Excel 中打开。", "Open this page inside Excel."],

  offline: ["服务没有应答。请检查服务是否在运行。", "The service does not answer. Check that it is running."],
  slow: ["服务 {seconds} 秒内没有应答。", "The service did not answer within {seconds} s."],
  expired: ["登录已失效，请重新登录。", "The sign-in is no longer valid. Sign in again."],
  failed: ["服务出错，原因见服务日志。", "Something went wrong in the service; its log says why."],
  runFailed: ["刷新失败，工作簿未改动。", "The refresh failed; the workbook was not changed."],
  editing: ["单元格正在编辑。请按回车结束编辑后再试。", "A cell is being edited. Press Enter to finish it and try again."],
  inExcel: ["Excel 拒绝了操作：{why}", "Excel refused: {why}"],
  tooMany: ["WHY 一次只回答一个指标。", "WHY answers one KPI at a time."],
  notSignedIn: ["请先在 KPI 窗格登录。", "Sign in on the KPI pane first."],
  noAnswer: ["服务没有回答这一格。", "The service gave no answer for this cell."],
  missingArgument: ["缺少指标、范围或期间。", "KPI, scope or period is missing."],
  sizes: ["各区域大小不一致。", "The ranges differ in size."],
};

export const LANGUAGES = ["zh", "en"];
let current = "en";

export const language = () => current;
export function setLanguage(code) {
  current = code === "zh" ? "zh" : "en";
  return current;
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));

/** The text of a key in the language that is shown. */
export const t = (key, values = {}) => fill(TEXTS[key][current === "zh" ? 0 : 1], values);

/** Both languages of a key, as the service gives its own sentences. */
export const both = (key, values = {}) =>
  ({ zh: fill(TEXTS[key][0], values), en: fill(TEXTS[key][1], values) });

/** The shown half of something that has both languages. */
export const said = (one) => (one ? one[current] ?? one.en ?? "" : "");

export const keys = () => Object.keys(TEXTS);
