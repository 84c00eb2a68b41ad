/** Keeps the picture right: what changes is fetched again, over restarts of server, database and network. */
import { effect, signal } from "@preact/signals";
import { Problem } from "../shared/api";
import { doubtAnswerers } from "./answerers";
import { loadChosen, shownIds } from "./chosen";
import { Line, SILENCE_MS } from "../shared/line";
import { isBack } from "../shared/session";
import { serverTime } from "../shared/time";
import { loadCatalogue, loadEmergencies, loadFigures, loadRules, loadWatch, loadWhistles } from "./load";
import { EVERY_MS } from "./pace";
import { Refresher, TOPICS, type Topic, topicsOf } from "./refresh";
import { soundOn } from "./sound";
import * as state from "./state";
import { emergencies, figures, moment, OF_A_MOMENT, over, past, staleSince, watch, whistles } from "./state";

/** Counts up when the map's tiles of what happens must be drawn anew; `loads` are the slower ones. */
export const marksTurn = signal(0);
export const loadsTurn = signal(0);
/** Whether the line to the server is up. */
export const connected = signal(false);
/** What the server no longer gives to whoever sits here. */
export const withheld = signal<ReadonlySet<Topic>>(new Set());

const SWEEP_MS = 30_000;
/** So many sweeps until the catalogue and the rules are read again: classes slide with the day, and no event tells of them. */
const LAND_SWEEPS = 10;
/** What the picture is made of: it is right while none of them is broken. */
type Part = Topic | "line" | `tiles:${string}`;
const broken = new Set<Part>();
/** What is told of now, whichever moment is looked at. */
const OF_ALWAYS: readonly Topic[] = ["emergencies", "rules"];
/** By the server's clock, as all that is told. */
let lastAliveAt = serverTime();

const refresher = new Refresher(
  {
    watch: { run: loadWatch, everyMs: EVERY_MS.watch },
    figures: { run: loadFigures, everyMs: EVERY_MS.figures },
    emergencies: { run: listen, everyMs: EVERY_MS.emergencies },
    whistles: { run: loadWhistles, everyMs: EVERY_MS.whistles },
    chosen: { run: loadChosen, everyMs: EVERY_MS.chosen },
    land: { run: loadCatalogue, everyMs: EVERY_MS.land },
    rules: { run: renewRules, everyMs: EVERY_MS.rules },
    marks: { run: () => turned(marksTurn), everyMs: EVERY_MS.marks },
    loads: { run: () => turned(loadsTurn), everyMs: EVERY_MS.loads },
  },
  {
    fresh: (topic) => {
      mended(topic);
      granted(topic);
    },
    failed: (topic, error) => {
      // What may not be read, or is asked for wrongly, does not become right by asking again.
      const lasting = error instanceof Problem && error.lasting;
      if (!lasting) hurt(topic);
      else if (error.status === 401) over.value = true;
      else withhold(topic);
      return !lasting;
    },
  },
);

const line = new Line({
  alive: () => {
    lastAliveAt = serverTime();
    connected.value = true;
    mended("line");
  },
  changes: (changes) => {
    const topics = topicsOf(changes, shownIds());
    refresher.want(past.value ? OF_ALWAYS.filter((topic) => topics.has(topic)) : topics);
  },
  anew: () => {
    refresher.hurry();
    refresher.want(past.value ? OF_ALWAYS : TOPICS);
  },
  down: () => {
    connected.value = false;
    hurt("line");
  },
  over: () => void ended(),
});

/** Asks for what a person waits for: whatever else goes on, at once. */
export function wish(...topics: Topic[]): void {
  refresher.wish(topics);
}

/** A session that ended says nothing of one that the same person began in another tab. */
async function ended(): Promise<void> {
  if (await isBack()) await line.open();
  else over.value = true;
}

/** Goes on after whoever looks has logged in again. */
export function resume(): void {
  over.value = false;
  void line.open();
  refresher.want(TOPICS);
}

/** Begins to keep the picture right. */
export function keepRight(): void {
  void line.open();
  refresher.want(TOPICS);
  effect(() => {
    if (soundOn.value || emergencies.peek()) refresher.want(["emergencies"]);
  });
  // Deadlines come near without anybody doing anything, and pass on the map as they do in the list.
  let sweeps = 0;
  const sweep = (): void => {
    if (past.value || document.visibilityState !== "visible") return;
    sweeps += 1;
    refresher.want(["watch", "figures", "marks"]);
    if (sweeps % LAND_SWEEPS === 0) refresher.want(["land", "loads", "rules"]);
  };
  setInterval(sweep, SWEEP_MS);
  const again = (): void => {
    if (document.visibilityState !== "visible") return;
    line.hurry();
    refresher.hurry();
    sweep();
    // A machine that slept heard nothing, and its clocks say nothing of it.
    if (serverTime() - lastAliveAt > SILENCE_MS) refresher.want(TOPICS);
  };
  addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
}

/** Shows a moment of the past, or with null the present one. */
export function seek(to: string | null): void {
  if (moment.value === to) return;
  const leaving = moment.value === null;
  moment.value = to;
  // The map's tiles follow the catalogue of that moment by themselves.
  refresher.wish(OF_A_MOMENT);
  refresher.hurry();
  // What happened while the past was looked at was heard by nobody.
  if (to === null) refresher.want(TOPICS);
  // Whoever is to hear of a new emergency must know of those that are there.
  else if (leaving) refresher.want(["emergencies"]);
}

/** A wall without sound that shows the present does not ask whom it would call: all that is due stands there. */
async function listen(): Promise<void> {
  if (soundOn.peek() || past.peek()) await loadEmergencies();
  else emergencies.value = null;
}

/** Who answers for what is chosen hangs on the list, and is asked for again. */
async function renewRules(): Promise<void> {
  await loadRules();
  doubtAnswerers();
  if (!past.value) refresher.want(["chosen"]);
}

function turned(turn: { value: number }): Promise<void> {
  turn.value += 1;
  return Promise.resolve();
}

export function hurt(part: Part): void {
  broken.add(part);
  staleSince.value ??= lastAliveAt;
}

export function mended(part: Part): void {
  broken.delete(part);
  if (broken.size === 0) staleSince.value = null;
}

/** What may not be read any more is not shown any more: old rows beside "Live" would be a lie. */
function withhold(topic: Topic): void {
  mended(topic);
  const part = OF_A_MOMENT.find((one) => one === topic);
  if (part) state.tellMoment(part, moment.peek());
  if (topic === "watch") watch.value = null;
  else if (topic === "figures") figures.value = null;
  else if (topic === "whistles") whistles.value = [];
  withheld.value = new Set([...withheld.value, topic]);
}

function granted(topic: Topic): void {
  if (!withheld.value.has(topic)) return;
  withheld.value = new Set([...withheld.value].filter((one) => one !== topic));
}
