/** Who changed what when: in the registers and in the rules. */
import { readAll } from "../shared/api";
import type { components } from "../shared/schema";
import { permissions } from "../shared/session";
import { dayTime } from "../shared/time";
import { Shown } from "../shared/ui/basics";
import { useLoaded } from "../shared/ui/loaded";
import { Table } from "../shared/ui/table";
import { say, type Words } from "../shared/words";
import { Changes } from "./changes";
import { Page } from "./shell";
import { told } from "./telling";
import { named } from "./words";

type RuleChange = components["schemas"]["RuleChangeOut"];

const RULES: Record<string, Words> = {
  calendar: { zh: "工作日历", en: "Calendar" },
  limit: { zh: "时限", en: "Limit" },
  hours: { zh: "工作时间", en: "Hours" },
  hours_kept: { zh: "谁遵守工作时间", en: "Who keeps hours" },
  escalation: { zh: "超时之后", en: "Escalation" },
  whistle_kind: { zh: "吹哨类型", en: "Kind of whistle" },
  matter_list: { zh: "事项清单", en: "Responsibility list" },
  checklist: { zh: "巡查清单", en: "Checklist" },
};

export function History() {
  return (
    <Page
      title={say("变更记录", "History")}
      lead={say("谁在何时改了什么；什么都不会被抹掉。", "Who changed what when; nothing is wiped out.")}
    >
      {permissions.value.has("people.manage") && (
        <>
          <h2>{say("人员、职责、机构", "People, duties, organisations")}</h2>
          <Changes />
        </>
      )}
      {permissions.value.has("rules.manage") && (
        <>
          <h2>{say("清单、日历、时限", "Lists, calendar, limits")}</h2>
          <RuleChanges />
        </>
      )}
    </Page>
  );
}

function RuleChanges() {
  const changes = useLoaded(() => readAll<RuleChange>("/api/v1/rule-changes?limit=200", 1_000));
  return (
    <Shown of={changes}>
      {(rows) => (
        <Table
          caption={say("规则的变更", "Changes of rules")}
          rows={rows}
          id={(row) => row.id}
          texts={(row) => [row.author, row.what, told(row.data)]}
          columns={[
            { name: "at", label: say("时间", "When"), show: (row) => dayTime(row.at), sort: (row) => row.at },
            { name: "author", label: say("谁", "Who"), show: (row) => row.author, sort: (row) => row.author },
            {
              name: "what",
              label: say("什么", "What"),
              show: (row) => named(RULES, row.what),
              sort: (row) => row.what,
            },
            { name: "data", label: say("内容", "Content"), show: (row) => told(row.data) },
          ]}
        />
      )}
    </Shown>
  );
}
