/** The view as the address has it: read when the page opens, written whenever somebody looks elsewhere. */
import { effect, signal } from "@preact/signals";
import { type Shown } from "../shared/map";
import { chooseTheme, themeChoice } from "../shared/ui/theme";
import { switchTongue, tongue } from "../shared/words";
import { keepRight, wish } from "./keeping";
import { asListed } from "./layers";
import { addressOfView, type Chosen, type View, viewOfAddress } from "./link";
import { catalogue, chosen, middle, moment, orderOf, place, shown, shownAtFirst } from "./state";

const KEY = "gridgov.command.layers";
const OFFERED_KEY = "gridgov.command.layers-offered";
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
  showFirst(view.shown, kept());
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
  wish("chosen");
}

/** Shows layers, from below to above, and keeps the choice in this browser. */
export function show(layers: readonly Shown[]): void {
  shown.value = layers;
  try {
    localStorage.setItem(KEY, JSON.stringify(layers));
  } catch {
    // A browser that keeps nothing shows them for now.
  }
  keepOffered();
}

export function toggle(name: string): void {
  const without = shown.value.filter((layer) => layer.name !== name);
  if (without.length < shown.value.length) {
    show(without);
    return;
  }
  const rivals = rivalsOf(name);
  show(
    placed(
      without.filter((layer) => !rivals.has(layer.name)),
      name,
    ),
  );
}

/** The layers of which only one is shown at a time, this one among them. */
function rivalsOf(name: string): Set<string> {
  const group = catalogue.value?.layers.find((layer) => layer.name === name)?.group ?? null;
  return new Set(catalogue.value?.layers.filter((one) => group && one.group === group).map((one) => one.name));
}

/** With one more, where it lies if nobody moved it. */
function placed(layers: readonly Shown[], name: string): Shown[] {
  const at = layers.findIndex((layer) => orderOf(layer.name) > orderOf(name));
  const place = at < 0 ? layers.length : at;
  return [...layers.slice(0, place), { name, opacity: 1 }, ...layers.slice(place)];
}

/** The layers of a first look that this browser has been offered: those that somebody leaves out were left out. */
const offered = new Set<string>();

/** Shows layers as soon as the catalogue is there to tell them; and later what is offered for the first time. */
export function showFirst(linked: readonly Shown[] | null, own: readonly Shown[] | null): void {
  const wanted = linked ?? own;
  let isFirst = true;
  catalogue.subscribe((found) => {
    if (!found) return;
    const first = shownAtFirst(found);
    if (isFirst) {
      shown.value = wanted ? asListed(wanted) : first;
      // A link shows what it says; a browser that kept its layers goes on from what it knew then.
      const isOwn = own !== null && (linked === null || namesOf(linked) === namesOf(own));
      for (const name of (isOwn && keptOffered()) || first.map((layer) => layer.name)) offered.add(name);
      if (isOwn) keepOffered();
      isFirst = false;
    }
    for (const { name } of first) {
      const isNew = !offered.has(name) && !shown.value.some((layer) => layer.name === name);
      offered.add(name);
      const rivals = rivalsOf(name);
      if (isNew && !shown.value.some((layer) => rivals.has(layer.name))) shown.value = placed(shown.value, name);
    }
  });
}

const namesOf = (layers: readonly Shown[]): string =>
  asListed(layers)
    .map(({ name }) => name)
    .join();

function keepOffered(): void {
  try {
    localStorage.setItem(OFFERED_KEY, JSON.stringify([...offered]));
  } catch {
    // A browser that keeps nothing has nothing to go on from.
  }
}

function keptOffered(): string[] | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(OFFERED_KEY) ?? "null");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : null;
  } catch {
    return null;
  }
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
