/** The issuing streets: the share of each, whether it has confirmed, whom it still holds, whether it has closed. */
import { dayTime } from "../shared/time";
import { say } from "../shared/words";
import { sideColour } from "./Footprint";
import { Countdown } from "./Left";
import { nameOf, type Whistle } from "./state";
import { heldBy } from "./whistles";

type Side = Whistle["sides"][number];

export function Sides({ whistle }: { whistle: Whistle }) {
  return (
    <table class="c-table">
      <caption>{say("各方", "Sides")}</caption>
      <thead>
        <tr>
          <th scope="col">{say("街道", "Street")}</th>
          <th scope="col">{say("份额", "Share")}</th>
          <th scope="col">{say("确认", "Confirmed")}</th>
          <th scope="col">{say("销哨", "Closed")}</th>
        </tr>
      </thead>
      <tbody>
        {whistle.sides.map((side, at) => (
          <tr key={side.street_code}>
            <th scope="row">
              <i class="c-swatch" style={{ background: sideColour(at) }} /> {side.street_name ?? side.street_code}
              {side.leads && <b class="c-leads">{say("牵头", "leads")}</b>}
              {side.lead_choice && (
                <small class="c-aside">
                  {say(`希望${nameOf(side.lead_choice)}牵头`, `wants ${nameOf(side.lead_choice)} to lead`)}
                </small>
              )}
            </th>
            <td>{(side.share * 100).toFixed(1)}%</td>
            <td>
              <Confirmed whistle={whistle} side={side} />
            </td>
            <td>
              <Closed whistle={whistle} side={side} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Confirmed({ whistle, side }: { whistle: Whistle; side: Side }) {
  if (side.confirmed_at) {
    return (
      <>
        ✓ {dayTime(side.confirmed_at)}
        {side.confirmed_above && <small> {say("（上级代）", "(from above)")}</small>}
      </>
    );
  }
  return side.confirm_due_at && whistle.stage === "drafted" ? <Countdown at={side.confirm_due_at} /> : <>–</>;
}

function Closed({ whistle, side }: { whistle: Whistle; side: Side }) {
  if (side.closed_at) return <>✓ {dayTime(side.closed_at)}</>;
  if (side.withdrawn_at) return <>{say("同意撤哨", "agrees to withdraw")}</>;
  if (whistle.stage !== "blown" && whistle.stage !== "closing") return <>–</>;
  const held = heldBy(whistle, side.street_code);
  return held.length ? (
    <small>{say(`还有 ${held.length} 家未放`, `${held.length} not let go`)}</small>
  ) : (
    <>{say("可以销哨", "may close")}</>
  );
}
