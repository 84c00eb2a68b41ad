/** How an incident's stage is drawn: a colour of Okabe and Ito's palette and a sign, so that no colour stands alone. */
import type { Tongue, Words } from "../words";

export interface StageSign {
  colour: string;
  /** What stands on the mark must be read: ink or paper, whichever has the better contrast. */
  text: string;
  sign: Words;
}

const INK = "#16212b";
const PAPER = "#ffffff";
const sign = (colour: string, text: string, zh: string, en: string): StageSign => ({ colour, text, sign: { zh, en } });

export const STAGE_SIGNS: Record<string, StageSign> = {
  reported: sign("#e69f00", INK, "报", "R"),
  filed: sign("#f0e442", INK, "立", "F"),
  dispatched: sign("#56b4e9", INK, "派", "D"),
  handling: sign("#0072b2", PAPER, "办", "H"),
  fed_back: sign("#cc79a7", INK, "馈", "B"),
  verified: sign("#009e73", INK, "核", "V"),
  closed: sign("#ffffff", INK, "结", "C"),
  rejected: sign("#d0d4d7", INK, "退", "X"),
  suspended: sign("#b8a98f", INK, "挂", "S"),
  merged: sign("#d0d4d7", INK, "并", "M"),
};

const OTHER: StageSign = sign("#d0d4d7", INK, "·", "·");

/** A MapLibre expression that chooses something by the feature's stage. */
export function byStage(choose: (sign: StageSign) => string): unknown[] {
  const pairs = Object.entries(STAGE_SIGNS).flatMap(([stage, one]) => [stage, choose(one)]);
  return ["match", ["get", "stage"], ...pairs, choose(OTHER)];
}

export function signOf(stage: string, tongue: Tongue): string {
  return (STAGE_SIGNS[stage] ?? OTHER).sign[tongue];
}
