import type { FunctionComponent } from "preact";
import { me } from "../shared/session";
import { fullTime, now } from "../shared/time";
import { chooseTheme, type Choice, themeChoice } from "../shared/ui/theme";
import { toast } from "../shared/ui/toasts";
import { say, switchTongue, tongue } from "../shared/words";
import { Badge } from "./Badge";
import { AutoIcon, BellIcon, LinkIcon, MoonIcon, PrintIcon, SilentIcon, SunIcon } from "./icons";
import { helpOpen } from "./keys";
import { printOut } from "./printing";
import { Search } from "./Search";
import { chooseSize, sizeChoice, SIZES } from "./size";
import { audible, soundOn, switchSound } from "./sound";
import { nameOf } from "./state";
import { linkForOthers } from "./view";

const THEMES: { choice: Choice; Icon: FunctionComponent; zh: string; en: string }[] = [
  { choice: "auto", Icon: AutoIcon, zh: "主题：自动", en: "Theme: automatic" },
  { choice: "day", Icon: SunIcon, zh: "主题：白天", en: "Theme: day" },
  { choice: "night", Icon: MoonIcon, zh: "主题：夜间", en: "Theme: night" },
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
      <Search />
      <div class="c-tools">
        <time class="c-clock">{fullTime(now.value)}</time>
        <button type="button" lang={tongue.value === "zh" ? "en" : "zh-CN"} onClick={switchTongue}>
          {say("English", "中文")}
        </button>
        <SizeButton />
        <ThemeButton />
        <SoundButton />
        <ShareButton />
        <button
          type="button"
          class="c-print"
          aria-label={say("打印", "Print")}
          title={say("打印", "Print")}
          onClick={() => void printOut()}
        >
          <PrintIcon />
        </button>
        <button type="button" aria-label={say("快捷键（?）", "Keys (?)")} onClick={() => (helpOpen.value = true)}>
          <span aria-hidden="true">?</span>
        </button>
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
      <here.Icon />
    </button>
  );
}

/** Larger and larger, and then by itself again. */
function SizeButton() {
  const at = SIZES.indexOf(sizeChoice.value);
  const here = sizeChoice.value === "auto" ? say("自动", "automatic") : `${sizeChoice.value * 100}%`;
  const label = say(`字号：${here}`, `Size: ${here}`);
  return (
    <button
      type="button"
      class="c-size"
      aria-label={label}
      title={label}
      onClick={() => chooseSize(SIZES[(at + 1) % SIZES.length] ?? "auto")}
    >
      <span aria-hidden="true">{sizeChoice.value === "auto" ? say("字", "A") : `${sizeChoice.value * 100}%`}</span>
    </button>
  );
}

function SoundButton() {
  const label = !soundOn.value
    ? say("应急提示音：关（点一下打开）", "Sound for emergencies: off (click to switch on)")
    : audible.value
      ? say("应急提示音：开", "Sound for emergencies: on")
      : say("应急提示音：等您点一下页面才能出声", "Sound for emergencies: waits for a click on the page");
  return (
    <button
      type="button"
      data-sound
      class={soundOn.value && !audible.value ? "c-waits" : ""}
      aria-pressed={soundOn.value}
      aria-label={label}
      title={label}
      onClick={() => void switchSound()}
    >
      {soundOn.value && audible.value ? <BellIcon /> : <SilentIcon />}
    </button>
  );
}

/** The link holds place, layers, moment and ids; nothing of anybody. */
function ShareButton() {
  const share = async (): Promise<void> => {
    const address = location.origin + linkForOthers();
    try {
      await navigator.clipboard.writeText(address);
      toast(
        say(
          "链接已复制：同样的位置、图层、时刻与所选。",
          "The link is copied: the same place, layers, moment and choice.",
        ),
      );
    } catch {
      // Plain http has no clipboard: the address bar says the same.
      history.replaceState(null, "", address);
      toast(say("请从地址栏复制链接。", "Copy the link from the address bar."));
    }
  };
  return (
    <button type="button" aria-label={say("复制本画面的链接", "Copy a link to this view")} onClick={() => void share()}>
      <LinkIcon />
    </button>
  );
}
