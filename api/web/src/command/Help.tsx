import { Dialog } from "../shared/ui/dialog";
import { said, say, type Words } from "../shared/words";
import { CASE_ACTS, KEYS, WHISTLE_ACTS } from "./acts";
import { helpOpen, keysOn, switchKeys } from "./keys";

const ALWAYS: [string, Words][] = [
  [`${KEYS.down} / ${KEYS.up}`, { zh: "预警列表：下一件 / 上一件", en: "The list: next / previous" }],
  ["Enter", { zh: "打开所在的一件；在表单里是确认", en: "Open it; in a form: confirm" }],
  ["Esc", { zh: "取消，关闭", en: "Cancel, close" }],
  [
    `${KEYS.next} / ${KEYS.previous}`,
    { zh: "地图上：下一个 / 上一个案件或哨", en: "On the map: next / previous case or whistle" },
  ],
  ["↑ ↓ ← →  + −", { zh: "地图（先用 Tab 选中）：移动、缩放", en: "The map (reached by Tab): move, zoom" }],
  [KEYS.search, { zh: "搜索", en: "Search" }],
  [KEYS.blow, { zh: "对所选案件吹哨；再按换一种哨", en: "Blow a whistle over the case; again: the next kind" }],
  [KEYS.whistle, { zh: "案件 / 它的哨", en: "The case / its whistle" }],
  [`${KEYS.back} / ${KEYS.forth}`, { zh: "回看：早 / 晚十分钟", en: "Look back: ten minutes earlier / later" }],
  [KEYS.live, { zh: "回到实时", en: "Back to now" }],
  [KEYS.help, { zh: "这一页", en: "This page" }],
];

/** Every key there is. */
export function Help() {
  if (!helpOpen.value) return null;
  return (
    <Dialog title={say("快捷键", "Keys")} close={() => (helpOpen.value = false)} wide>
      <label>
        <input type="checkbox" checked={keysOn.value} onChange={switchKeys} />{" "}
        {say("启用单键快捷键（用语音输入时可关掉）", "Single keys are on (switch them off where you dictate)")}
      </label>
      <div class="c-keys">
        <Keys title={say("随处", "Everywhere")} rows={ALWAYS} />
        <Keys
          title={say("对案件（字母打开，回车确认）", "Upon a case (the letter opens, Enter confirms)")}
          rows={CASE_ACTS.map((act) => [act.letter, act.words])}
        />
        <Keys
          title={say("对哨（Shift 加字母）", "Upon a whistle (Shift and the letter)")}
          rows={WHISTLE_ACTS.map((act) => [`⇧ ${act.letter}`, act.words])}
        />
      </div>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: readonly [string, Words][] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="c-facts">
        {rows.map(([key, words]) => (
          <>
            <dt key={key}>
              <kbd>{key}</kbd>
            </dt>
            <dd>{said(words)}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
