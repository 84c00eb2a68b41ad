/**
 * What the page needs later, and does not bring at once: the map, and what cuts outlines. By plain http no service
 * worker keeps it for when there is no signal: so it is fetched while there is.
 */
type Maps = typeof import("../shared/map/drawing");

export async function theMap(): Promise<Maps> {
  const found = await import("../shared/map/drawing");
  await found.fetchWorker();
  return found;
}

export async function theClipper(): Promise<typeof import("polyclip-ts")> {
  return await import("polyclip-ts");
}

const AT_LATEST_MS = 10_000;

/** Fetches it once the page has nothing better to do. Where that fails it is asked for again when it is wanted. */
export function fetchAhead(): void {
  if ((navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker?.controller) return;
  const begin = (): void => void Promise.allSettled([theMap(), theClipper()]);
  // Safari has no such moment.
  const { requestIdleCallback: idle } = globalThis as { requestIdleCallback?: typeof requestIdleCallback };
  if (idle) idle(begin, { timeout: AT_LATEST_MS });
  else setTimeout(begin, AT_LATEST_MS / 5);
}
