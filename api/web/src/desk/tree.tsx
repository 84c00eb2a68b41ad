/** Choosing an area by going down: district, street, community. */
import { useId } from "preact/hooks";
import { say } from "../shared/words";
import { areas, below, needAreas, parentOf } from "./areas";

interface Props {
  chosen: string | null;
  choose: (code: string | null) => void;
}

/** One list for each level; each shows what lies in the one chosen above it. */
export function TreePicker({ chosen, choose }: Props) {
  void needAreas();
  const all = areas.value;
  const way = wayTo(chosen);
  const levels = [null, ...way]
    .map((above) => ({ above, found: below(all, above) }))
    .filter(({ found }) => found.length);
  const names = [say("区县", "District"), say("街道", "Street"), say("社区", "Community")];
  const id = useId();
  if (!all.size) return <p class="ui-soft">{say("正在读取区域…", "Reading the areas…")}</p>;
  return (
    <div class="ui-row">
      {levels.map(({ above, found }, level) => (
        <div key={above ?? ""} class="ui-field grow">
          <label htmlFor={`${id}-${level}`}>{names[level] ?? say("下级", "Below")}</label>
          <select
            id={`${id}-${level}`}
            value={way[level] ?? ""}
            onChange={(event) => choose(event.currentTarget.value || above)}
          >
            <option value="">{above ? say("全部", "All of it") : say("请选择", "Choose")}</option>
            {found.map((area) => (
              <option key={area.code} value={area.code}>
                {area.name}（{area.code}）
              </option>
            ))}
          </select>
        </div>
      ))}
    </div>
  );
}

/** The areas on the way down to one, itself last. */
function wayTo(code: string | null): string[] {
  if (!code) return [];
  return [...wayTo(parentOf(areas.value, code)), code];
}
