/** What a file would do: how many rows of each kind, every fault in words, every field that changes. */
import { Badge, Note } from "../../shared/ui/basics";
import { Table } from "../../shared/ui/table";
import { heard } from "../../shared/heard";
import { say } from "../../shared/words";
import { type Brought, type Changed, changedRows, type Fault, inOrder } from "./preview";
import "./exchange.css";

export function counts(brought: Brought): string {
  const changes = changedRows(brought.changes);
  return say(
    `新增 ${brought.adds}，修改 ${changes}，结束 ${brought.ends}，不变 ${brought.unchanged}`,
    `${brought.adds} added, ${changes} changed, ${brought.ends} ended, ${brought.unchanged} unchanged`,
  );
}

export function Looked({ brought }: { brought: Brought }) {
  const { faults, changes } = brought;
  const rows = changedRows(changes);
  return (
    <>
      <p class="counts">
        <Badge tone="good">{say(`新增 ${brought.adds}`, `${brought.adds} to add`)}</Badge>
        <Badge tone="warn">{say(`修改 ${rows}`, `${rows} to change`)}</Badge>
        <Badge tone="alert">{say(`结束 ${brought.ends}`, `${brought.ends} to end`)}</Badge>
        <Badge tone="soft">{say(`不变 ${brought.unchanged}`, `${brought.unchanged} unchanged`)}</Badge>
      </p>
      {faults.length > 0 && (
        <>
          <Note tone="alert">
            {say(
              `有 ${faults.length} 处错误，什么都没有保存。请在表格中改正后重新选择文件。`,
              `${faults.length} faults: nothing was stored. Mend them in the sheet and choose the file again.`,
            )}
          </Note>
          <Faults faults={inOrder(faults)} />
        </>
      )}
      {changes.length > 0 && <Changes changes={changes} />}
    </>
  );
}

function Faults({ faults }: { faults: readonly Fault[] }) {
  return (
    <Table
      caption={say("出错的行（行号与表格一致）", "Faulty rows, numbered as in the sheet")}
      rows={faults.map((fault, place) => ({ ...fault, place }))}
      id={(row) => String(row.place)}
      columns={[
        { name: "row", label: say("行", "Row"), show: (row) => row.row, sort: (row) => row.row },
        { name: "column", label: say("列", "Column"), show: (row) => row.column || "–" },
        { name: "message", label: say("问题", "What is wrong"), show: (row) => heard(row.message) },
      ]}
    />
  );
}

function Changes({ changes }: { changes: readonly Changed[] }) {
  return (
    <Table
      caption={say("会改动的内容", "What changes")}
      rows={changes}
      id={(row) => `${row.key} ${row.field}`}
      size={20}
      columns={[
        { name: "key", label: say("哪一条", "Which"), show: (row) => row.key, sort: (row) => row.key },
        { name: "field", label: say("项目", "Field"), show: (row) => row.field, sort: (row) => row.field },
        { name: "from", label: say("现在", "Now"), show: (row) => <del>{row.from || "–"}</del> },
        { name: "to", label: say("改为", "Becomes"), show: (row) => <ins>{row.to || "–"}</ins> },
      ]}
    />
  );
}
