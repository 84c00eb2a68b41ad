/** One whistle: whose it is, who has confirmed, who has come and from how far, what each did, and what can be done. */
import { WHISTLE_STAGES } from "../shared/terms";
import { said, say } from "../shared/words";
import { Acts } from "./Acts";
import { nameOfKind } from "./Blow";
import type { Held } from "./chosen";
import { Footprint } from "./Footprint";
import { Countdown } from "./Left";
import { whistleActs } from "./prospects";
import { chosen, kinds, past } from "./state";
import { look } from "./view";
import { Sides } from "./WhistleSides";
import { Summons } from "./WhistleSummons";
import { arrivedOf, nextDue } from "./whistles";

export function WhistlePanel({ held }: { held: Held }) {
  const { whistle } = held;
  const kind = kinds.value.find((one) => one.code === whistle.kind);
  const due = nextDue(whistle);
  const large = chosen.value?.kind === "whistle" && chosen.value.id === whistle.id;
  const [here, all] = arrivedOf(whistle);
  const confirmed = whistle.sides.filter((side) => side.confirmed_at).length;
  return (
    <section
      class={`c-whistle ${large ? "large" : ""}`}
      aria-labelledby={`whistle-${whistle.id}`}
      data-whistle={whistle.id}
    >
      <h3 id={`whistle-${whistle.id}`}>
        {whistle.combined && <b class="c-combined">{say("联合哨", "Combined")}</b>}{" "}
        {kind ? nameOfKind(kind) : whistle.kind}
      </h3>
      <p class="c-standing">
        <strong class="c-stage">{said(WHISTLE_STAGES[whistle.stage])}</strong>
        {due && <Countdown at={due} />}
        <span>
          {whistle.stage === "drafted"
            ? say(
                `${confirmed}/${whistle.sides.length} 方已确认`,
                `${confirmed} of ${whistle.sides.length} sides confirmed`,
              )
            : say(`${here}/${all} 家已到场`, `${here} of ${all} on site`)}
        </span>
        {!large && (
          <button type="button" class="c-small" onClick={() => look({ kind: "whistle", id: whistle.id })}>
            {say("打开吹哨页", "Open the whistle")}
          </button>
        )}
      </p>
      {whistle.reason && <p class="c-text">{whistle.reason}</p>}
      {!past.value && held.acts && <WhistleActs held={held} />}
      {whistle.combined && <Footprint whistle={whistle} />}
      <Sides whistle={whistle} />
      <Summons whistle={whistle} />
    </section>
  );
}

function WhistleActs({ held }: { held: Held }) {
  const { whistle, etag } = held;
  return (
    <Acts
      title={say("对这声哨可以", "What you may do with the whistle")}
      target={{ kind: "whistle", id: whistle.id, etag }}
      acts={whistleActs(held)}
      organisations={whistle.summons.map((one) => one.organisation_code)}
      streets={whistle.sides.map((side) => side.street_code)}
    />
  );
}
