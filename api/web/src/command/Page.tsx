import { effect, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { say } from "../shared/words";
import { Toasts } from "../shared/ui/toasts";
import { Header } from "./Header";
import { Help } from "./Help";
import { listenToKeys } from "./keys";
import { LayerList } from "./LayerList";
import { Left } from "./Left";
import { followEnding } from "./ending";
import { Over } from "./Over";
import { followPeople } from "./people";
import { PeopleNote, Purpose } from "./Purpose";
import { Renewal } from "./Renewal";
import { Right } from "./Right";
import { connected } from "./keeping";
import { followSize } from "./size";
import { listenForEmergencies } from "./sound";
import { chosen, isOfAnother, over, past, redrawing } from "./state";
import { TimeBar } from "./TimeBar";
import { opened } from "./view";

const mapView = signal<ComponentType | null>(null);

/** On a narrow screen one of three is in front. */
export type Sheet = "map" | "list" | "case";
export const sheet = signal<Sheet>("map");

const SHEETS: { name: Sheet; zh: string; en: string }[] = [
  { name: "list", zh: "预警", en: "Due" },
  { name: "map", zh: "地图", en: "Map" },
  { name: "case", zh: "案件", en: "Case" },
];

export function Page() {
  useEffect(() => {
    const stops = [listenToKeys(), followPeople(), listenForEmergencies(), followSize(), followEnding()];
    return () => stops.forEach((stop) => stop());
  }, []);
  useEffect(
    () =>
      effect(() => {
        if (chosen.value) sheet.value = "case";
      }),
    [],
  );
  if (!opened.value) return <main class="c-wait">{say("正在连接服务器……", "Connecting to the server …")}</main>;
  return (
    <div class={`c-page ${past.value ? "past" : ""}`} data-sheet={sheet.value} data-chosen={chosen.value !== null}>
      <Header />
      <Left />
      <main
        class="c-map"
        aria-label={say("地图", "Map")}
        aria-busy={redrawing.value || isOfAnother("land") || isOfAnother("whistles")}
      >
        <LateMap />
        <LayerList />
        <PeopleNote />
        <TimeBar />
      </main>
      <Right />
      <nav class="c-sheets" aria-label={say("切换面板", "Panels")}>
        {SHEETS.map(({ name, zh, en }) => (
          <button
            key={name}
            type="button"
            aria-current={sheet.value === name ? "true" : undefined}
            onClick={() => (sheet.value = name)}
          >
            {say(zh, en)}
          </button>
        ))}
      </nav>
      <Toasts />
      <Help />
      <Purpose />
      <Renewal />
      {over.value && <Over />}
    </div>
  );
}

/** The map is the largest part by far: what is late is shown before it is there. */
function LateMap() {
  useEffect(() => {
    let [timer, inVain] = [0, 0];
    const fetchMap = async (): Promise<void> => {
      try {
        const found = await import("./MapView");
        await found.fetchWorker();
        mapView.value = found.default;
      } catch {
        // The server went away before the map had come. Some browsers remember for ever that a part did not come, and
        // a newer server has other parts: where it is there and the map is not, the page begins anew, at this view.
        inVain = connected.peek() ? inVain + 1 : 0;
        if (inVain > MOST_IN_VAIN) location.reload();
        timer = window.setTimeout(() => void fetchMap(), AGAIN_MS);
      }
    };
    void fetchMap();
    return () => clearTimeout(timer);
  }, []);
  const Found = mapView.value;
  return Found ? <Found /> : <p class="c-wait">{say("正在加载地图……", "Loading the map …")}</p>;
}

const AGAIN_MS = 3_000;
/** So many tries of half a minute: whoever is typing has time to end the sentence. */
const MOST_IN_VAIN = 10;
