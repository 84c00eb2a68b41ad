import { Dialog } from "../shared/ui/dialog";
import { detailsOf, wordsOf } from "../shared/ui/problems";
import { said, say, type Words } from "../shared/words";
import { asking, isShown, look, positions, purpose, refusal } from "./people";
import { PurposeForm } from "./PurposeForm";
import { past } from "./state";

const USUAL: readonly Words[] = [
  { zh: "值班调度：就近派人", en: "On duty: send whoever is near" },
  { zh: "应急处置：核实到场", en: "Emergency: see who is there" },
];

/** What for somebody wants to see where people are: whoever is looked at can read it. */
export function Purpose() {
  if (!asking.value) return null;
  return (
    <Dialog title={say("查看在岗人员的位置", "See where people on duty are")} close={() => (asking.value = false)}>
      <PurposeForm
        told={say(
          "每次查看都会记录，被看的人能看到是谁、为什么看。本页打开期间只问一次，每分钟更新一次。",
          "Every look is written down; whoever is looked at sees who looked, and what for. You are asked once while this page is open; it looks again every minute.",
        )}
        usual={USUAL}
        look={look}
      />
    </Dialog>
  );
}

/** Says as long as people are shown that looks are logged. */
export function PeopleNote() {
  if (!isShown() || !purpose.value || past.value) return null;
  return (
    <p class="c-people" role="status">
      {refusal.value === null
        ? say(
            `在岗 ${positions.value.length} 人 · 查看已记录：${purpose.value}`,
            `${positions.value.length} on duty · this look is logged: ${purpose.value}`,
          )
        : `${said(wordsOf(refusal.value))} ${detailsOf(refusal.value).join(" ")}`}
    </p>
  );
}
