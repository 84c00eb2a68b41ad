/** What stands out before anybody complains: confirmed into a case, or dismissed with a reason; and next month. */
import { useState } from "preact/hooks";
import { readAll, send } from "../../shared/api";
import { heard } from "../../shared/heard";
import { permissions } from "../../shared/session";
import { dayTime } from "../../shared/time";
import { Badge, Button, Note, Shown } from "../../shared/ui/basics";
import { type Loaded, useLoaded } from "../../shared/ui/loaded";
import { Table } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { said, say } from "../../shared/words";
import { areaName } from "../areas";
import { period } from "../days";
import { readMatters } from "../rules/matters_known";
import { Page } from "../shell";
import { named } from "../words";
import { LONG_MS } from "./drafts_known";
import { NextMonth } from "./next_month";
import { where } from "./places_named";
import { KINDS, type Looked, type Proposal, SCAN, type State, STATES } from "./proposals_known";
import { Weighing } from "./weighing";
import "./planning.css";

const MOST = 1_000;

export function Proposals() {
  const [state, setState] = useState<State>("proposed");
  return (
    <Page
      title={say("主动治理清单", "Before the complaint")}
      lead={say(
        "从上报中看出的苗头。每一条都由人确认后才立案（渠道为“未诉先办”，与投诉分开统计），或写明理由不处理。",
        "What stands out in the reports. A person confirms each before a case is opened (channel “proactive”, counted apart from complaints), or says why not.",
      )}
    >
      <div class="ui-row" role="group" aria-label={say("显示哪些", "Which to show")}>
        {(Object.keys(STATES) as State[]).map((one) => (
          <Button key={one} act={() => setState(one)} pressed={one === state}>
            {said(STATES[one])}
          </Button>
        ))}
      </div>
      <List key={state} state={state} />
      <h2>{say("下月预计", "Next month")}</h2>
      <NextMonth />
    </Page>
  );
}

function List({ state }: { state: State }) {
  const rows = useLoaded(async () => {
    // The codes are good enough to decide by where the names cannot be read.
    await readMatters().catch(() => undefined);
    return readAll<Proposal>(`/api/v1/proactive/proposals?state=${state}&limit=200`, MOST);
  });
  const [open, setOpen] = useState<Proposal | null>(null);
  return (
    <>
      {state === "proposed" && permissions.value.has(SCAN) && <Looking rows={rows} />}
      <Shown of={rows}>{(found) => <Listed rows={found} state={state} open={setOpen} />}</Shown>
      {open && <Weighing proposal={open} close={() => setOpen(null)} done={rows.reload} />}
    </>
  );
}

interface ListedProps {
  rows: readonly Proposal[];
  state: State;
  open: (proposal: Proposal) => void;
}

function Listed({ rows, state, open }: ListedProps) {
  return (
    <Table
      caption={said(STATES[state])}
      rows={rows}
      id={(row) => row.id}
      texts={(row) => [row.reason.zh, row.reason.en, row.area_code, areaName(row.area_code.slice(0, 9))]}
      size={20}
      columns={[
        {
          name: "reason",
          label: say("苗头", "What stands out"),
          show: (row) => said(row.reason),
        },
        {
          name: "kind",
          label: say("类别", "Kind"),
          show: (row) => <Badge>{named(KINDS, row.kind)}</Badge>,
          sort: (row) => row.kind,
        },
        { name: "where", label: say("哪里", "Where"), show: where, sort: (row) => row.area_code },
        {
          name: "count",
          label: say("件数", "Incidents"),
          show: (row) => countOf(row),
          sort: (row) => countOf(row),
          kind: "number",
        },
        {
          name: "period",
          label: say("时段", "Period"),
          show: (row) => period(row.since, row.until),
          sort: (row) => row.until,
        },
        ...(state === "proposed"
          ? []
          : [{ name: "decided", label: say("谁、何时决定", "Decided"), show: (row: Proposal) => decided(row) }]),
      ]}
      acts={(row) => (
        <Button act={() => open(row)} label={say(`打开 ${row.reason.zh}`, `Open ${row.reason.en}`)}>
          {state === "proposed" ? say("查看并决定", "Look and decide") : say("查看", "Look")}
        </Button>
      )}
    />
  );
}

const countOf = ({ numbers: { count } }: Proposal): number => (typeof count === "number" ? count : 0);

function decided({ decided_at, decided_by }: Proposal): string {
  return decided_at ? `${decided_by ?? "–"} · ${dayTime(decided_at)}` : "–";
}

const lookedWords = (looked: Looked): string =>
  looked.added.length
    ? say(
        `找到 ${looked.found} 条，其中新的 ${looked.added.length} 条。`,
        `${looked.found} found, ${looked.added.length} of them new.`,
      )
    : say(`找到 ${looked.found} 条，没有新的。`, `${looked.found} found, none of them new.`);

/** Looks anew; says what could not be looked for, and why. */
function Looking({ rows }: { rows: Loaded<Proposal[]> }) {
  const [looked, setLooked] = useState<Looked | null>(null);
  const look = async (): Promise<void> => {
    try {
      const found = await send<Looked>("/api/v1/proactive/scans", {}, { timeoutMs: LONG_MS });
      setLooked(found);
      toast(lookedWords(found));
      await rows.reload();
    } catch (error) {
      toastError(error);
    }
  };
  const left = Object.entries(looked?.left_out ?? {});
  return (
    <>
      <p>
        <Button act={look}>{say("现在查找苗头", "Look now")}</Button>
      </p>
      {left.length > 0 && (
        <Note tone="warn">
          {left.map(([kind, why]) => (
            <p key={kind}>
              {named(KINDS, kind)}
              {say("没有查：", " was left out: ")}
              {heard(why)}
            </p>
          ))}
        </Note>
      )}
    </>
  );
}
