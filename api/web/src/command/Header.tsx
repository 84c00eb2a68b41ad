import { me } from "../shared/session";
import { fullTime, now, span } from "../shared/time";
import { chooseTheme, type Choice, themeChoice } from "../shared/ui/theme";
import { say, switchTongue, tongue } from "../shared/words";
import { nameOf, staleSince } from "./state";

const THEMES: { choice: Choice; sign: string; zh: string; en: string }[] = [
  { choice: "auto", sign: "◐", zh: "主题：自动", en: "Theme: automatic" },
  { choice: "day", sign: "☀", zh: "主题：白天", en: "Theme: day" },
  { choice: "night", sign: "☾", zh: "主题：夜间", en: "Theme: night" },
];

export function Header() {
  const area = me.value?.grants.find((grant) => grant.permissions.includes("case.read"))?.area_code;
  return (
    <header class="c-header">
      <h1>
        <span class="c-district">{nameOf(area?.slice(0, 6)) || say("网格治理", "Grid governance")}</span>
        <span class="c-title">{say("指挥中心", "Command centre")}</span>
      </h1>
      <Badge />
      <div class="c-tools">
        <time class="c-clock">{fullTime(now.value)}</time>
        <button type="button" lang={tongue.value === "zh" ? "en" : "zh-CN"} onClick={switchTongue}>
          {say("English", "中文")}
        </button>
        <ThemeButton />
        <span class="c-who">{me.value?.name}</span>
      </div>
    </header>
  );
}

function ThemeButton() {
  const at = THEMES.findIndex(({ choice }) => choice === themeChoice.value);
  const [here, next] = [THEMES[at], THEMES[(at + 1) % THEMES.length]];
  if (!here || !next) return null;
  return (
    <button
      type="button"
      aria-label={say(here.zh, here.en)}
      title={say(here.zh, here.en)}
      onClick={() => chooseTheme(next.choice)}
    >
      <span aria-hidden="true">{here.sign}</span>
    </button>
  );
}

/** Says whether the picture is right, and since when it may not be. */
function Badge() {
  const since = staleSince.value;
  if (since === null) {
    return (
      <p class="c-badge live" role="status">
        <span aria-hidden="true">●</span> {say("实时", "Live")}
      </p>
    );
  }
  const age = Math.max(0, Math.round((now.value - since) / 1_000));
  return (
    <p class="c-badge stale">
      <strong role="status">
        <span aria-hidden="true">▲</span> {say("画面可能已过时", "The picture may be old")}
      </strong>
      <span>
        {" "}
        {say(
          `停在 ${fullTime(since)}，已 ${span(age)}；正在重连`,
          `as of ${fullTime(since)}, ${span(age)} ago; reconnecting`,
        )}
      </span>
    </p>
  );
}
