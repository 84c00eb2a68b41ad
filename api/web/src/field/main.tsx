/** The grid worker's page. */
import { render, type VNode } from "preact";
import "../shared/theme.css";
import "../shared/ui/ui.css";
import "./field.css";
import "./report/report.css";
import "./map/map.css";
import "./tabs.css";
import { toLogin } from "../shared/session";
import { say } from "../shared/words";
import { App } from "./app";
import { hurry, open, reached } from "./phone";
import { installWorker } from "./install";
import { isNewer } from "./outbox/disk";

const root = document.getElementById("app");

async function start(): Promise<void> {
  installWorker();
  const known = await open().catch((error: unknown) => {
    show(<Closed error={error} />);
    throw error;
  });
  if (!known) {
    if (reached.value) toLogin();
    else {
      show(<Away />);
      addEventListener("online", () => location.reload());
    }
    return;
  }
  show(<App />);
  await hurry();
}

/** In place of what stands there for browsers that are too old. */
function show(page: VNode): void {
  root?.replaceChildren();
  if (root) render(page, root);
}

/** Nobody holds the phone, and nobody answers who could let them in. */
function Away() {
  return (
    <main class="f-card">
      <p role="alert">
        {say(
          "没有信号，暂时不能登录；有信号时自动重试。未发送的内容都还在手机里。",
          "There is no signal to log in by; once there is, this page goes on. What waits to be sent is on this phone.",
        )}
      </p>
      <button type="button" class="f-go" onClick={() => location.reload()}>
        {say("重试", "Try again")}
      </button>
    </main>
  );
}

/** What the phone keeps cannot be opened: nothing is touched, and it is said what may help. */
function Closed({ error }: { error: unknown }) {
  return (
    <main class="f-card">
      <p role="alert">
        {isNewer(error)
          ? say(
              "这部手机上的内容由更新的版本保存，请重新载入。未发送的内容都还在。",
              "What is on this phone was kept by a newer page: load it. What waits to be sent is still there.",
            )
          : say(
              "无法打开手机存储：请勿使用无痕窗口，清出空间后重新载入。未发送的内容没有改动。",
              "This phone's storage does not open: no private window, make some room, load again. Nothing was changed.",
            )}
      </p>
      <button type="button" class="f-go" onClick={() => location.reload()}>
        {say("重新载入", "Load it again")}
      </button>
    </main>
  );
}

void start();
