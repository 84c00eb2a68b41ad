/** What next month is expected to bring, with its interval, and what telling it was worth in the months before. */
import { useState } from "preact/hooks";
import { Problem, read } from "../../shared/api";
import { heard } from "../../shared/heard";
import { Badge, Button, Note, Shown } from "../../shared/ui/basics";
import { useLoaded } from "../../shared/ui/loaded";
import { Table } from "../../shared/ui/table";
import { said, say } from "../../shared/words";
import { areaName } from "../areas";
import { LONG_MS } from "./drafts_known";
import type { Expected } from "./proposals_known";

export function NextMonth() {
  const [byStreet, setByStreet] = useState(true);
  return (
    <>
      <div class="ui-row" role="group" aria-label={say("按什么预计", "Told by")}>
        <Button act={() => setByStreet(true)} pressed={byStreet}>
          {say("按街道", "By street")}
        </Button>
        <Button act={() => setByStreet(false)} pressed={!byStreet}>
          {say("按网格", "By cell")}
        </Button>
      </div>
      <Told key={String(byStreet)} byStreet={byStreet} />
    </>
  );
}

/** What is expected; or why nothing can be told, which is no failure of anybody. */
async function readExpected(byStreet: boolean): Promise<Expected | string> {
  try {
    return await read<Expected>(`/api/v1/proactive/expected?by_street=${byStreet}`, { timeoutMs: LONG_MS });
  } catch (error) {
    if (error instanceof Problem && error.status === 422) return error.message;
    throw error;
  }
}

function Told({ byStreet }: { byStreet: boolean }) {
  const told = useLoaded(() => readExpected(byStreet));
  return (
    <Shown of={told}>
      {(found) =>
        typeof found === "string" ? (
          <Note>
            {say("现在还不能预计：", "Nothing can be told yet: ")}
            {heard(found)}
          </Note>
        ) : (
          <>
            <Worth told={found} />
            <Places told={found} />
          </>
        )
      }
    </Shown>
  );
}

/** How well the last months would have been told: first what is given, and that nobody takes it for more than it is. */
function Worth({ told }: { told: Expected }) {
  const naive = told.method.startsWith("naive_");
  return (
    <>
      <Note tone={naive ? "warn" : "good"}>
        <p>{said(told.summary)}</p>
        {naive && (
          <p>
            {say(
              "没有方法比朴素猜测更准，下面给出的就是朴素猜测。",
              "Nothing was better than a naive guess, so that is what stands below.",
            )}
          </p>
        )}
      </Note>
      <Table
        caption={say(
          "用以前的月份检验：每个月只用它之前的数据预计",
          "Measured: each month told from those before it alone",
        )}
        rows={told.measured}
        id={(row) => row.method}
        columns={[
          {
            name: "name",
            label: say("方法", "Method"),
            show: (row) => (
              <>
                {said(row.name)} {row.method === told.method && <Badge tone="good">{say("采用", "given")}</Badge>}
              </>
            ),
          },
          {
            name: "mae",
            label: say("平均误差（件）", "Mean error (incidents)"),
            show: (row) => row.mae.toFixed(1),
            kind: "number",
          },
          {
            name: "ratio",
            label: say("与最好的朴素猜测之比（小于 1 才更准）", "To the best naive guess (below 1 is better)"),
            show: (row) => row.ratio?.toFixed(2) ?? "–",
            kind: "number",
          },
          {
            name: "coverage",
            label: say(`区间实际覆盖（应为 ${share(told.level)}）`, `Interval held (should be ${share(told.level)})`),
            show: (row) => share(row.coverage),
            kind: "number",
          },
          { name: "months", label: say("检验月数", "Months"), show: (row) => String(row.months), kind: "number" },
        ]}
      />
    </>
  );
}

const share = (value: number): string => `${Math.round(value * 100)} %`;

function Places({ told }: { told: Expected }) {
  return (
    <Table
      caption={say(`${told.month} 预计件数`, `Expected in ${told.month}`)}
      rows={told.places}
      id={(row) => row.code}
      texts={(row) => [row.code, areaName(row.code.slice(0, 9))]}
      size={20}
      columns={[
        {
          name: "place",
          label: say("哪里", "Where"),
          show: (row) => (row.code.length > 9 ? row.code : areaName(row.code)),
          sort: (row) => row.code,
        },
        {
          name: "expected",
          label: say("预计", "Expected"),
          show: (row) => row.expected.toFixed(1),
          sort: (row) => row.expected,
          kind: "number",
        },
        {
          name: "interval",
          label: say(`${share(told.level)} 区间`, `${share(told.level)} interval`),
          show: (row) => `${row.low.toFixed(0)} – ${row.high.toFixed(0)}`,
          kind: "number",
        },
        {
          name: "last",
          label: say("最近一个整月", "Last whole month"),
          show: (row) => row.last.toFixed(0),
          sort: (row) => row.last,
          kind: "number",
        },
      ]}
    />
  );
}
