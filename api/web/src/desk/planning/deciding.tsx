/** The dialogs in which somebody proposes, approves, sends back, publishes, withdraws a draft, or carries it on. */
import { startOf } from "../days";
import { Note } from "../../shared/ui/basics";
import { type Field, flagOf, textOf, type Values } from "../../shared/ui/forms";
import { say } from "../../shared/words";
import { Editing } from "../editing";
import { act, type Act, type Draft, type Preview } from "./drafts_known";

export type Decision = Exclude<Act, "edit">;

interface Sayings {
  button: string;
  lead: string;
  /** What the button of the dialog says. */
  label: string;
}

export function decisionWords(what: Decision): Sayings {
  const all: Record<Decision, () => Sayings> = {
    propose: () => ({
      button: say("提请审批…", "Propose…"),
      lead: say(
        "提请之后不能再改，直到被退回。须由另一位有批准权限的人批准。",
        "From then on it stays as it is until it is sent back. Somebody else who may must approve it.",
      ),
      label: say("提请审批", "Propose"),
    }),
    approve: () => ({
      button: say("批准…", "Approve…"),
      lead: say(
        "批准只是同意：发布之后才生效。可以指定今后的生效时间；不填，则自发布时起生效。",
        "This is consent alone: it is in force once it was published. Name a moment to come, or leave it open: then it begins when it is published.",
      ),
      label: say("批准", "Approve"),
    }),
    "send-back": () => ({
      button: say("退回…", "Send back…"),
      lead: say(
        "退回编制人继续修改；已有的批准随之作废。",
        "It goes back to whoever drew it; an approval is gone with that.",
      ),
      label: say("退回", "Send back"),
    }),
    publish: () => ({
      button: say("发布…", "Publish…"),
      lead: say(
        "发布后成为网格的新版本：编码、职责、图层一并更新；此前的事件仍按旧网格回答。",
        "It becomes the grid's next version, with codes, duties and maps at once; what happened before is still answered by the old grid.",
      ),
      label: say("发布", "Publish"),
    }),
    "call-off": () => ({
      button: say("取消发布…", "Call the publication off…"),
      lead: say(
        "生效时刻到来之前可以取消：草案回到“已批准”，网格照旧，已安排的职责交接一并撤销。",
        "Until its moment it can be called off: the draft is approved again, the grid stays as it is, and duties are not handed over.",
      ),
      label: say("取消发布", "Call it off"),
    }),
    withdraw: () => ({
      button: say("撤回…", "Withdraw…"),
      lead: say("撤回的草案不再继续，仍可查看。", "It goes no further, and can still be read."),
      label: say("撤回", "Withdraw"),
    }),
    rebase: () => ({
      button: say("移到最新版上…", "Carry onto the newest…"),
      lead: say(
        "保留您改动的网格，其余按最新版网格更新；两边都改过的网格会列出来，不会自动合并。",
        "What you changed is kept, all else follows the newest grid. Cells that both changed are named and never merged silently.",
      ),
      label: say("移到最新版上", "Carry it over"),
    }),
  };
  return all[what]();
}

interface Props {
  draft: Draft;
  what: Decision;
  preview: Preview | null;
  close: () => void;
  done: () => unknown;
}

export function Deciding({ draft, what, preview, close, done }: Props) {
  const { lead, label } = decisionWords(what);
  const combined = preview?.whistles.filter((one) => one.combined).length ?? 0;
  return (
    <Editing
      title={`${label} · ${draft.title}`}
      lead={
        <>
          <p>{lead}</p>
          {what === "publish" && <When draft={draft} />}
          {NAMED.has(what) && preview && <Counts preview={preview} />}
          {what === "publish" && combined > 0 && (
            <Note tone="warn">
              {say(
                `改动的网格上有 ${combined} 个联合哨还没有销哨。它们仍按吹哨时的网格版本处理。`,
                `${combined} combined whistles are open over cells that change. They keep the version that they were blown on.`,
              )}
            </Note>
          )}
        </>
      }
      fields={fieldsOf(what, combined)}
      initial={{ note: "", at: "", time: "00:00", over_whistles: false }}
      save={(values) => act(draft, what, bodyOf(what, values))}
      close={close}
      done={done}
      label={label}
      danger={what === "withdraw" || what === "call-off"}
    />
  );
}

/** Before these one is told once more what changes. */
const NAMED: ReadonlySet<Decision> = new Set(["propose", "approve", "publish"]);

function When({ draft: { publish_at } }: { draft: Draft }) {
  const when = publish_at
    ? new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(
        new Date(publish_at),
      )
    : null;
  return (
    <p>
      <strong>
        {when
          ? say(`${when} 起生效（批准时指定）。`, `In force from ${when}, as it was approved.`)
          : say("即刻生效。", "In force at once.")}
      </strong>
    </p>
  );
}

function Counts({ preview: { counts, cases, staff } }: { preview: Preview }) {
  const of = (name: string): number => counts[name] ?? 0;
  return (
    <p class="ui-soft">
      {say(
        `改动 ${of("changed")} 个网格，新增 ${of("new")} 个，取消 ${of("closed")} 个编码；涉及 ${staff.length} 项职责、${cases.length} 个在办事件。`,
        `${of("changed")} cells change, ${of("new")} are new, ${of("closed")} codes close; ${staff.length} duties and ${cases.length} open cases are touched.`,
      )}
    </p>
  );
}

const NOTE: Field = { name: "note", words: { zh: "说明", en: "Note" }, kind: "long", most: 2_000 };

function fieldsOf(what: Decision, combined: number): Field[] {
  if (what === "rebase") return [];
  if (what === "approve") return [...MOMENT, NOTE];
  if (what === "send-back") return [{ ...NOTE, words: { zh: "退回理由", en: "Reason" }, required: true }];
  if (what !== "publish") return [NOTE];
  return combined ? [OVER] : [];
}

const MOMENT: Field[] = [
  {
    name: "at",
    words: { zh: "生效日期", en: "In force from (day)" },
    kind: "date",
    hint: { zh: "不填：自发布时起生效。", en: "Left empty: from when it is published." },
  },
  { name: "time", words: { zh: "生效时刻（北京时间）", en: "At (Beijing time)" }, kind: "time" },
];

const OVER: Field = {
  name: "over_whistles",
  words: { zh: "我已知晓，仍然发布", en: "I know, and publish over them" },
  kind: "check",
};

function bodyOf(what: Decision, values: Values): unknown {
  const note = textOf(values, "note");
  if (what === "rebase") return undefined;
  if (what === "publish") return { over_whistles: flagOf(values, "over_whistles") };
  if (what !== "approve") return { note };
  const day = textOf(values, "at");
  return { note, at: day ? startOf(day).replace("T00:00", `T${textOf(values, "time") || "00:00"}`) : null };
}
