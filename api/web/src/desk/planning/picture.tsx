/** A plain picture of what a draft changes: cells as they would be, and the borders of today that would go. */
import { read } from "../../shared/api";
import { Shown } from "../../shared/ui/basics";
import { useLoaded } from "../../shared/ui/loaded";
import { say } from "../../shared/words";
import { type Draft, LONG_MS, type Preview } from "./drafts_known";
import { type Cell, drawn, type Shape } from "./drawing";

interface Collection {
  features: Cell[];
}

export function Drawn({ draft, preview }: { draft: Draft; preview: Preview }) {
  const shapes = useLoaded(async () => {
    const [then, today] = await Promise.all(
      [`/api/v1/drafts/${draft.id}/cells`, "/api/v1/cells"].map((path) =>
        read<Collection>(path, { timeoutMs: LONG_MS }),
      ),
    );
    return drawn(then?.features ?? [], today?.features ?? [], new Set(preview.heirs.map((one) => one.from)));
  });
  return (
    <Shown of={shapes}>
      {({ view, around, then, gone }) => (
        <figure class="drawn">
          <svg
            viewBox={view}
            role="img"
            aria-label={say(
              "改动示意图：同样的内容列在下面的表里",
              "Picture of the changes; the tables below say the same",
            )}
          >
            {around.map((one) => (
              <path key={one.key} d={one.path} class="around" />
            ))}
            {then.map((one) => (
              <path key={one.key} d={one.path} class={one.change}>
                <title>{one.key}</title>
              </path>
            ))}
            {gone.map((one) => (
              <path key={one.key} d={one.path} class="gone" />
            ))}
            <Labels shapes={then} view={view} />
          </svg>
          <figcaption class="ui-soft">
            <span class="key changed" /> {say("改动", "changed")} <span class="key new" /> {say("新增", "new")}{" "}
            <span class="key gone" /> {say("现行边界", "borders of today")}
          </figcaption>
        </figure>
      )}
    </Shown>
  );
}

/** More would lie over each other. */
const MOST_LABELS = 40;

function Labels({ shapes, view }: { shapes: readonly Shape[]; view: string }) {
  if (shapes.length > MOST_LABELS) return null;
  const size = Math.max(...view.split(" ").slice(2).map(Number)) / 32;
  return (
    <>
      {shapes.map((one) => (
        <text key={one.key} x={one.at[0]} y={one.at[1]} font-size={size} stroke-width={size / 5}>
          {one.key.slice(-3)}
        </text>
      ))}
    </>
  );
}
