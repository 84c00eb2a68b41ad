/** A list of what happened, the newest first, and what was before it at a press. */
import type { ComponentChildren } from "preact";
import { read } from "../shared/api";
import { Button, Shown } from "../shared/ui/basics";
import { useLoaded } from "../shared/ui/loaded";
import { toastError } from "../shared/ui/toasts";
import { say } from "../shared/words";

interface Leaf<T> {
  items: T[];
  next: string | null;
}

interface Props<T> {
  /** The list's address, with how many of it are read at once. */
  path: string;
  children: (rows: readonly T[]) => ComponentChildren;
}

export function Earlier<T>({ path, children }: Props<T>) {
  const list = useLoaded(() => read<Leaf<T>>(path));
  const more = async ({ items, next }: Leaf<T>): Promise<void> => {
    try {
      const leaf = await read<Leaf<T>>(`${path}&cursor=${next ?? ""}`);
      list.value.value = { ...leaf, items: [...items, ...leaf.items] };
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Shown of={list}>
      {(leaf) => (
        <>
          {children(leaf.items)}
          {leaf.next && <Button act={() => more(leaf)}>{say("更早的记录", "Earlier ones")}</Button>}
        </>
      )}
    </Shown>
  );
}
