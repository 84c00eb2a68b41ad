/** Who answers for this cell on that day, and all duties of an area. */
import { useState } from "preact/hooks";
import { read, readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { permissions } from "../../shared/session";
import { now } from "../../shared/time";
import { Badge, Note, Shown } from "../../shared/ui/basics";
import { Form } from "../../shared/ui/form";
import { textOf } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { Table } from "../../shared/ui/table";
import { say } from "../../shared/words";
import { areaName } from "../areas";
import { TreePicker } from "../tree";
import { dayOf, startOf } from "../days";
import { findCells } from "../finding";
import { Exchange } from "../exchange/exchange";
import { Page } from "../shell";
import { DutyTable } from "./duty";
import type { Duty } from "./types";

interface Answerer {
  staff_code: string;
  name: string;
  role: string;
  of_the_cell: boolean;
  area_name: string | null;
}
type Role = components["schemas"]["DutyRoleOut"];
interface Asked {
  cell: string;
  day: string;
}

const MOST = 20_000;

export function Duties() {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [area, setArea] = useState<string | null>(null);
  const [imports, setImports] = useState(0);
  const manages = permissions.value.has("people.manage");
  const day = dayOf(now.peek());
  return (
    <Page
      title={say("职责与网格", "Duties")}
      lead={say(
        "哪一天谁负责哪个网格；一格多员、一员多格都可以。",
        "Who answers for which cell on which day; many people to a cell, many cells to a person.",
      )}
      tools={manages && <Exchange name="duties" done={() => setImports((before) => before + 1)} />}
    >
      <section class="ui-card" aria-labelledby="who-answers">
        <h2 id="who-answers">{say("这一天谁负责这个网格", "Who answers for this cell on that day")}</h2>
        <Form
          fields={[
            {
              name: "cell",
              words: { zh: "网格", en: "Cell" },
              kind: "suggest",
              find: findCells,
              required: true,
              pattern: /^\d{15}$/,
              hint: {
                zh: "输入街道、社区、网格的名称、拼音首字母或编码。",
                en: "Type a name of a street, a community or a cell, in pinyin too, or a code.",
              },
              otherwise: {
                zh: "请从列表中选一个网格，或填 15 位编码。",
                en: "Choose a cell from the list, or give its 15 digits.",
              },
            },
            { name: "day", words: { zh: "日期", en: "Day" }, kind: "date", required: true },
          ]}
          initial={{ cell: "", day }}
          submit={(values) => {
            setAsked({ cell: textOf(values, "cell"), day: textOf(values, "day") });
            return Promise.resolve();
          }}
          label={say("查询", "Ask")}
          passing
        />
        {asked && <Answerers key={`${asked.cell} ${asked.day} ${imports}`} {...asked} />}
      </section>
      <h2>{say("一个区域的全部职责", "All duties of an area")}</h2>
      <TreePicker chosen={area} choose={setArea} />
      {area && <OfArea key={`${area} ${imports}`} area={area} />}
    </Page>
  );
}

function Answerers({ cell, day }: Asked) {
  const found = useLoaded(async () => {
    const asked = `/api/v1/cells/${cell}/duties?as_of=${encodeURIComponent(startOf(day))}`;
    const [{ items }, roles] = await Promise.all([
      read<{ items: Answerer[] }>(asked),
      readAll<Role>("/api/v1/duty-roles"),
    ]);
    return { items, roles: new Map(roles.map((role) => [role.code, role])) };
  });
  return (
    <Shown of={found}>
      {({ items, roles }) =>
        items.length ? (
          <Table
            caption={say(`${day} 负责 ${cell}`, `For ${cell} on ${day}`)}
            rows={items}
            id={(row) => `${row.staff_code} ${row.role} ${row.area_name ?? ""}`}
            columns={[
              { name: "name", label: say("姓名", "Name"), show: (row) => row.name },
              { name: "code", label: say("工号", "Staff number"), show: (row) => row.staff_code, kind: "code" },
              { name: "role", label: say("职责", "As"), show: (row) => roleName(roles.get(row.role), row.role) },
              {
                name: "scope",
                label: say("范围", "For"),
                show: (row) =>
                  row.of_the_cell ? (
                    <Badge tone="good">{say("本网格", "This cell")}</Badge>
                  ) : (
                    (row.area_name ?? say("上级区域", "The area around it"))
                  ),
              },
            ]}
          />
        ) : (
          <Note tone="warn">{say("这一天没有人负责这个网格。", "Nobody answers for this cell on that day.")}</Note>
        )
      }
    </Shown>
  );
}

const roleName = (role: Role | undefined, code: string): string => (role ? say(role.name_zh, role.name_en) : code);

function OfArea({ area }: { area: string }) {
  const duties = useLoaded(() => readAll<Duty>(`/api/v1/duties?area=${area}&limit=200`, MOST));
  return (
    <>
      <h3>{areaName(area)}</h3>
      <Shown of={duties}>{(rows) => <DutyTable duties={rows} done={duties.reload} who />}</Shown>
    </>
  );
}
