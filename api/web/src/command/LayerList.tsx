/** The catalogue's layers: which are shown, in which order, how strongly; with what their colours mean. */
import { signal } from "@preact/signals";
import { type Layer, type Look, type Paint, shade, STAGE_SIGNS } from "../shared/map";
import { permissions } from "../shared/session";
import { STAGES } from "../shared/terms";
import { theme } from "../shared/ui/theme";
import { said, say, type Words } from "../shared/words";
import { gridDrawn } from "./grids";
import { LayersIcon } from "./icons";
import { faded, movedTo, PEOPLE, WHISTLES } from "./layers";
import { switchPeople } from "./people";
import { catalogue, orderOf, past, shown, shownAtFirst } from "./state";
import { show, toggle } from "./view";

const openList = signal(false);
const dragged = signal<string | null>(null);

interface Row {
  name: string;
  title: Words;
  layer: Layer | null;
}

const OWN: Row[] = [{ name: PEOPLE, title: { zh: "在岗人员", en: "People on duty" }, layer: null }];
/** The wall hangs more on some layers than the catalogue knows. */
const TITLES: Record<string, Words> = {
  [WHISTLES]: { zh: "哨：标记与联合哨各方份额", en: "Whistles: marks, and each side's share" },
};

function rows(): Row[] {
  const found = catalogue.value;
  if (!found) return [];
  const own = OWN.filter(({ name }) => name !== PEOPLE || (permissions.value.has("staff.locate") && !past.value));
  const base = found.base_map ? [{ name: "base_map", title: baseTitle(found.base_map.name), layer: null }] : [];
  return [
    ...found.layers
      .filter(({ listed }) => listed)
      .map((layer) => ({ name: layer.name, title: TITLES[layer.name] ?? layer.title, layer })),
    ...own,
    ...base,
  ];
}

const baseTitle = (name: string): Words => ({ zh: `底图：${name}`, en: `Base map: ${name}` });

export function LayerList() {
  const found = catalogue.value;
  const all = rows();
  const on = shown.value.map(({ name }) => name);
  const visible = [...on].reverse().flatMap((one) => all.filter(({ name }) => name === one));
  const hidden = all.filter(({ name }) => !on.includes(name)).sort((a, b) => orderOf(b.name) - orderOf(a.name));
  return (
    <div class="c-layers">
      <button type="button" aria-expanded={openList.value} onClick={() => (openList.value = !openList.value)}>
        <LayersIcon /> {say("图层与图例", "Layers and legend")}
      </button>
      {openList.value && (
        <section class="c-layer-list" aria-label={say("图层", "Layers")}>
          <p class="c-note">
            {say(
              "上面的盖住下面的；可拖动，也可用 ↑↓ 按钮。",
              "Upper ones lie over lower ones: drag them, or use the arrows.",
            )}
          </p>
          <p class="c-note c-grid">{gridDrawn.value}</p>
          <ul>
            {visible.map((row, at) => (
              <ShownRow key={row.name} row={row} over={visible[at - 1]} under={visible[at + 1]} />
            ))}
            {hidden.map((row) => (
              <li key={row.name} data-layer={row.name}>
                <Switch row={row} on={false} />
              </li>
            ))}
          </ul>
          {found && (
            <button type="button" onClick={() => show(shownAtFirst(found))}>
              {say("恢复默认", "As at first")}
            </button>
          )}
        </section>
      )}
    </div>
  );
}

function Switch({ row, on }: { row: Row; on: boolean }) {
  return (
    <label>
      <input type="checkbox" checked={on} onChange={() => (row.name === PEOPLE ? switchPeople() : toggle(row.name))} />{" "}
      {said(row.title)}
    </label>
  );
}

