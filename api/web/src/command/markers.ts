/** Open whistles as marks that stand out on the map: a sign, what is left of the time, a ring that pulses. */
import { LngLatBounds, Marker } from "../shared/map/drawing";
import type { GlMap } from "../shared/map/drawing";
import { briefly, countdown } from "../shared/time";
import { say } from "../shared/words";
import { fitted } from "./declutter";
import { middleOf } from "./footprint";
import { chosen, matters, type WhistleRow } from "./state";
import { look } from "./view";
import { nextDue } from "./whistles";

/** More would cover the map; the list beside it has them all. */
const MOST = 120;
/** From so near, marks that still lie over each other stand at one place. */
const NEAREST_ZOOM = 17;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

interface Held {
  marker: Marker;
  button: HTMLButtonElement;
  sign: HTMLElement;
  words: HTMLElement;
  more: HTMLElement;
  /** What is read out after what is seen: a name holds both, so that who speaks to the page is understood. */
  rest: HTMLElement;
  at: [number, number];
  row: WhistleRow;
  under: string[];
}

export class Markers {
  /** From the most urgent. */
  #held = new Map<string, Held>();
  #waits = false;
  readonly #later = (): void => {
    if (this.#waits) return;
    this.#waits = true;
    requestAnimationFrame(() => {
      this.#waits = false;
      this.#fit();
    });
  };

  constructor(private readonly map: GlMap) {
    map.on("zoom", this.#later);
    map.on("resize", this.#later);
  }

  /** Shows these whistles and no others, as strongly as their layer; emergencies and what is due first come first. */
  show(rows: readonly WhistleRow[], at: number, opacity: number): void {
    const before = this.#held;
    this.#held = new Map();
    for (const row of [...rows].sort(moreUrgent).slice(0, MOST)) {
      const held = before.get(row.id) ?? this.#made(row);
      if (!held) continue;
      before.delete(row.id);
      held.marker.setOpacity(String(opacity));
      this.#held.set(row.id, Object.assign(held, { row }));
    }
    for (const { marker } of before.values()) marker.remove();
    this.#fit();
    this.tick(at);
  }

  /** Writes what it is and how much time is left; nothing is touched that says the same. */
  tick(at: number): void {
    for (const { row, button, sign, words, rest, under } of this.#held.values()) {
      const due = nextDue(row);
      if (sign.textContent !== signOf(row)) sign.textContent = signOf(row);
      button.classList.toggle("emergency", row.kind === "emergency");
      const said = due ? briefly(due, at) : "";
      if (words.textContent !== said) words.textContent = said;
      button.classList.toggle("late", due !== null && Date.parse(due) < at);
      const label = labelOf(row, due && countdown(due, Math.floor(at / 60_000) * 60_000), under.length);
      if (button.title === label) continue;
      button.title = label;
      rest.textContent = label;
    }
  }

  clear(): void {
    for (const { marker } of this.#held.values()) marker.remove();
    this.#held.clear();
  }

  /** The whistles that lie within the map's edges, each with its place in pixels. */
  inSight(): { row: WhistleRow; x: number; y: number }[] {
    const box = this.map.getBounds();
    return [...this.#held.values()]
      .filter(({ at }) => box.contains(at))
      .map(({ row, at }) => ({ row, ...this.#spot(at) }));
  }

  #spot(at: [number, number]): { x: number; y: number } {
    const { x, y } = this.map.project(at);
    return { x, y };
  }

  /** Gives each mark the room that there is; one of them is reached by Tab, and the others from there by arrows. */
  #fit(): void {
    const spots = [...this.#held].map(([id, { at }]) => ({ id, ...this.#spot(at) }));
    const fits = fitted(spots);
    let first = true;
    for (const [id, held] of this.#held) {
      const { button, more } = held;
      const fit = fits.get(id);
      button.classList.toggle("under", !fit);
      button.classList.toggle("full", fit?.as === "full");
      held.under = fit?.under ?? [];
      const count = held.under.length ? `+${held.under.length}` : "";
      if (more.textContent !== count) more.textContent = count;
      const focused = button === document.activeElement;
      button.tabIndex = focused || (fit && first) ? 0 : -1;
      if (fit) first = false;
    }
  }

  #made(row: WhistleRow): Held | null {
    const at = middleOf(row.geometry);
    if (!at) return null;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "c-marker";
    button.dataset["whistleMark"] = row.id;
    const sign = document.createElement("b");
    const words = document.createElement("span");
    const more = document.createElement("i");
    const rest = document.createElement("small");
    rest.className = "hidden-but-read";
    button.append(sign, words, more, rest);
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      this.#open(row.id);
    });
    button.addEventListener("keydown", (event) => this.#onKey(event, button));
    const marker = new Marker({ element: button, anchor: "bottom" }).setLngLat(at).addTo(this.map);
    return { marker, button, sign, words, more, rest, at, row, under: [] };
  }

  /** Opens a mark; what others lie under comes nearer, or where all stand at one place opens them in turn. */
  #open(id: string): void {
    const group = [id, ...(this.#held.get(id)?.under ?? [])];
    if (group.length > 1 && this.map.getZoom() < NEAREST_ZOOM) {
      const bounds = new LngLatBounds();
      for (const one of group) bounds.extend(this.#held.get(one)?.at ?? bounds);
      this.map.fitBounds(bounds, { padding: 120, maxZoom: NEAREST_ZOOM, animate: !CALM.matches });
    }
    const at = group.indexOf(chosen.value?.id ?? "");
    look({ kind: "whistle", id: group[(at + 1) % group.length] ?? id });
  }

  #onKey(event: KeyboardEvent, button: HTMLButtonElement): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const seen = [...this.#held.values()].map((held) => held.button).filter((one) => !one.matches(".under"));
    const next = seen[(seen.indexOf(button) + by + seen.length) % seen.length];
    if (!next) return;
    button.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

function labelOf(row: WhistleRow, left: string | null, under: number): string {
  const what = [signOf(row), matters.value.get(row.matter_code)?.name ?? row.incident_number, left];
  const label = what.filter(Boolean).join(say("，", ", "));
  const more = under ? say(`；另有 ${under} 个在此`, `; ${under} more here`) : "";
  return say(`吹哨：${label}${more}`, `Whistle: ${label}${more}`);
}

/** Emergencies, combined ones and the others differ by their sign, not by colour alone. */
export function signOf(row: WhistleRow): string {
  if (row.kind === "emergency") return say("急", "!");
  return row.combined ? say("联", "C") : say("哨", "W");
}

function moreUrgent(one: WhistleRow, other: WhistleRow): number {
  const emergency = Number(other.kind === "emergency") - Number(one.kind === "emergency");
  return emergency || (nextDue(one) ?? "9").localeCompare(nextDue(other) ?? "9");
}
