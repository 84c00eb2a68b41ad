/** What is mine: what waits to be sent, what I reported, my trace, and this phone. */
import { say } from "../../shared/words";
import { mine } from "../phone";

export function Mine() {
  return (
    <section class="f-card">
      <h1>{say("发件箱", "Outbox")}</h1>
      <ul>
        {mine.value.map((item) => (
          <li key={item.id}>{`${item.label.zh} ${item.state}`}</li>
        ))}
      </ul>
    </section>
  );
}
