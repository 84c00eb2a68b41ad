/** Says once, to whoever measures, how far a page has come. */
export type Mark =
  /** It shows what one opens it for. */
  | "useful"
  /** Its map shows all that it asked for. */
  | "drawn";

export function mark(name: Mark): void {
  if (performance.getEntriesByName(name).length === 0) performance.mark(name);
}
