/** Says of when the picture is, whether it is right, and since when it may not be; and what calls from the present. */
import { clockTime, fullTime, now, span } from "../shared/time";
import { say } from "../shared/words";
import { endsAt, renewing } from "./ending";
import { unseen } from "./sound";
import { moment, reading, staleSince } from "./state";
import { toLive } from "./time-travel";

export function Badge() {
  return (
    <div class="c-badges">
      {staleSince.value !== null && moment.value === null ? null : <Moment />}
      <Stale />
      <Unseen />
      <Ending />
    </div>
  );
}

function Moment() {
  const at = moment.value;
  if (at) {
    return (
      <p class="c-badge then">
        <span role="status">
          <span aria-hidden="true">◷</span> {say(`回看 ${fullTime(at)}`, `The past: ${fullTime(at)}`)}
        </span>
        {reading.value && <span> · {say("正在读取……", "reading …")}</span>}
      </p>
    );
  }
  if (reading.value) {
    return <p class="c-badge reading">{say("正在读取此刻……", "Reading what is now …")}</p>;
  }
  return (
    <p class="c-badge live" role="status">
      <span aria-hidden="true">●</span> {say("实时", "Live")}
    </p>
  );
}

function Stale() {
  const since = staleSince.value;
  if (since === null) return null;
  const age = Math.max(0, Math.round((now.value - since) / 1_000));
  return (
    <p class="c-badge stale">
      <strong role="status">
        <span aria-hidden="true">▲</span> {say("画面可能已过时", "The picture may be old")}
      </strong>
      <span>
        {" "}
        {moment.value
          ? say(`连不上已 ${span(age)}；正在重连`, `no answer for ${span(age)}; reconnecting`)
          : say(
              `停在 ${timeOf(since, age)}，已 ${span(age)}；正在重连`,
              `as of ${timeOf(since, age)}, ${span(age)} ago; reconnecting`,
            )}
      </span>
    </p>
  );
}

/** With its day where that may be another one: most are put right before it matters. */
const timeOf = (at: number, age: number): string => (age < HALF_A_DAY_S ? clockTime(at) : fullTime(at));
const HALF_A_DAY_S = 43_200;

/** Whoever looks at the past is called back by what comes now. */
function Unseen() {
  const count = unseen.value.size;
  if (count === 0) return null;
  return (
    <p class="c-badge stale" role="alert">
      <strong>
        <span aria-hidden="true">▲</span>{" "}
        {say(`此刻有新的应急案件：${count} 件`, `New emergencies at this moment: ${count}`)}
      </strong>{" "}
      <button type="button" class="c-small" onClick={toLive}>
        {say("回到实时", "Back to now")}
      </button>
    </p>
  );
}

function Ending() {
  const at = endsAt.value;
  if (at === null) return null;
  return (
    <p class="c-badge ending">
      <span role="status">{say(`登录将于 ${clockTime(at)} 到期`, `The session ends at ${clockTime(at)}`)}</span>{" "}
      <button type="button" class="c-small" onClick={() => (renewing.value = true)}>
        {say("重新登录", "Log in anew")}
      </button>
    </p>
  );
}
