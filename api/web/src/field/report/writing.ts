/** Keeping the report that is written, and sending it off. */
import { effect, signal } from "@preact/signals";
import { toast, toastError } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { changeKept, keepLoose } from "../kept";
import { holdLoose, letLooseGo, loose } from "../loose";
import type { Picture } from "../outbox/database";
import type { Draft } from "../outbox/items";
import { diskShort, holder, items, pack, pictureOf, post, theDisk, theOutbox, today, unsaved } from "../phone";
import { renamedIn, reported, type Walked } from "../walking";
import { blank, changed, type Finding, isBlank, itemsOf, type Shot, type Writing, writing } from "./draft";
import { draftsOf, forgetDraft, keepDraft, layersOf, stacked, without } from "./drafts";
import { used } from "./matters";
import { LARGE_BYTES, onMobileData, reading, taken } from "./photos";

export const lastMatters = signal<string[]>([]);
export const smaller = signal(onMobileData());
/** The report that this tab sends off just now. */
let leaving: string | null = null;

/** Takes up what was written before, unless it was sent since; then keeps every change, each report under its own name. */
export async function takeUp(account: string): Promise<() => void> {
  const drafts = await draftsOf(account);
  lastMatters.value = (await theDisk().kept<string[]>(`matters:${account}`)) ?? [];
  writing.value = stacked(drafts.filter(({ id }) => !isSent(id))) ?? blank();
  const held = new Map([...drafts, ...layersOf(writing.value)].map((one) => [one.id, one]));
  const ends = [
    theOutbox().follow((old, next) => void tellWalks(old, next).catch(toastError)),
    effect(letSentGo),
    effect(() => {
      // There is room again.
      if (!diskShort.value) keepLoose().catch(toastError);
    }),
    effect(() => keepAll(account, held)),
  ];
  return () => ends.forEach((end) => end());
}

/** Whether it waits to be sent, or the server shows it: another tab may have sent off what this one shows still. */
function isSent(draft: string): boolean {
  if (items.value.some(({ id }) => id === draft)) return true;
  return today.value?.reports.some((one) => one.incident_id === draft) === true;
}

function letSentGo(): void {
  const now = writing.value;
  const left = without(now, isSent) ?? blank();
  if (left === now) return;
  writing.value = left;
  if (left.id !== now.id && now.id !== leaving) {
    toast(say("这份上报已在另一个窗口发出", "This report was sent off in another window"));
  }
}

/** Keeps what is written, and forgets of what it has `held` what is written no more: not before that is safe elsewhere. */
function keepAll(account: string, held: Map<string, Writing>): void {
  const layers = layersOf(writing.value).filter((one) => !isBlank(one));
  for (const one of layers.filter((layer) => held.get(layer.id) !== layer)) {
    held.set(one.id, one);
    keepDraft(account, one).catch(toastError);
  }
  const inMemory = unsaved.value ? items.peek().map(({ id }) => id) : [];
  for (const id of [...held.keys()].filter(
    (one) => !inMemory.includes(one) && !layers.some(({ id: is }) => is === one),
  )) {
    held.delete(id);
    forgetDraft(account, id).catch(toastError);
  }
}

export function write(change: Partial<Writing>): void {
  writing.value = { ...writing.value, ...change };
}

/** Begins the report of what a patrol found, or goes on with it; what was being written waits until it is done. */
export function reportFinding(finding: Finding, first: Pick<Writing, "matter" | "text">): void {
  const now = writing.value;
  if (now.finding?.walk === finding.walk && now.finding.item === finding.item) return;
  writing.value = { ...blank(), ...first, finding, ...(isBlank(now) && !reading.value ? {} : { before: now }) };
}

/** Gives up the report of a finding: the patrol alone will tell of it. */
export async function leaveFinding(): Promise<void> {
  const { shots, before } = writing.value;
  writing.value = before ?? blank();
  for (const { id } of shots) await drop(id);
}

