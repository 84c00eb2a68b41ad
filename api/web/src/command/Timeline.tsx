import { fullTime } from "../shared/time";
import { said, say } from "../shared/words";
import type { Story } from "./chosen";
import { seek } from "./keeping";

export function Timeline({ story }: { story: Story }) {
  const events = [...story.facts].reverse();
  return (
    <section aria-labelledby="story-title">
      <h3 id="story-title">{say("经过（最近的在上）", "What happened, newest first")}</h3>
      <ol class="c-story">
        {events.map((event) => (
          <li key={event.seq} class={event.grave ? "grave" : ""}>
            <p>
              <strong>
                {event.grave && <span aria-hidden="true">▲ </span>}
                {said(event.title)}
              </strong>{" "}
              <time dateTime={event.at}>{fullTime(event.at)}</time> <span class="c-by">{event.author}</span>{" "}
              <button
                type="button"
                class="c-small"
                aria-label={say(`回看 ${fullTime(event.at)}`, `Then: look back at ${fullTime(event.at)}`)}
                onClick={() => seek(event.at)}
              >
                {say("回看", "Then")}
              </button>
            </p>
            {event.lines.length > 0 && (
              <dl>
                {event.lines.map(({ label, text }, at) => (
                  <div key={at}>
                    <dt>{said(label)}</dt> <dd>{said(text)}</dd>
                  </div>
                ))}
              </dl>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
