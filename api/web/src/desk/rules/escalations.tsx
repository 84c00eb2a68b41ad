/** Who is told of what is late, step by step; each step counts from the deadline itself. */
import { useState } from "preact/hooks";
import { ask, readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Button, Note, Shown } from "../../shared/ui/basics";
import { Cancel, Dialog } from "../../shared/ui/dialog";
import { Form } from "../../shared/ui/form";
import { type Field, flagOf, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { Table } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { useUnsaved } from "../../shared/ui/unsaved";
import { say } from "../../shared/words";
import { saving } from "../saving";
import { LEVELS, LIMIT_KINDS, named, optionsOf, ROLES } from "../words";
import { AMOUNT_FIELDS, amountOf, amountValues, amountWords } from "./amounts";

type Steps = components["schemas"]["StepsOut"];
type Step = components["schemas"]["StepBody"];

const FIELDS: Field[] = [
  ...AMOUNT_FIELDS,
  {
    name: "level",
    words: { zh: "告诉哪一级", en: "Which level is told" },
    kind: "select",
    options: optionsOf(LEVELS),
    required: true,
  },
  {
    name: "role",
    words: { zh: "告诉什么角色", en: "Which role is told" },
    kind: "select",
    options: optionsOf(ROLES),
    required: true,
  },
  {
    name: "tells_own",
    words: { zh: "同时告诉超时机构自己的人", en: "Tell the late organisation's own people as well" },
    kind: "check",
  },
  { name: "source", words: { zh: "依据", en: "Source" }, required: true, most: 500 },
];
const FRESH: Values = {
  ...amountValues(undefined),
  level: "district",
  role: "command_centre",
  tells_own: true,
  source: "",
};

const late = (step: Step): string =>
  step.after.amount
    ? say(`超时 ${amountWords(step.after)}`, `${amountWords(step.after)} late`)
    : say("一超时", "At once");

const stepWords = (step: Step): string =>
  `${late(step)}${say("：", ": ")}${named(LEVELS, step.level)}${say(" · ", ", ")}${named(ROLES, step.role)}`;

export function Escalations() {
  const all = useLoaded(() => readAll<Steps>("/api/v1/escalations"));
  const [open, setOpen] = useState<Steps | null>(null);
  return (
    <>
      <Shown of={all}>
        {(rows) => (
          <Table
            caption={say("超时之后告诉谁", "Who is told")}
            rows={rows}
            id={(row) => row.kind}
            columns={[
              { name: "kind", label: say("哪一步", "Step"), show: (row) => named(LIMIT_KINDS, row.kind) },
              {
                name: "steps",
                label: say("依次告诉", "Told in turn"),
                show: (row) => (
                  <div>
                    {row.steps.length
                      ? row.steps.map((step, place) => <div key={place}>{`${place + 1}. ${stepWords(step)}`}</div>)
                      : "–"}
                  </div>
                ),
              },
            ]}
            acts={(row) => (
              <Button
                act={() => setOpen(row)}
                label={say(`修改 ${named(LIMIT_KINDS, row.kind)}`, `Change ${row.kind}`)}
              >
                {say("修改", "Change")}
              </Button>
            )}
          />
        )}
      </Shown>
      {open && <Kind steps={open} close={() => setOpen(null)} done={all.reload} />}
    </>
  );
}

interface KindProps {
  steps: Steps;
  close: () => void;
  done: () => Promise<void>;
}

function Kind({ steps, close, done }: KindProps) {
  const kind = named(LIMIT_KINDS, steps.kind);
  return (
    <Dialog title={say(`超过“${kind}”时限之后`, `After a missed deadline: ${kind}`)} close={close}>
      <Draft steps={steps} close={close} done={done} />
    </Dialog>
  );
}

function Draft({ steps, close, done }: KindProps) {
  const [draft, setDraft] = useState<Step[]>(steps.steps);
  const [turn, setTurn] = useState(0);
  const [typing, setTyping] = useState(false);
  useUnsaved(JSON.stringify(draft) !== JSON.stringify(steps.steps));
  const add = (values: Values): Promise<void> => {
    setDraft([...draft, stepOf(values)]);
    setTurn(turn + 1);
    return Promise.resolve();
  };
  const save = async (): Promise<void> => {
    try {
      const path = `/api/v1/escalations/${steps.kind}`;
      const saved = await saving((ifMatch) => ask("PUT", path, { body: { steps: draft }, ifMatch }), steps.etag);
      close();
      if (saved) toast(say("已保存。", "Saved."));
      await done();
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <>
      <ol>
        {draft.map((step, place) => (
          <li key={place}>
            {stepWords(step)}{" "}
            <Button
              act={() => setDraft(draft.filter((one) => one !== step))}
              kind="plain"
              label={say(`去掉第 ${place + 1} 步`, `Take step ${place + 1} out`)}
            >
              {say("去掉", "Take out")}
            </Button>
          </li>
        ))}
      </ol>
      {!draft.length && <p class="ui-soft">{say("超时后谁也不告诉。", "Nobody is told.")}</p>}
      <details>
        <summary>{say("加一步", "Add a step")}</summary>
        <Form
          key={turn}
          fields={FIELDS}
          initial={FRESH}
          submit={add}
          label={say("加上", "Add it")}
          typing={setTyping}
          also={typing && <Button act={() => setTurn(turn + 1)}>{say("不加了", "Do not add it")}</Button>}
        />
      </details>
      {typing && <Note tone="warn">{halfAdded()}</Note>}
      <div class="ui-ends">
        <Cancel />
        <Button act={save} kind="primary" whyNot={typing ? halfAdded() : undefined}>
          {say("保存", "Save")}
        </Button>
      </div>
    </>
  );
}

const halfAdded = (): string =>
  say(
    "“加一步”里填写的还没有加上：请先按“加上”或“不加了”，再保存。",
    "The step that you began is not added yet: press “Add it” or “Do not add it” first, then save.",
  );

const stepOf = (values: Values): Step => ({
  after: amountOf(values),
  level: textOf(values, "level") as Step["level"],
  role: textOf(values, "role"),
  tells_own: flagOf(values, "tells_own"),
  source: textOf(values, "source"),
});
