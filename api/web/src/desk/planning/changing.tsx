/** What publishing a draft would change: a picture, the cells and codes, people, open cases, whistles, figures. */
import { STAGES, WHISTLE_STAGES } from "../../shared/terms";
import { Badge, Note } from "../../shared/ui/basics";
import { type Column, Table } from "../../shared/ui/table";
import { said, say, type Words } from "../../shared/words";
import { areaName } from "../areas";
import { walkerName } from "../rules/walkers_known";
import { named } from "../words";
import type { Draft, Preview } from "./drafts_known";
import { Drawn } from "./picture";

const w = (zh: string, en: string): Words => ({ zh, en });

const CHANGES: Record<string, Words> = {
  changed: w("改动", "Changed"),
  new: w("新增", "New"),
  relabelled: w("改名或改类", "Called otherwise"),
};
const OUTCOMES: Record<string, Words> = {
  continues: w("随网格延续", "Goes on"),
  look_at: w("请核对：新网格含原网格不到一半", "Look at it: less than half of the old cell"),
  ends: w("职责终止", "Ends"),
};
const FIGURES: readonly { name: string; words: Words; written: (value: number) => string }[] = [
  { name: "cells", words: w("网格数", "Cells"), written: (value) => String(value) },
  { name: "mean", words: w("平均每格户数", "Households a cell, mean"), written: (value) => value.toFixed(1) },
  {
    name: "cv",
    words: w("户数变异系数（越小越均衡）", "Coefficient of variation (less is fairer)"),
    written: (value) => value.toFixed(3),
  },
  {
    name: "within_25",
    words: w("户数在平均值 ±25% 以内的网格", "Cells within 25 % of the mean"),
    written: (value) => `${(value * 100).toFixed(1)} %`,
  },
];

export function Changing({ draft, preview }: { draft: Draft; preview: Preview | null }) {
  if (!preview) return null;
  const of = (name: string): number => preview.counts[name] ?? 0;
  if (!preview.cells.length && !of("closed"))
    return <Note>{say("与现行网格相同：没有要发布的改动。", "It is the grid as it is: nothing to publish.")}</Note>;
  return (
    <div class="changes">
      <p class="ui-row">
        <Badge tone="warn">{say(`改动 ${of("changed")} 个网格`, `${of("changed")} cells changed`)}</Badge>
        {of("relabelled") > 0 && (
          <Badge tone="warn">{say(`改名或改类 ${of("relabelled")} 个`, `${of("relabelled")} called otherwise`)}</Badge>
        )}
        <Badge tone="good">{say(`新增 ${of("new")} 个`, `${of("new")} new`)}</Badge>
        <Badge tone="alert">{say(`取消 ${of("closed")} 个编码`, `${of("closed")} codes closed`)}</Badge>
        <Badge tone="soft">{say(`不变 ${of("unchanged")} 个`, `${of("unchanged")} unchanged`)}</Badge>
      </p>
      <Uncovered codes={preview.uncovered} />
      <div class="beside">
        <Drawn draft={draft} preview={preview} />
        <Figures figures={preview.figures} />
      </div>
      <Cells preview={preview} />
      <Staff staff={preview.staff} />
      <Cases cases={preview.cases} />
      <Whistles whistles={preview.whistles} />
    </div>
  );
}

function Uncovered({ codes }: { codes: readonly string[] }) {
  if (!codes.length) return null;
  return (
    <Note tone="warn">
      {say(`发布后无人负责的网格（${codes.length} 个）：`, `Cells that nobody would answer for (${codes.length}): `)}
      {codes.slice(0, SHOWN).join(say("、", ", "))}
      {codes.length > SHOWN && " …"}
    </Note>
  );
}

const SHOWN = 30;
/** So many rows stand on a page; of more, one searches. */
const MANY = 20;

