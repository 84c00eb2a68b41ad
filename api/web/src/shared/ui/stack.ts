/** The dialogs that stand open, the topmost last: what lies beneath it can be neither pressed nor heard. */
import { signal } from "@preact/signals";

export const stack = signal<readonly symbol[]>([]);

/** Lays a dialog on top. Returns the way to take it away again, wherever it lies by then. */
export function lay(dialog: symbol): () => void {
  stack.value = [...stack.peek(), dialog];
  return () => (stack.value = stack.peek().filter((one) => one !== dialog));
}
