/** One box for places, numbers, people and codes; the arrows choose, Enter goes there. */
import { signal } from "@preact/signals";
import { Problem, read } from "../shared/api";
import { toast } from "../shared/ui/toasts";
import { said, say, type Words } from "../shared/words";
import { flyTo } from "./flying";
import { asOf } from "./load";
import { HITS } from "./saying";
import { moment, nameOf } from "./state";
import { look } from "./view";

interface Hit {
  kind: string;
  id: string | null;
  code: string | null;
  label: Words | string;
  detail: Words | string | null;
  lon: number | null;
  lat: number | null;
  bounds: [number, number, number, number] | null;
}

const KINDS: Record<string, Words> = {
  incident: { zh: "案件", en: "Case" },
  whistle: { zh: "吹哨", en: "Whistle" },
  cell: { zh: "网格", en: "Cell" },
  area: { zh: "区域", en: "Area" },
  organisation: { zh: "单位", en: "Organisation" },
  person: { zh: "人员", en: "Person" },
  address: { zh: "地址", en: "Address" },
};
const PAUSE_MS = 250;

const text = signal("");
const hits = signal<readonly Hit[] | null>(null);
const at = signal(0);
const trouble = signal<Words | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;
let turn = 0;
/** The words that the hits answer: whoever types on and presses Enter means the new ones. */
let answered = "";

export function Search() {
  const found = hits.value;
  const open = text.value.trim() !== "" && (found !== null || trouble.value !== null);
  return (
    <div class="c-search" role="search">
      <input
        id="search"
        role="combobox"
        autocomplete="off"
        aria-expanded={open}
        aria-controls="search-hits"
        aria-activedescendant={found?.[at.value] ? `hit-${at.value}` : undefined}
        aria-label={say("搜索地点、编号、人员、编码", "Search places, numbers, people, codes")}
        placeholder={say("搜索地点、编号、人员、编码（/）", "Search places, numbers, people, codes (/)")}
        value={text.value}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      {open && (
        <div class="c-hits">
          {trouble.value && <p class="c-note">{said(trouble.value)}</p>}
          {found?.length === 0 && <p class="c-note">{say("没有找到。", "Nothing was found.")}</p>}
          <ul id="search-hits" role="listbox" aria-label={say("搜索结果", "What was found")}>
            {(found ?? []).map((hit, index) => (
              // The box keeps the focus; keys go to it.
              <li
                key={`${hit.kind}${hit.id ?? hit.code ?? index}`}
                id={`hit-${index}`}
                role="option"
                aria-selected={index === at.value}
                onClick={() => go(hit)}
              >
                <b>{said(KINDS[hit.kind]) || hit.kind}</b> {worded(hit.label)} <small>{detailed(hit.detail)}</small>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

const worded = (given: Words | string | null): string => (typeof given === "string" ? given : said(given));

/** What a hit is besides: a code of ours in words, a code of somebody by name, or the words themselves. */
function detailed(given: Hit["detail"]): string {
  return typeof given === "string" ? said(HITS[given]) || nameOf(given) : said(given);
}

function type(value: string): void {
  text.value = value;
  clearTimeout(timer);
  if (value.trim().length < 2) {
    forget();
    return;
  }
  timer = setTimeout(() => void search(value.trim()), PAUSE_MS);
}

async function search(wanted: string): Promise<void> {
  const mine = ++turn;
  try {
    const path = `/api/v1/search?text=${encodeURIComponent(wanted)}&limit=12`;
    const { items } = await read<{ items: Hit[] }>(asOf(path, moment.peek()));
    if (mine !== turn) return;
    hits.value = items;
    answered = wanted;
    trouble.value = null;
    at.value = 0;
  } catch (error) {
    if (mine !== turn) return;
    hits.value = null;
    trouble.value =
      error instanceof Problem && error.status === 422
        ? { zh: "换个说法试试。", en: "Try other words." }
        : { zh: "现在不能搜索，请稍后再试。", en: "Searching does not work now: try again in a moment." };
  }
}

function onKey(event: KeyboardEvent): void {
  const found = hits.value ?? [];
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    at.value = Math.min(Math.max(at.value + (event.key === "ArrowDown" ? 1 : -1), 0), Math.max(found.length - 1, 0));
    document.getElementById(`hit-${at.value}`)?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter") {
    void enter();
  } else if (event.key === "Escape" && text.value) {
    event.stopPropagation();
    close();
  }
}

async function enter(): Promise<void> {
  const wanted = text.value.trim();
  if (wanted.length < 2) return;
  if (answered !== wanted) {
    clearTimeout(timer);
    await search(wanted);
  }
  const hit = hits.value?.[at.value];
  if (hit && answered === wanted) go(hit);
}

function close(): void {
  text.value = "";
  forget();
}

/** Nothing is found, and what is still under way is not waited for. */
function forget(): void {
  turn += 1;
  answered = "";
  hits.value = null;
  trouble.value = null;
}

function go(hit: Hit): void {
  if (hit.bounds) flyTo({ bounds: hit.bounds });
  else if (hit.lon !== null && hit.lat !== null) flyTo({ lon: hit.lon, lat: hit.lat });
  if (hit.kind === "incident" && hit.id) look({ kind: "case", id: hit.id });
  if (hit.kind === "whistle" && hit.id) look({ kind: "whistle", id: hit.id });
  if (hit.lon === null && !hit.bounds) {
    const name = [worded(hit.label), detailed(hit.detail)].filter(Boolean).join(" · ");
    toast(say(`${name}：地图上没有它的位置。`, `${name}: it has no place on the map.`));
  }
  close();
  document.getElementById("search")?.blur();
}
