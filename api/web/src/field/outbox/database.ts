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

const NAME = "gridgov-field";

/** Opens it, made new where there is none. A newer page in another tab may take it over: then this one says so. */
export async function openDatabase(name = NAME, onTaken: () => void = () => undefined): Promise<Database> {
  const database = await openDB<Kept>(name, 1, {
    upgrade(made) {
      made.createObjectStore("outbox", { keyPath: "id" }).createIndex("order", "order");
      made.createObjectStore("blobs", { keyPath: "id" });
      made.createObjectStore("kept");
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

export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
