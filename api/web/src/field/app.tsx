/** The frame: what the phone's state is above, one tab in the middle, the tabs below, where a thumb reaches. */
import { effect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { learnCodes } from "../shared/heard";
import { toastError, Toasts } from "../shared/ui/toasts";
import "../shared/ui/theme";
import { mark } from "../shared/useful";
import { locale, say } from "../shared/words";
import { fetchAhead } from "./ahead";
import { logIn } from "./door";
import { Icon, type Sign } from "./icons";
import { newer } from "./install";
import { diskFull, diskShort, holder, others, pack, reached, session, stuck, taken, waiting } from "./phone";
import { Report } from "./report/report";
import { isBlank, writing } from "./report/draft";
import { takeUp } from "./report/writing";
import { followBack, goTo, type Tab, tab } from "./tab";
import { Grid } from "./tabs/grid";
import { Mine } from "./tabs/mine";
import { Tasks } from "./tabs/tasks";
import { Whistles } from "./tabs/whistles";
import { followDuty } from "./duty";
import { diskWarning, measure } from "./storage";

const TABS: { name: Tab; zh: string; en: string; sign: Sign; page: ComponentType }[] = [
  { name: "report", zh: "上报", en: "Report", sign: "report", page: Report },
  { name: "tasks", zh: "任务", en: "Tasks", sign: "tasks", page: Tasks },
  { name: "whistles", zh: "哨", en: "Whistles", sign: "whistles", page: Whistles },
  { name: "grid", zh: "网格", en: "Cells", sign: "grid", page: Grid },
  { name: "mine", zh: "我的", en: "Me", sign: "mine", page: Mine },
];

effect(() => {
  document.documentElement.lang = locale.value;
});
effect(() => {
  const kinds = pack.value?.whistle_kinds ?? [];
  learnCodes("whistle_kind", Object.fromEntries(kinds.map(({ code, name_zh }) => [code, name_zh])));
});

export function App() {
  const account = holder.value?.account_id;
  useEffect(() => followBack(), []);
  useEffect(() => {
    if (!account) return;
    const begun = Promise.all([takeUp(account), followDuty(account)]);
    void begun.then(() => {
      mark("useful");
      void measure();
    });
    return () => void begun.then((ends) => ends.forEach((end) => end()));
  }, [account]);
  const isAtWork = pack.value !== null;
  useEffect(() => {
    // Not before: what the first page shows comes first.
    if (isAtWork) fetchAhead();
  }, [isAtWork]);
  const Page = TABS.find((one) => one.name === tab.value)?.page ?? Report;
  return (
    <div class="f-frame">
      <Standing />
      <main class="f-main" key={tab.value}>
        {taken.value ? <Overtaken /> : account ? <Page /> : <Nobody />}
      </main>
      <Tabs />
      <Toasts />
    </div>
  );
}

/** A newer page in another tab has made over what the phone keeps: this one could keep nothing more. */
function Overtaken() {
  return (
    <section class="f-card" role="alert">
      <p>
        {say(
          "另一个窗口打开了新版本，本页已停用。已写和待发送的内容都在手机里。",
          "A newer page is open in another tab, and this one has stopped. What you wrote and what waits is on this phone.",
        )}
      </p>
      <button type="button" class="f-go" onClick={() => location.reload()}>
        {say("载入新版本", "Load the newer page")}
      </button>
    </section>
  );
}

/** Nobody holds the phone any more, and the page stays for what only it remembers: that is shown to nobody else. */
function Nobody() {
  return <p class="f-card">{say("已退出登录。", "Logged out.")}</p>;
}

/** What must be known at any moment: no signal, what waits, a session that is over, a disk that is full. */
function Standing() {
  const count = waiting.value;
  const line = reached.value ? say("在线", "Online") : say("无信号，照常使用", "No signal: go on as usual");
  return (
    <header class="f-head">
      <div class="f-line" role="status">
        <span class={reached.value ? "f-dot good" : "f-dot"} aria-hidden="true" />
        <span>{line}</span>
        {holder.value && (
          <button type="button" class="f-outbox" onClick={() => goTo("mine")}>
            {count ? say(`待发送 ${count}`, `${count} to send`) : say("已全部发送", "All sent")}
            {stuck.value > 0 && (
              <strong class="f-alarm">
                {" "}
                {say(`${stuck.value} 件需处理`, `${stuck.value} ${stuck.value === 1 ? "needs" : "need"} you`)}
              </strong>
            )}
          </button>
        )}
      </div>
      {session.value === "out" && <Out />}
      {diskFull.value && (
        <p class="f-bar alert" role="alert">
          {say(
            "手机存储已满：新内容只在本页内存中，请勿关闭页面，先发送或缩小照片。",
            "The phone is full: what is new lives in this page only. Do not close it; send, or make photos smaller.",
          )}
        </p>
      )}
      {!diskFull.value && diskShort.value && (
        <p class="f-bar warn">
          {say(
            "手机存储即将用完，备用空间已动用：请尽快发送，或缩小照片。",
            "This phone is nearly full, and its reserve is in use: send what waits, or make photos smaller.",
          )}
        </p>
      )}
      {!diskFull.value && !diskShort.value && diskWarning.value && <p class="f-bar warn">{diskWarning.value}</p>}
      {others.value > 0 && (
        <p class="f-bar">
          {say(
            `本机还有其他账号的 ${others.value} 件待发送，须由其本人登录后发送。`,
            `Not sent, of another account on this phone: ${others.value}. Only its owner can send that.`,
          )}
        </p>
      )}
      {newer.value && isBlank(writing.value) && !diskFull.value && (
        <p class="f-bar">
          {say("有新版本。", "There is a newer version. ")}
          <button type="button" onClick={newer.value}>
            {say("重新载入", "Load it")}
          </button>
        </p>
      )}
    </header>
  );
}

/** Nobody is logged in: what that means for what waits, and the way back. */
function Out() {
  const full = diskFull.value;
  return (
    <p class="f-bar alert" role="alert">
      {holder.value ? say("登录已过期：", "Your session is over; ") : say("已退出登录：", "You are logged out; ")}
      {full
        ? say("有的内容只在本页内存中，请勿关闭本页，", "some of it lives in this page only: do not close it. ")
        : say("内容都保存在手机里，", "everything is kept on this phone. ")}
      <button type="button" onClick={() => void logIn().catch(toastError)}>
        {full ? say("在新窗口登录", "Log in beside it") : say("重新登录后发送", "Log in to send it")}
      </button>
    </p>
  );
}

function Tabs() {
  return (
    <nav class="f-tabs" aria-label={say("功能", "Parts of this page")}>
      {TABS.map(({ name, zh, en, sign }) => (
        <button
          key={name}
          type="button"
          aria-current={tab.value === name ? "page" : undefined}
          onClick={() => goTo(name)}
        >
          <Icon sign={sign} />
          <span>{say(zh, en)}</span>
          {name === "mine" && waiting.value > 0 && (
            <span class={stuck.value ? "f-count alert" : "f-count"}>
              {waiting.value}
              <span class="hidden-but-read">{say(" 件待发送", " to send")}</span>
            </span>
          )}
        </button>
      ))}
    </nav>
  );
}
