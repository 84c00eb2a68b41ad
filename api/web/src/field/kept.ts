/** Something that is being filled in: kept at every touch, and there again after the page was closed. */
import { useEffect, useState } from "preact/hooks";
import { forget, isFull, keep, keptOf } from "./outbox/database";
import { holder, theDatabase } from "./phone";

/** Under this key it is kept for whoever holds the phone: the next one finds nothing of it. */
export function ownKey(key: string): string {
  return `${key}:${holder.value?.account_id ?? ""}`;
}

export function useKept<T>(name: string, first: T): [T, (next: T) => void, () => void] {
  const key = ownKey(name);
  const [value, setValue] = useState(first);
  useEffect(() => {
    let gone = false;
    void keptOf<T>(theDatabase(), key).then((found) => {
      if (found !== undefined && !gone) setValue(found);
    });
    return () => {
      gone = true;
    };
  }, [key]);
  const change = (next: T): void => {
    setValue(next);
    keep(theDatabase(), key, next).catch((error: unknown) => {
      if (!isFull(error)) throw error;
    });
  };
  return [value, change, () => void forget(theDatabase(), key)];
}
