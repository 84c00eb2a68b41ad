/** Open whistles as marks that stand out on the map: a sign, what is left of the time, a ring that pulses. */
import { Marker } from "../shared/map/map";
import type { GlMap } from "../shared/map/map";
import { countdown } from "../shared/time";
import { say } from "../shared/words";
import { middleOf } from "./footprint";
import { matters, type WhistleRow } from "./state";
import { look } from "./view";
import { nextDue } from "./whistles";

/** More would cover the map; the list beside it has them all. */
const MOST = 120;
const CROWD = 16;
const NEAR_ZOOM = 13;

interface Held {
  marker: Marker;
  button: HTMLButtonElement;
  words: HTMLElement;
  row: WhistleRow;
}

export class Markers {
  readonly #held = new Map<string, Held>();

  constructor(private readonly map: GlMap) {
    map.on("zoomend", () => this.#crowd());
  }

  /** Shows these whistles and no others; emergencies and what is due first come first. */
  show(rows: readonly WhistleRow[], at: number): void {
    const wanted = [...rows].sort(moreUrgent).slice(0, MOST);
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, held] of this.#held) {
      if (ids.has(id)) continue;
      held.marker.remove();
      this.#held.delete(id);
    }
    for (const row of wanted) {
      const held = this.#held.get(row.id);
      if (held) held.row = row;
      else this.#add(row);
    }
    this.#crowd();
    this.tick(at);
  }

  /** From afar many marks show their signs alone. */
  #crowd(): void {
    const crowded = this.#held.size > CROWD && this.map.getZoom() < NEAR_ZOOM;
    this.map.getContainer().classList.toggle("crowded", crowded);
  }

  /** Writes how much time is left; nothing is touched that says the same. */
  tick(at: number): void {
    for (const { row, button, words } of this.#held.values()) {
      const due = nextDue(row);
      const late = due !== null && Date.parse(due) < at;
      const said = due ? countdown(due, at) : "";
      if (words.textContent !== said) words.textContent = said;
      button.classList.toggle("late", late);
      const what = matters.value.get(row.matter_code)?.name ?? row.incident_number;
      const label = `${signOf(row)} ${what}`;
      if (button.title !== label) {
        button.title = label;
        button.setAttribute("aria-label", say(`吹哨：${label}`, `Whistle: ${label}`));
      }
    }
  }

  clear(): void {
    for (const { marker } of this.#held.values()) marker.remove();
    this.#held.clear();
  }

  #add(row: WhistleRow): void {
    const place = middleOf(row.geometry);
    if (!place) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = `c-marker ${row.kind === "emergency" ? "emergency" : ""}`;
    const sign = document.createElement("b");
    sign.textContent = signOf(row);
    const words = document.createElement("span");
    button.append(sign, words);
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      look({ kind: "whistle", id: row.id });
    });
    const marker = new Marker({ element: button, anchor: "bottom" }).setLngLat(place).addTo(this.map);
    this.#held.set(row.id, { marker, button, words, row });
  }
}

/** Emergencies, combined ones and the others differ by their sign, not by colour alone. */
function signOf(row: WhistleRow): string {
  if (row.kind === "emergency") return say("急", "!");
  return row.combined ? say("联", "C") : say("哨", "W");
}

function moreUrgent(one: WhistleRow, other: WhistleRow): number {
  const emergency = Number(other.kind === "emergency") - Number(one.kind === "emergency");
  return emergency || (nextDue(one) ?? "9").localeCompare(nextDue(other) ?? "9");
}
