/** Small parts that several tabs show. */
import type { ComponentChildren } from "preact";
import { countdown, dayTime, now } from "../../shared/time";
import { say } from "../../shared/words";
import { today } from "../phone";

/** Until when, and how long that is; red and in words once it is past. */
export function Due({ at, what }: { at: string | null; what?: string }) {
  if (!at) return <span class="f-soft">{say("无时限", "No limit")}</span>;
  const late = new Date(at).getTime() < now.value;
  return (
    <span class={late ? "f-late" : "f-due"}>
      {what && `${what} `}
      {countdown(at)}
    </span>
  );
}

/** What is shown until the phone has heard of the day, or how old that is. */
export function Day({ children }: { children: ComponentChildren }) {
  const day = today.value;
  if (!day) {
    return (
      <p class="f-card" role="status">
        {say("还没有取到今天的任务：有信号时自动取得。", "Today's work is not here yet: it comes with the signal.")}
      </p>
    );
  }
  const old = now.value - new Date(day.at).getTime() > 10 * 60_000;
  return (
    <>
      {old && (
        <p class="f-soft">
          {say("更新于 ", "As of ")}
          {dayTime(day.at)}
        </p>
      )}
      {children}
    </>
  );
}
