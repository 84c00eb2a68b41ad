/** Where: what the receiver says, and what that means, at once. */
import { say } from "../../shared/words";
import { writing } from "./draft";
import { write } from "./writing";

export function PlacePart() {
  return (
    <section class="f-card">
      <h2>{say("位置", "Where")}</h2>
      <label class="f-label" for="address">
        {say("地址（没有定位时填写）", "Address (where there is no position)")}
      </label>
      <input
        id="address"
        type="text"
        maxLength={500}
        autocomplete="off"
        value={writing.value.address}
        onInput={(event) => write({ address: event.currentTarget.value })}
      />
    </section>
  );
}
