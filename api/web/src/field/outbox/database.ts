/** What the phone keeps: the outbox, the photos that belong to it, and whatever it carries to work without signal. */
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import type { Item } from "./items";

export interface Picture {
  id: string;
  bytes: ArrayBuffer;
  type: string;
}

interface Kept extends DBSchema {
  outbox: { key: string; value: Item; indexes: { order: number } };
  blobs: { key: string; value: Picture };
  kept: { key: string; value: unknown };
}

export type Database = IDBPDatabase<Kept>;

export const NAME = "gridgov-field";
/** Of the shape in which things are kept. Who raises it adds a step below, and what waits to be sent passes through it. */
const VERSION = 1;

/** Opens it, made new where there is none. A newer page in another tab may take it over: then this one says so. */
export async function openDatabase(name = NAME, onTaken: () => void = () => undefined): Promise<Database> {
  const database = await openDB<Kept>(name, VERSION, {
    upgrade(made, from) {
      if (from < 1) {
        made.createObjectStore("outbox", { keyPath: "id" }).createIndex("order", "order");
        made.createObjectStore("blobs", { keyPath: "id" });
        made.createObjectStore("kept");
      }
    },
    blocking() {
      database.close();
      onTaken();
    },
  });
  return database;
}

export async function dropDatabase(name = NAME): Promise<void> {
  await deleteDB(name);
}

export async function keep(database: Database, key: string, value: unknown): Promise<void> {
  await database.put("kept", value, key);
}

export async function keptOf<T>(database: Database, key: string): Promise<T | undefined> {
  return (await database.get("kept", key)) as T | undefined;
}

export async function forget(database: Database, key: string): Promise<void> {
  await database.delete("kept", key);
}

/** Keeps what can be fetched or made again: a full disk does without it. */
export async function keepIfRoom(database: Database, key: string, value: unknown): Promise<void> {
  try {
    await keep(database, key, value);
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

/** Whether the disk takes nothing more. What browsers say of one that fills up under them differs. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof DOMException)) return false;
  return ["QuotaExceededError", "AbortError"].includes(error.name) || isNoRoom(error);
}

function isNoRoom({ name, message }: DOMException): boolean {
  return name === "UnknownError" && /disk|space|full|commit/i.test(message);
}
