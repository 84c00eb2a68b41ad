import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { say } from "../shared/words";
import { Toasts } from "../shared/ui/toasts";
import { Header } from "./Header";
import { Left } from "./Left";
import { Right } from "./Right";
import { chosen, past } from "./state";
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
  if (!opened.value) return <main class="c-wait">{say("正在连接服务器……", "Connecting to the server …")}</main>;
  return (
    <div class={`c-page ${past.value ? "past" : ""}`} data-sheet={sheet.value} data-chosen={chosen.value !== null}>
      <Header />
      <Left />
      <main class="c-map" aria-label={say("地图", "Map")}>
        <LateMap />
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
    </div>
  );
}

/** The map is the largest part by far: what is late is shown before it is there. */
function LateMap() {
  useEffect(() => {
    void import("./MapView").then((found) => (mapView.value = found.default));
  }, []);
  const Found = mapView.value;
  return Found ? <Found /> : <p class="c-wait">{say("正在加载地图……", "Loading the map …")}</p>;
}
