/** Who changed what when. */
import type { components } from "../shared/schema";
import { dayTime } from "../shared/time";
import { Table } from "../shared/ui/table";
import type { Words } from "../shared/words";
import { say } from "../shared/words";
import { Earlier } from "./earlier";
import { told } from "./telling";
import { named } from "./words";

export type Change = components["schemas"]["RegisterChangeOut"];

export const REGISTERS: Record<string, Words> = {
  people: { zh: "人员", en: "Person" },
  duties: { zh: "职责", en: "Duty" },
  organisations: { zh: "机构", en: "Organisation" },
};

export const WHATS: Record<string, Words> = {
  added: { zh: "新增", en: "Added" },
  changed: { zh: "修改", en: "Changed" },
  ended: { zh: "结束", en: "Ended" },
  begun: { zh: "开始", en: "Begun" },
  closed: { zh: "撤销", en: "Closed" },
  imported: { zh: "导入", en: "Imported" },
};

interface Props {
  register?: string;
  of?: string;
}

/** The changes of one thing, or the latest of a register. */
export function Changes({ register, of }: Props) {
  const asked = new URLSearchParams({ limit: "100" });
  if (register) asked.set("register_name", register);
  if (of) asked.set("key", of);
  return (
    <Earlier<Change> path={`/api/v1/register-changes?${asked.toString()}`}>
      {(rows) => (
        <Table
          caption={say("谁在何时改了什么", "Who changed what when")}
          rows={rows}
          id={(row) => row.id}
          columns={[
            { name: "at", label: say("时间", "When"), show: (row) => dayTime(row.at) },
            { name: "author", label: say("谁", "Who"), show: (row) => row.author },
            {
              name: "what",
              label: say("做了什么", "What"),
              show: (row) => `${of ? "" : `${named(REGISTERS, row.register_name)} `}${named(WHATS, row.what)}`,
            },
            { name: "data", label: say("内容", "Content"), show: (row) => told(row.data) },
          ]}
        />
      )}
    </Earlier>
  );
}
