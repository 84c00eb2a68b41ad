/** Photos as they are taken: kept as they are, or made smaller; with a small picture to look at. */
import { sha256 } from "@noble/hashes/sha2.js";
import { signal } from "@preact/signals";
import { uuid7 } from "../../shared/uuid";
import type { Picture } from "../outbox/database";
import type { Shot } from "./draft";

export const LARGE_BYTES = 2 * 1024 * 1024;
const THUMB_PX = 120;
const SMALLER_PX = 1_920;
const SMALLER_QUALITY = 0.85;

/** How often somebody waits for photos just now: what they belong to is not sent before they are there. */
export const reading = signal(0);

export async function whileReading(work: () => Promise<void>): Promise<void> {
  reading.value += 1;
  try {
    await work();
  } finally {
    reading.value -= 1;
  }
}

/** Reads a file whole, so that it no longer depends on the camera's folder. */
export async function taken(file: File, smaller: boolean): Promise<{ shot: Shot; picture: Picture }> {
  const shrunk = smaller && file.size > LARGE_BYTES ? await shrink(file) : null;
  const kept = shrunk ?? file;
  const bytes = await bytesOf(kept);
  const id = uuid7();
  const type = kept.type || "image/jpeg";
  const thumb = await thumbOf(kept).catch(() => "");
  const name = file.name || "photo.jpg";
  const shot: Shot = { id, name, type, size: bytes.byteLength, sha256: hex(sha256(new Uint8Array(bytes))), thumb };
  return { shot, picture: { id, bytes, type } };
}

/** Makes a photo smaller; null where the browser cannot, or where nothing would be won. */
export async function shrink(photo: Blob): Promise<Blob | null> {
  try {
    const made = await drawn(photo, SMALLER_PX, SMALLER_QUALITY);
    return made.size < photo.size ? made : null;
  } catch {
    return null;
  }
}

async function thumbOf(photo: Blob): Promise<string> {
  const made = await drawn(photo, THUMB_PX, 0.7);
  const bytes = new Uint8Array(await bytesOf(made));
  return `data:image/jpeg;base64,${btoa(String.fromCharCode(...bytes))}`;
}

async function drawn(photo: Blob, mostPx: number, quality: number): Promise<Blob> {
  const image = await createImageBitmap(photo);
  const scale = Math.min(1, mostPx / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return await new Promise((resolve, reject) => {
    const done = (made: Blob | null): void => (made ? resolve(made) : reject(new Error("The canvas gave no picture.")));
    canvas.toBlob(done, "image/jpeg", quality);
  });
}

async function bytesOf(blob: Blob): Promise<ArrayBuffer> {
  return await blob.arrayBuffer();
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether the phone is on a network that is paid by the byte, so far as browsers tell. */
export function onMobileData(): boolean {
  const { connection } = navigator as { connection?: { type?: string; saveData?: boolean } };
  return connection?.type === "cellular" || connection?.saveData === true;
}