/** `over` and `under` are the rows beside it: what is shown without a row of its own is stepped over. */
function ShownRow({ row, over, under }: { row: Row; over: Row | undefined; under: Row | undefined }) {
  const opacity = shown.value.find(({ name }) => name === row.name)?.opacity ?? 1;
  const title = said(row.title);
  return (
    <li
      data-layer={row.name}
      draggable
      data-dragged={dragged.value === row.name}
      onDragStart={() => (dragged.value = row.name)}
      onDragEnd={() => (dragged.value = null)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (dragged.value) show(movedTo(shown.value, dragged.value, row.name));
        dragged.value = null;
      }}
    >
      <Switch row={row} on />
      <span class="c-layer-tools">
        <Mover row={row} by={1} to={over} />
        <Mover row={row} by={-1} to={under} />
        <input
          type="range"
          min={10}
          max={100}
          step={5}
          value={Math.round(opacity * 100)}
          draggable
          onDragStart={(event) => {
            // The hand that moves the slider does not mean the row.
            event.preventDefault();
            event.stopPropagation();
          }}
          aria-label={say(`${title}：不透明度`, `${title}: opacity`)}
          aria-valuetext={`${Math.round(opacity * 100)}%`}
          onInput={(event) => show(faded(shown.value, row.name, event.currentTarget.valueAsNumber / 100))}
        />
      </span>
      {row.name === "incidents_by_stage" ? (
        <StageLegend />
      ) : (
        row.layer && <Legend look={row.layer.look} note={row.layer.note} />
      )}
    </li>
  );
}

/** Moves a layer and keeps the focus: the row takes another place in the list, and browsers let it go at that. */
function Mover({ row, by, to }: { row: Row; by: 1 | -1; to: Row | undefined }) {
  const title = said(row.title);
  return (
    <button
      type="button"
      data-by={by}
      aria-label={by > 0 ? say(`${title}：上移`, `${title}: up`) : say(`${title}：下移`, `${title}: down`)}
      aria-disabled={to === undefined}
      onClick={() => {
        if (to) show(movedTo(shown.value, row.name, to.name));
        requestAnimationFrame(() =>
          document.querySelector<HTMLElement>(`[data-layer="${row.name}"] [data-by="${by}"]`)?.focus(),
        );
      }}
    >
      <span aria-hidden="true">{by > 0 ? "↑" : "↓"}</span>
    </button>
  );
}

function StageLegend() {
  return (
    <ul class="c-legend">
      {Object.entries(STAGE_SIGNS).map(([stage, { colour, text, sign }]) => (
        <li key={stage}>
          <i class="c-mark" style={{ background: colour, color: text }}>
            {said(sign)}
          </i>{" "}
          {said(STAGES[stage])}
        </li>
      ))}
      <li>{say("! 超时（红圈）", "! late (red ring)")}</li>
      <li>{say("‼ 应急（粗圈）", "‼ emergency (thick ring)")}</li>
    </ul>
  );
}

function Legend({ look, note }: { look: Look; note: Words | null }) {
  const entries = entriesOf(look);
  if (entries.length === 0 && !note) return null;
  return (
    <>
      <ul class="c-legend">
        {entries.map(({ title, paint }) => (
          <li key={title.en}>
            <i class="c-swatch" style={swatch(paint, look)} /> {said(title)}
          </li>
        ))}
      </ul>
      {note && <small>{said(note)}</small>}
    </>
  );
}

function entriesOf(look: Look): { title: Words; paint: Paint }[] {
  switch (look.kind) {
    case "class":
      return [look.none, ...look.classes, ...(look.unknown ? [look.unknown] : [])];
    case "value":
      return Object.values(look.values);
    case "rank":
      return look.paints.map((paint, rank) => ({
        title:
          rank === 0
            ? { zh: "份额最大的一方", en: "The largest share" }
            : { zh: `第 ${rank + 1} 方`, en: `Side ${rank + 1}` },
        paint,
      }));
    case "plain":
      return [];
  }
}

function swatch(paint: Paint, look: Look): Record<string, string> {
  const ground = theme.value;
  return {
    background: paint.fill
      ? shade(paint.fillColor, look, ground)
      : paint.stroke
        ? shade(paint.color, look, ground)
        : "none",
    opacity: String(Math.max(paint.fillOpacity, 0.4)),
    border: `1px solid ${paint.stroke ? shade(paint.color, look, ground) : "transparent"}`,
  };
}