function Figures({ figures }: { figures: Preview["figures"] }) {
  const value = (when: string, name: string, written: (value: number) => string): string => {
    const found = figures[when]?.[name];
    return found === undefined ? "–" : written(found);
  };
  return (
    <Table
      caption={say("均衡程度", "How even")}
      rows={FIGURES}
      id={(row) => row.name}
      columns={[
        { name: "what", label: say("指标", "Figure"), show: (row) => said(row.words) },
        {
          name: "before",
          label: say("现在", "Now"),
          show: (row) => value("before", row.name, row.written),
          kind: "number",
        },
        {
          name: "after",
          label: say("发布后", "Afterwards"),
          show: (row) => value("after", row.name, row.written),
          kind: "number",
        },
      ]}
    />
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const homes = (value: number | null): string => (value === null ? "–" : Math.round(value).toLocaleString());

type Cell = Preview["cells"][number];
type Duty = Preview["staff"][number];

const textsOfCell = (row: Cell): (string | null)[] => [row.code, row.continues, row.street_code, row.community_code];
const textsOfDuty = (row: Duty): (string | null)[] => [row.name, row.cell, row.to];

function Cells({ preview: { cells, heirs } }: { preview: Preview }) {
  const from = (code: string | null): string =>
    heirs
      .filter((one) => one.to === code)
      .map((one) => `${one.from}（${percent(one.share)}）`)
      .join(" ");
  return (
    <Table
      caption={say("改动和新增的网格", "Cells changed and new")}
      rows={cells}
      id={(row) => row.code ?? JSON.stringify(row)}
      {...(cells.length > MANY ? { texts: textsOfCell } : {})}
      size={20}
      columns={[
        {
          name: "code",
          label: say("编码", "Code"),
          show: (row) => row.code ?? "–",
          sort: (row) => row.code,
          kind: "code",
        },
        {
          name: "change",
          label: say("改动", "Change"),
          show: (row) => <Badge tone={row.change === "new" ? "good" : "warn"}>{named(CHANGES, row.change)}</Badge>,
          sort: (row) => row.change,
        },
        {
          name: "community",
          label: say("社区", "Community"),
          show: (row) => (row.community_code ? areaName(row.community_code) : "–"),
          sort: (row) => row.community_code,
        },
        {
          name: "from",
          label: say("来自（占原网格面积）", "Made of (share of the old cell)"),
          show: (row) => from(row.code),
          kind: "code",
        },
        {
          name: "households",
          label: say("户数", "Households"),
          show: (row) => homes(row.households),
          sort: (row) => row.households ?? -1,
          kind: "number",
        },
      ]}
    />
  );
}

function Staff({ staff }: { staff: Preview["staff"] }) {
  const columns: Column<Duty>[] = [
    { name: "name", label: say("人员", "Person"), show: (row) => row.name ?? "–", sort: (row) => row.name ?? "" },
    { name: "role", label: say("角色", "Role"), show: (row) => walkerName(row.role) },
    { name: "cell", label: say("原网格", "Old cell"), show: (row) => row.cell, sort: (row) => row.cell, kind: "code" },
    { name: "to", label: say("新网格", "New cell"), show: (row) => row.to ?? "–", kind: "code" },
    {
      name: "outcome",
      label: say("结果", "What becomes of it"),
      show: (row) => (
        <Badge tone={row.outcome === "continues" ? "good" : row.outcome === "ends" ? "alert" : "warn"}>
          {named(OUTCOMES, row.outcome)}
        </Badge>
      ),
      sort: (row) => row.outcome,
    },
  ];
  return (
    <Table
      caption={say("改动网格上的职责", "Duties on cells that change")}
      rows={staff}
      id={(row) => `${row.person_id} ${row.role} ${row.cell}`}
      {...(staff.length > MANY ? { texts: textsOfDuty } : {})}
      size={20}
      columns={columns}
    />
  );
}

function Cases({ cases }: { cases: Preview["cases"] }) {
  return (
    <Table
      caption={say(
        "改动网格上的在办事件（仍归立案时的网格）",
        "Open cases in cells that change (each keeps the cell it was located in)",
      )}
      rows={cases}
      id={(row) => row.number}
      size={20}
      columns={[
        { name: "number", label: say("编号", "Number"), show: (row) => row.number, kind: "code" },
        { name: "stage", label: say("阶段", "Stage"), show: (row) => named(STAGES, row.stage) },
        { name: "cell", label: say("所在网格", "Cell"), show: (row) => row.cell ?? "–", kind: "code" },
        {
          name: "would",
          label: say("按新网格应在", "By the new grid"),
          show: (row) => row.would_be ?? "–",
          kind: "code",
        },
      ]}
    />
  );
}

function Whistles({ whistles }: { whistles: Preview["whistles"] }) {
  if (!whistles.length) return null;
  return (
    <Table
      caption={say("改动网格上未销的哨", "Open whistles over cells that change")}
      rows={whistles}
      id={(row) => row.id}
      size={20}
      columns={[
        {
          name: "cell",
          label: say("网格", "Cell"),
          show: (row) => <a href={`/command/whistles/${row.id}`}>{row.cell_code ?? "–"}</a>,
          kind: "code",
        },
        { name: "stage", label: say("阶段", "Stage"), show: (row) => named(WHISTLE_STAGES, row.stage) },
        {
          name: "combined",
          label: say("联合哨", "Combined"),
          show: (row) => (row.combined ? say("是", "yes") : say("否", "no")),
        },
      ]}
    />
  );
}
