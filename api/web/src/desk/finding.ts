/** Cells and areas, found by what people know of them: a name, the way it is typed in pinyin, a code or its beginning. */
import { read } from "../shared/api";
import type { components, paths } from "../shared/schema";
import type { Option } from "../shared/ui/forms";
import { fits } from "../shared/ui/rows";
import { areas, needAreas } from "./areas";

type Hit = components["schemas"]["HitOut"];

const MOST = 100;
/** So many cells of a street or a community that was found are shown beneath it. */
const ENOUGH = 5;

/** The server is asked for the longest word; what it finds must hold the others, too: "千佛山 3". */
async function hits(words: string, kinds: readonly string[]): Promise<Hit[]> {
  if (!words) return [];
  const [text = "", ...others] = words.split(/\s+/).sort((one, other) => other.length - one.length);
  const asked = new URLSearchParams({ text, limit: String(MOST) });
  const found = await read<{ items: Hit[] }>(`/api/v1/search?${asked.toString()}`);
  return found.items.filter(
    ({ kind, code, label }) =>
      code !== null && kinds.includes(kind) && fits([code, label.zh, label.en, within(code)], others.join(" ")),
  );
}

/** Where something lies, so that two cells of one name are told apart: "A street, B community". */
function within(code: string): string {
  const above = [9, 12]
    .filter((digits) => digits < code.length)
    .map((digits) => areas.value.get(code.slice(0, digits)));
  return above.flatMap((area) => (area ? [area.name] : [])).join(" ");
}

function option({ code, label }: Hit): Option {
  const place = within(code ?? "");
  const inside = (name: string): string => (place && !name.includes(place) ? `${name} · ${place}` : name);
  return { value: code ?? "", words: { zh: inside(label.zh), en: inside(label.en) } };
}

/** The cells among what was found, and of a street or community that was meant all its cells. */
async function cellsIn(found: readonly Hit[]): Promise<Option[]> {
  const cells = found.filter((hit) => hit.kind === "cell");
  const area = found.find((hit) => hit.kind === "area");
  if (cells.length >= ENOUGH || !area?.code) return cells.map(option);
  const inside = (await hits(area.code, ["cell"])).filter((hit) => !cells.some((cell) => cell.code === hit.code));
  return [...cells, ...inside].map(option);
}

/** Cells. */
export async function findCells(words: string): Promise<Option[]> {
  await needAreas();
  return cellsIn(await hits(words, ["cell", "area"]));
}

/** Areas; where nothing is said, the largest ones. */
export async function findAreas(words: string): Promise<Option[]> {
  if (!words) {
    await needAreas();
    const all = [...areas.value.values()].sort((one, other) => one.code.length - other.code.length);
    return all.map(({ code, name }) => ({ value: code, words: { zh: name, en: name } }));
  }
  await needAreas();
  return (await hits(words, ["area"])).map(option);
}

/** Areas and cells: whatever somebody may answer for. */
export async function findPlaces(words: string): Promise<Option[]> {
  if (!words) return findAreas(words);
  await needAreas();
  const found = await hits(words, ["cell", "area"]);
  return [...found.filter((hit) => hit.kind === "area").map(option), ...(await cellsIn(found))];
}

type People = paths["/api/v1/people"]["get"]["responses"][200]["content"]["application/json"];

/** People by a part of their name or number; the value is their district and their id. */
export async function findPeople(words: string): Promise<Option[]> {
  if (!words) return [];
  const found = await read<People>(`/api/v1/people?limit=30&text=${encodeURIComponent(words)}`);
  return found.items.map(({ id, district_code, staff_code, name, organisation_name }) => ({
    value: `${district_code} ${id}`,
    words: { zh: `${name} · ${organisation_name}`, en: `${name} · ${organisation_name}` },
    code: staff_code,
  }));
}
