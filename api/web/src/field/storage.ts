/** How much room is left on the phone, where browsers tell; said before it is too late. */
import { signal } from "@preact/signals";
import { say } from "../shared/words";

export interface Room {
  usage: number;
  quota: number;
}

export const room = signal<Room | null>(null);
export const persisted = signal<boolean | null>(null);
export const diskWarning = signal<string | null>(null);

const LITTLE_BYTES = 50 * 1024 * 1024;
const MUCH_USED = 0.9;

/** Whether it is time to say that the phone fills up. */
export function isShort({ usage, quota }: Room): boolean {
  return quota - usage < LITTLE_BYTES || usage / quota > MUCH_USED;
}

/** Looks how much room there is; `navigator.storage` is missing on plain http. */
export async function measure(storage = (navigator as { storage?: Partial<StorageManager> }).storage): Promise<void> {
  const found = await storage?.estimate?.();
  persisted.value = (await storage?.persisted?.()) ?? null;
  if (found?.quota === undefined) return;
  room.value = { usage: found.usage ?? 0, quota: found.quota };
  diskWarning.value = isShort(room.value) ? warning(room.value) : null;
}

function warning({ usage, quota }: Room): string {
  const left = sized(Math.max(0, quota - usage));
  return say(
    `手机存储即将用完，仅剩 ${left}：请尽快发送，或缩小照片。`,
    `Only ${left} of room are left on this phone: send what waits, or make photos smaller.`,
  );
}

export function sized(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024;
  if (mebibytes < 1) return `${Math.ceil(bytes / 1024)} KB`;
  return mebibytes < 1024 ? `${Math.round(mebibytes)} MB` : `${(mebibytes / 1024).toFixed(1)} GB`;
}