/** Adds photos at once: each is on the disk before the next is looked at. They belong to what was written by then. */
export async function addPhotos(files: readonly File[]): Promise<void> {
  const { id } = writing.value;
  for (const file of files) {
    const shot = await keepPhoto(file);
    if (!changeShots(id, (shots) => [...shots, shot]).includes(shot)) await drop(shot.id);
  }
}

/** Changes the photos of a report that was being written a while ago; returns them: none if it is sent, or given up. */
function changeShots(id: string, next: (shots: Shot[]) => Shot[]): Shot[] {
  let shots: Shot[] = [];
  const now = changed(writing.value, id, (one) => ({ ...one, shots: (shots = next(one.shots)) }));
  writing.value = now ?? writing.value;
  return shots;
}

export async function keepPhoto(file: File): Promise<Shot> {
  const { shot, picture } = await taken(file, smaller.value);
  await store(picture);
  return shot;
}

/** Puts something with its photos into the outbox. False: the disk is full, and some of it lives in memory only. */
export async function postWith(shots: readonly Shot[], drafts: readonly Draft[]): Promise<boolean> {
  const pictures = shots.flatMap((shot) => loose.peek().get(shot.id) ?? []);
  const kept = await post(drafts, pictures);
  letLooseGo(pictures.map(({ id }) => id));
  return kept;
}

/** Makes the large photos of the report smaller, where that wins anything. */
export async function shrinkPhotos(): Promise<void> {
  const { id, shots } = writing.value;
  for (const shot of shots.filter(({ size }) => size > LARGE_BYTES)) {
    const found = await photo(shot.id);
    if (!found) continue;
    const file = new File([found.bytes], shot.name, { type: found.type });
    const made = await taken(file, true);
    if (made.shot.size >= shot.size) continue;
    await store(made.picture);
    // What was sent meanwhile was sent with the large one: that one is needed still.
    const now = changeShots(id, (all) => all.map((one) => (one.id === shot.id ? made.shot : one)));
    await drop(now.includes(made.shot) ? shot.id : made.shot.id);
  }
}

export async function dropPhoto(id: string): Promise<void> {
  write({ shots: writing.value.shots.filter((shot) => shot.id !== id) });
  await drop(id);
}

async function store(picture: Picture): Promise<void> {
  if (!(await theOutbox().keepPicture(picture))) holdLoose(picture);
}

export async function drop(id: string): Promise<void> {
  letLooseGo([id]);
  await theDisk().use((database) => database.delete("blobs", id));
}

export async function photo(id: string): Promise<Picture | undefined> {
  return loose.peek().get(id) ?? (await pictureOf(id));
}

/** Writes into the walk, as it is kept, what was reported of its finding. */
async function tellWalk({ walk, item }: Finding, incident: string): Promise<void> {
  await changeKept<Walked>(walk, (walked) => reported(walked, item, incident));
}

/** Writes into all walks that are kept that the report of a finding has another id, or is gone. */
async function tellWalks(old: string, next: string | null): Promise<void> {
  const walks = await theDisk().use((database) => database.getAllKeys("kept", IDBKeyRange.bound("patrol:", "patrol;")));
  for (const walk of walks) await changeKept<Walked>(walk, (walked) => renamedIn(walked, old, next));
}

/** Puts the report into the outbox and begins a new one. False: the disk is full, and it lives in memory only. */
export async function sendOff(): Promise<boolean> {
  const written = writing.value;
  const owner = holder.value;
  const matter = pack.value?.matters.items.find((one) => one.code === written.matter);
  if (!owner || !matter) return true;
  const drafts = itemsOf(written, matter, owner, new Date());
  leaving = written.id;
  const kept = await postWith(written.shots, drafts).finally(() => (leaving = null));
  if (written.finding) await tellWalk(written.finding, written.id);
  lastMatters.value = used(lastMatters.value, matter.code);
  if (writing.value.id === written.id) writing.value = written.before ?? blank();
  // Nobody waits for that, or would miss it.
  theDisk()
    .keep(`matters:${owner.account_id}`, lastMatters.value)
    .catch(() => undefined);
  return kept;
}
