import { say } from "../shared/words";
import { CasePanel } from "./CasePanel";
import { missing, story } from "./chosen";
import { chosen, isOfAnother } from "./state";
import { WhistleBoard } from "./WhistleBoard";

export function Right() {
  return (
    <aside
      class="c-right"
      aria-label={say("案件与吹哨", "Case and whistle")}
      aria-busy={isOfAnother(chosen.value ? "chosen" : "whistles")}
    >
      <Inside />
    </aside>
  );
}

function Inside() {
  if (!chosen.value) return <WhistleBoard />;
  if (missing.value) {
    return (
      <p class="c-note">
        {say(
          "没有找到，或您无权查看，或那一刻还没有它。",
          "It is not there, not yours to see, or was not there yet at that moment.",
        )}
      </p>
    );
  }
  const found = story.value;
  const same =
    found &&
    (chosen.value.id === found.incident.id || found.whistles.some(({ whistle }) => whistle.id === chosen.value?.id));
  if (!found || !same) return <p class="c-note">{say("正在读取……", "Reading …")}</p>;
  return <CasePanel story={found} />;
}
