/** What is mine: what waits to be sent, what became of my reports, when my position is taken, and this phone. */
import { useState } from "preact/hooks";
import { leave, toLogin } from "../../shared/session";
import { STAGES } from "../../shared/terms";
import { clockTime, dayTime } from "../../shared/time";
import { Dialog } from "../../shared/ui/dialog";
import { chooseTheme, theme } from "../../shared/ui/theme";
import { toastError } from "../../shared/ui/toasts";
import { said, say, switchTongue } from "../../shared/words";
import { gathered, shift, switchDuty } from "../duty";
import { logIn } from "../door";
import { diskFull, handBack, holder, session, today, waiting } from "../phone";
import { useOnce } from "../pressing";
import { LACKS } from "../report/place-part";
import { lack } from "../where";
import { OutboxList } from "./outbox-list";
import { Phone } from "./phone-part";
import { Trace } from "./trace";

export function Mine() {
  return (
    <>
      <h1 class="f-title">{holder.value?.name ?? say("我的", "Me")}</h1>
      <OutboxList />
      <Duty />
      <Reports />
      <Phone />
      <Account />
    </>
  );
}

function Reports() {
  const reports = today.value?.reports ?? [];
  return (
    <section class="f-card">
      <h2>{say("我上报的", "What I reported")}</h2>
      <ul class="f-list">
        {reports.map((one) => (
          <li key={one.incident_id} class="f-line-item">
            <p class="f-row">
              <strong class="grow">{one.matter ?? one.number}</strong>
              <span class="f-stage">{said(STAGES[one.stage])}</span>
            </p>
            <p>{say(one.outcome_zh, one.outcome_en)}</p>
            {one.said && <p class="f-soft">{one.said}</p>}
            <p class="f-soft">
              {dayTime(one.reported_at)} · {one.number}
              {one.merged_into && say(`，并入 ${one.merged_into}`, `, merged into ${one.merged_into}`)}
            </p>
          </li>
        ))}
        {reports.length === 0 && <li class="f-soft">{say("30 天内没有上报。", "Nothing in the last 30 days.")}</li>}
      </ul>
    </section>
  );
}

function Duty() {
  const [trace, setTrace] = useState(false);
  const on = shift.value;
  const missing = lack.value;
  const [press, busy] = useOnce(() => switchDuty(!on));
  if (!holder.value?.permissions.includes("staff.self")) return null;
  return (
    <section class="f-card">
      <h2>{say("上岗与轨迹", "Duty and trace")}</h2>
      <p role="status" class="f-duty">
        <span class={on ? "f-dot good" : "f-dot off"} aria-hidden="true" />
        {on
          ? say(
              `在岗，自 ${clockTime(on.since)} 起记录位置`,
              `On duty: positions are taken since ${clockTime(on.since)}`,
            )
          : say("未上岗：不记录位置", "Off duty: no position is taken")}
      </p>
      {on && missing && <p class="f-doubt">{said(LACKS[missing])}</p>}
      {on && gathered.value.length > 0 && (
        <p class="f-soft">
          {say(`已采集 ${gathered.value.length} 点，待发送`, `${gathered.value.length} points gathered`)}
        </p>
      )}
      <button
        type="button"
        role="switch"
        aria-checked={on !== null}
        class={on ? "f-wide" : "f-wide strong"}
        aria-disabled={busy}
        onClick={() => press()}
      >
        {on
          ? say("下岗（停止记录）", "Go off duty (stop)")
          : say("上岗（开始记录位置）", "Go on duty (positions are taken)")}
      </button>
      <button type="button" class="f-wide" onClick={() => setTrace(true)}>
        {say("我的轨迹，谁看过", "My trace, and who looked")}
      </button>
      {trace && <Trace close={() => setTrace(false)} />}
    </section>
  );
}

function Account() {
  const [asking, setAsking] = useState(false);
  const go = async (): Promise<void> => {
    try {
      await leave();
      await handBack();
      // A page that alone remembers something stays for that.
      if (!diskFull.value) toLogin();
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <section class="f-card">
      <h2>{say("设置", "Settings")}</h2>
      <button type="button" class="f-wide" onClick={switchTongue}>
        {say("English", "中文")}
      </button>
      <button type="button" class="f-wide" onClick={() => chooseTheme(theme.value === "day" ? "night" : "day")}>
        {theme.value === "day"
          ? say("夜间配色", "Night colours")
          : say("日间配色（强光下）", "Day colours (in the sun)")}
      </button>
      {session.value === "in" ? (
        <button type="button" class="f-wide" onClick={() => (waiting.value ? setAsking(true) : void go())}>
          {say("退出登录", "Log out")}
        </button>
      ) : (
        <button type="button" class="f-wide" onClick={() => void logIn().catch(toastError)}>
          {say("登录", "Log in")}
        </button>
      )}
      {asking && (
        <Dialog title={say("退出登录", "Log out")} close={() => setAsking(false)}>
          <p>
            {diskFull.value
              ? say(
                  `还有 ${waiting.value} 件没有发送，手机存储已满，有的只在本页内存中：退出后请勿关闭本页，在新窗口登录后即自动发送。`,
                  `Not sent: ${waiting.value}. Some of it lives in this page only, for the phone is full: do not close it once you are out; log in beside it, and it goes.`,
                )
              : say(
                  `还有 ${waiting.value} 件没有发送。它们留在这部手机里，等您再次登录后发送；别人登录看不到内容。`,
                  `Not sent: ${waiting.value}. It stays on this phone until you log in again; others see nothing of it.`,
                )}
          </p>
          <button type="button" class="f-go" onClick={() => void go()}>
            {say("仍然退出", "Log out all the same")}
          </button>
        </Dialog>
      )}
    </section>
  );
}
