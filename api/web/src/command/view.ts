/** The view as the address has it: read when the page opens, written whenever somebody looks elsewhere. */
import { effect, signal } from "@preact/signals";
import { type Shown } from "../shared/map";
import { chooseTheme, themeChoice } from "../shared/ui/theme";
import { switchTongue, tongue } from "../shared/words";
import { keepRight, want } from "./keeping";
import { asListed } from "./layers";
import { addressOfView, type Chosen, type View, viewOfAddress } from "./link";
import { catalogue, chosen, middle, moment, orderOf, place, shown, shownAtFirst } from "./state";

const KEY = "gridgov.command.layers";
const WRITE_MS = 250;

/** Whether the address has been read, and the page may show what it says. */
export const opened = signal(false);

export function openView(): void {
  const view = viewOfAddress(location.href);
  if (view.tongue && view.tongue !== tongue.value) switchTongue();
  if (view.theme) chooseTheme(view.theme);
  chosen.value = view.chosen;
  moment.value = view.moment;
  place.value = view.place;
  opened.value = true;
  showFirst(view.shown ?? kept());
  keepRight();
  addEventListener("popstate", () => {
    const found = viewOfAddress(location.href);
    if (found.chosen?.id !== chosen.value?.id) look(found.chosen, false);
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const address = link();
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState(null, "", address), WRITE_MS);
  });
}

/** The address of what is seen now: what is as at first is left out. */
export function link(): string {
  return addressOfView({ ...seen(), shown: catalogue.value && !isAtFirst() ? shown.value : null });
}

/** The same for somebody else, whose browser may keep other layers and have another size. */
export function linkForOthers(): string {
  return addressOfView({ ...seen(), place: middle.value ?? place.value, shown: catalogue.value ? shown.value : null });
}

function seen(): Omit<View, "shown"> {
  const [chosenNow, placeNow, momentNow] = [chosen.value, place.value, moment.value];
  return { chosen: chosenNow, place: placeNow, moment: momentNow, tongue: tongue.value, theme: themeChoice.value };
}

/** Chooses a case or a whistle; the way back leads to what was chosen before. */
export function look(at: Chosen | null, remembered = true): void {
  if (at?.id === chosen.value?.id && at?.kind === chosen.value?.kind) return;
  chosen.value = at;
  if (remembered) history.pushState(null, "", link());
  want("chosen");
}

/** Shows layers, from below to above, and keeps the choice in this browser. */
export function show(layers: readonly Shown[]): void {
  shown.value = layers;
  try {
    localStorage.setItem(KEY, JSON.stringify(layers));
  } catch {
    // A browser that keeps nothing shows them for now.
  }
}

export function toggle(name: string): void {
  const without = shown.value.filter((layer) => layer.name !== name);
  if (without.length < shown.value.length) {
    show(without);
    return;
  }
  const group = catalogue.value?.layers.find((layer) => layer.name === name)?.group ?? null;
  const rivals = new Set(catalogue.value?.layers.filter((one) => group && one.group === group).map((one) => one.name));
  const rest = without.filter((layer) => !rivals.has(layer.name));
  const at = rest.findIndex((layer) => orderOf(layer.name) > orderOf(name));
  const place = at < 0 ? rest.length : at;
  show([...rest.slice(0, place), { name, opacity: 1 }, ...rest.slice(place)]);
}

/** Shows layers as soon as the catalogue is there to tell them. */
function showFirst(wanted: readonly Shown[] | null): void {
  const stop = catalogue.subscribe((found) => {
    if (!found) return;
    shown.value = wanted ? asListed(wanted) : shownAtFirst(found);
    queueMicrotask(() => stop());
  });
}

function isAtFirst(): boolean {
  const first = catalogue.value ? shownAtFirst(catalogue.value) : [];
  return JSON.stringify(first) === JSON.stringify(shown.value);
}

function kept(): Shown[] | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (!Array.isArray(found)) return null;
    return found.filter(
      (one): one is Shown =>
        typeof one === "object" &&
        one !== null &&
        typeof (one as Shown).name === "string" &&
        typeof (one as Shown).opacity === "number",
    );
  } catch {
    return null;
  }
}
