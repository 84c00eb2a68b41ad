/** Which matter: the last ones as large buttons, all others by a search. */
import { useState } from "preact/hooks";
import { Dialog } from "../../shared/ui/dialog";
import { say } from "../../shared/words";
import type { Matter } from "../carried";
import { pack } from "../phone";
import { writing } from "./draft";
import { found, offered } from "./matters";
import { lastMatters, write } from "./writing";

export function MatterPart() {
  const [searching, setSearching] = useState(false);
  const matters = pack.value?.matters.items ?? [];
  const chosen = matters.find((one) => one.code === writing.value.matter);
  const near = offered(matters, lastMatters.value).slice(0, 5);
  const shown = chosen && !near.includes(chosen) ? [chosen, ...near.slice(0, 4)] : near;
  return (
    <section class="f-card">
      <h2>{say("事项", "What")}</h2>
      <div class="f-chips">
        {shown.map((matter) => (
          <Chip key={matter.code} matter={matter} />
        ))}
        <button type="button" class="f-chip more" onClick={() => setSearching(true)}>
          {say("搜索全部…", "Search all…")}
        </button>
      </div>
      {searching && <Search matters={matters} close={() => setSearching(false)} />}
    </section>
  );
}

function Chip({ matter }: { matter: Matter }) {
  const pressed = writing.value.matter === matter.code;
  return (
    <button type="button" class="f-chip" aria-pressed={pressed} onClick={() => write({ matter: matter.code })}>
      {matter.priority === 1 && (
        <span class="f-urgent">
          <span aria-hidden="true">{say("急", "!")}</span>
          <span class="hidden-but-read">{say("紧急 ", "Urgent ")}</span>
        </span>
      )}
      {matter.name}
    </button>
  );
}

function Search({ matters, close }: { matters: Matter[]; close: () => void }) {
  const [asked, setAsked] = useState("");
  const hits = found(matters, asked).slice(0, 40);
  const choose = (matter: Matter): void => {
    write({ matter: matter.code });
    close();
  };
  return (
    <Dialog title={say("选择事项", "Choose a matter")} close={close}>
      <label class="f-label" for="asked">
        {say("拼音首字母、拼音或文字，如 jg、井盖", "Initials of the pinyin, pinyin or words, as jg or 井盖")}
      </label>
      <input
        id="asked"
        type="search"
        autocomplete="off"
        autocapitalize="off"
        autofocus
        value={asked}
        onInput={(event) => setAsked(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && hits[0]) choose(hits[0]);
        }}
      />
      <ul class="f-hits" aria-live="polite">
        {hits.map((matter) => (
          <li key={matter.code}>
            <button type="button" onClick={() => choose(matter)}>
              <strong>{matter.name}</strong>
              <span>
                {matter.category} · {matter.subcategory}
                {matter.admitted ? "" : say(" · 不在准入清单内", " · not on the admission list")}
              </span>
            </button>
          </li>
        ))}
        {hits.length === 0 && <li class="f-soft">{say("没有这样的事项", "There is no such matter")}</li>}
      </ul>
    </Dialog>
  );
}
