/** Keeping the report that is written, and sending it off. */
import { effect, signal } from "@preact/signals";
import { forget, isFull, keep, keptOf, type Picture } from "../outbox/database";
import { holder, items, pack, pictureOf, post, theDatabase, theOutbox } from "../phone";
import { reported, type Walked } from "../walking";
import { blank, type Finding, isBlank, itemsOf, type Shot, type Writing, writing } from "./draft";
import { used } from "./matters";
import { LARGE_BYTES, onMobileData, taken } from "./photos";

export const lastMatters = signal<string[]>([]);
export const smaller = signal(onMobileData());
/** Photos that the disk had no room for; they live as long as the page does. */
const loose = new Map<string, Picture>();

/** Takes up what was written before, unless it was sent since; then keeps every change. */
export async function takeUp(account: string): Promise<() => void> {
  const database = theDatabase();
  const kept = await keptOf<Writing>(database, `draft:${account}`);
  lastMatters.value = (await keptOf<string[]>(database, `matters:${account}`)) ?? [];
  const sent = kept && items.value.some((item) => item.id === kept.id);
  writing.value = (sent ? kept.before : kept) ?? blank();
  return effect(() => {
    const now = writing.value;
    const done = isBlank(now) ? forget(database, `draft:${account}`) : keep(database, `draft:${account}`, now);
    done.catch((error: unknown) => {
      if (!isFull(error)) throw error;
    });
  });
}

export function write(change: Partial<Writing>): void {
  writing.value = { ...writing.value, ...change };
}

/** Begins the report of what a patrol found, or goes on with it; what was being written waits until it is done. */
export function reportFinding(finding: Finding, first: Pick<Writing, "matter" | "text">): void {
  const now = writing.value;
  if (now.finding?.walk === finding.walk && now.finding.item === finding.item) return;
  writing.value = { ...blank(), ...first, finding, ...(isBlank(now) ? {} : { before: now }) };
}

/** Gives up the report of a finding: the patrol alone will tell of it. */
export async function leaveFinding(): Promise<void> {
  const { shots, before } = writing.value;
  writing.value = before ?? blank();
  for (const { id } of shots) await drop(id);
}

/** Adds photos at once: each is on the disk before the next is looked at. */
export async function addPhotos(files: readonly File[]): Promise<void> {
  for (const file of files) {
    const shot = await keepPhoto(file);
    write({ shots: [...writing.value.shots, shot] });
  }
}

export async function keepPhoto(file: File): Promise<Shot> {
  const { shot, picture } = await taken(file, smaller.value);
  await store(picture);
  return shot;
}

/** Photos of `shots` that live in memory only. */
export function looseOf(shots: readonly Shot[]): Picture[] {
  return shots.flatMap((shot) => loose.get(shot.id) ?? []);
}

/** Makes the large photos of the report smaller, where that wins anything. */
export async function shrinkPhotos(): Promise<void> {
  for (const shot of writing.value.shots.filter(({ size }) => size > LARGE_BYTES)) {
    const found = await photo(shot.id);
    if (!found) continue;
    const file = new File([found.bytes], shot.name, { type: found.type });
    const made = await taken(file, true);
    if (made.shot.size >= shot.size) continue;
    await store(made.picture);
    write({ shots: writing.value.shots.map((one) => (one.id === shot.id ? made.shot : one)) });
    await drop(shot.id);
  }
}

export async function dropPhoto(id: string): Promise<void> {
  write({ shots: writing.value.shots.filter((shot) => shot.id !== id) });
  await drop(id);
}

async function store(picture: Picture): Promise<void> {
  if (!(await theOutbox().keepPicture(picture))) loose.set(picture.id, picture);
}

export async function drop(id: string): Promise<void> {
  loose.delete(id);
  await theDatabase().delete("blobs", id);
}

export async function photo(id: string): Promise<Picture | undefined> {
  return loose.get(id) ?? (await pictureOf(id));
}

/** Writes into the walk, as it is kept, what was reported of its finding. */
async function tellWalk({ walk, item }: Finding, incident: string): Promise<void> {
  const walked = await keptOf<Walked>(theDatabase(), walk);
  if (walked) await keep(theDatabase(), walk, reported(walked, item, incident)).catch(() => undefined);
}

/** Puts the report into the outbox and begins a new one. False: the disk is full, and it lives in memory only. */
export async function sendOff(): Promise<boolean> {
  const written = writing.value;
  const owner = holder.value;
  const matter = pack.value?.matters.items.find((one) => one.code === written.matter);
  if (!owner || !matter) return true;
  const drafts = itemsOf(written, matter, owner, new Date());
  const kept = await post(drafts, looseOf(written.shots));
  for (const { id } of written.shots) loose.delete(id);
  if (written.finding) await tellWalk(written.finding, written.id);
  lastMatters.value = used(lastMatters.value, matter.code);
  writing.value = written.before ?? blank();
  await keep(theDatabase(), `matters:${owner.account_id}`, lastMatters.value).catch(() => undefined);
  return kept;
}
