/** A whistle's site: how far away it is, and whether a check-in would count. Pure; the server decides. */
import type { Words } from "../shared/words";
import type { Called, Summons } from "./carried";
import { metresTo } from "./geometry";
import type { Fix } from "./where";

export interface Reach {
  distanceM: number | null;
  /** Why it would not count, or not at once; null where it would. */
  against: Words | null;
  /** It would be written down and refused, whoever vouches. */
  hopeless: boolean;
}

export function reachOf(site: Called["site"], fix: Fix | null): Reach {
  if (!site) return { distanceM: null, against: WORDS.unplaced, hopeless: false };
  if (!fix) return { distanceM: null, against: WORDS.noPosition, hopeless: false };
  const target = site.geometry ?? { type: "Point" as const, coordinates: [site.lon, site.lat] };
  const distanceM = metresTo(target, fix);
  const coarse = fix.accuracyM > site.accuracy_limit_m;
  // As the server judges it: what is elsewhere beyond what the receiver can err is refused.
  if (distanceM - (coarse ? fix.accuracyM : 0) > site.radius_m) {
    return { distanceM, against: WORDS.tooFar, hopeless: true };
  }
  return { distanceM, against: coarse ? WORDS.tooCoarse : null, hopeless: false };
}

const WORDS = {
  unplaced: { zh: "现场位置不明", en: "Nobody knows where the site is" },
  noPosition: {
    zh: "没有定位：可以报到，但须现场另一人作证",
    en: "No position: you may check in, but somebody on site must vouch",
  },
  tooFar: { zh: "离现场太远，报到会被拒绝并记录", en: "Too far away: a check-in would be refused, and written down" },
  tooCoarse: {
    zh: "定位精度不足：请稍候，或由现场另一人作证",
    en: "The position is too coarse: wait, or let somebody on site vouch",
  },
} satisfies Record<string, Words>;

/** What the holder of the phone may do about a summons now. */
export function actsOf(summons: Summons): ("acknowledge" | "check-in" | "measures" | "leave")[] {
  if (!summons.mine) return [];
  switch (summons.stage) {
    case "summoned":
      return ["check-in", "acknowledge"];
    case "acknowledged":
      return ["check-in"];
    case "on_site":
      return ["measures"];
    case "released":
      return ["leave"];
    default:
      return [];
  }
}
