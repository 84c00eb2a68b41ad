/** Checklists of patrols: what is looked at, in order, and how often. */
import { useState } from "preact/hooks";
import { ask, Problem, readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Badge, Button, Shown } from "../../shared/ui/basics";
import { type Field, flagOf, listOf, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { Table } from "../../shared/ui/table";
import { say, type Words } from "../../shared/words";
import { Editing } from "../editing";
import { saving } from "../saving";
import { Page } from "../shell";
import { named, optionsOf, ROLES } from "../words";
import { type Item, itemsOf, linesOf } from "./items";

type Checklist = components["schemas"]["ChecklistOut"];

const EVERY: Record<string, Words> = {
  daily: { zh: "每天", en: "Every day" },
  weekly: { zh: "每周", en: "Every week" },
  monthly: { zh: "每月", en: "Every month" },
};
const WALKERS = ["grid_worker", "community_officer", "lane_chief"];

function fields(fresh: boolean): Field[] {
  return [
    {
      name: "code",
      words: { zh: "编码", en: "Code" },
      required: true,
      fixed: !fresh,
      pattern: /^[a-z][a-z0-9_]{0,39}$/,
      otherwise: {
        zh: "小写字母开头，只用小写字母、数字和 _。",
        en: "Small letters, digits and _, beginning with a letter.",
      },
    },
    { name: "name_zh", words: { zh: "中文名", en: "Chinese name" }, required: true, most: 200 },
    { name: "name_en", words: { zh: "英文名", en: "English name" }, required: true, most: 200 },
    {
      name: "every",
      words: { zh: "多久走一次", en: "How often" },
      kind: "select",
      options: optionsOf(EVERY),
      required: true,
    },
    {
      name: "roles",
      words: { zh: "谁来走（都不选：全部）", en: "Who walks it (none: all)" },
      kind: "checks",
      options: optionsOf(ROLES).filter(({ value }) => WALKERS.includes(value)),
    },
    {
      name: "items",
      words: { zh: "检查什么（一行一项）", en: "What is looked at (a line each)" },
      kind: "long",
      required: true,
      hint: {
        zh: "每行：编码 | 中文 | 英文 | 事项编码（可不填）。例如：extinguisher | 灭火器在位有效 | Extinguisher in place | 10101",
        en: "Each line: code | Chinese | English | matter's code (or nothing).",
      },
    },
    { name: "source", words: { zh: "依据", en: "Source" }, required: true, most: 500 },
    { name: "retired", words: { zh: "停用", en: "Retired: walked no more" }, kind: "check" },
  ];
}

const valuesOf = (list: Checklist | null): Values => ({
  code: list?.code ?? "",
  name_zh: list?.name_zh ?? "",
  name_en: list?.name_en ?? "",
  every: list?.every ?? "",
  roles: list?.roles ?? [],
  items: linesOf(list?.items ?? []),
  source: list?.source ?? "",
  retired: list?.retired ?? false,
});

function bodyOf(values: Values): { items: Item[] } & Record<string, unknown> {
  const { items, faults } = itemsOf(textOf(values, "items"));
  if (faults.length)
    throw new Problem(
      422,
      "invalid-input",
      "items",
      [],
      faults.map((message) => ({ field: "items", message })),
    );
  const plain = Object.fromEntries(
    ["name_zh", "name_en", "every", "source"].map((name) => [name, textOf(values, name)]),
  );
  return { ...plain, items, roles: listOf(values, "roles"), retired: flagOf(values, "retired") };
}

export function Checklists() {
  const lists = useLoaded(() => readAll<Checklist>("/api/v1/checklists"));
  const [open, setOpen] = useState<Checklist | "add" | null>(null);
  const found = open === "add" ? null : open;
  const save = async (values: Values): Promise<unknown> => {
    const body = bodyOf(values);
    return saving(
      (ifMatch) => ask("PUT", `/api/v1/checklists/${textOf(values, "code")}`, { body, ifMatch }),
      found?.etag,
    );
  };
  return (
    <Page
      title={say("巡查清单", "Checklists")}
      lead={say(
        "网格员巡查时逐项看什么。改动成为新版本，走过的巡查仍按当时的版本。",
        "What is looked at on a patrol. A change is a new version; patrols keep theirs.",
      )}
      tools={
        <Button act={() => setOpen("add")} kind="primary">
          {say("新增清单", "Add a checklist")}
        </Button>
      }
    >
      <Shown of={lists}>
        {(rows) => (
          <Table
            caption={say("巡查清单", "Checklists")}
            rows={rows}
            id={(row) => row.code}
            columns={[
              { name: "name", label: say("名称", "Name"), show: (row) => say(row.name_zh, row.name_en) },
              { name: "every", label: say("多久一次", "How often"), show: (row) => named(EVERY, row.every) },
              {
                name: "roles",
                label: say("谁来走", "Who walks"),
                show: (row) => row.roles.map((role) => named(ROLES, role)).join(say("、", ", ")) || say("全部", "all"),
              },
              { name: "items", label: say("项数", "Items"), show: (row) => row.items.length, kind: "number" },
              { name: "version", label: say("版本", "Version"), show: (row) => row.version, kind: "number" },
              {
                name: "state",
                label: say("状态", "State"),
                show: (row) =>
                  row.retired ? (
                    <Badge tone="soft">{say("停用", "Retired")}</Badge>
                  ) : (
                    <Badge tone="good">{say("在用", "In use")}</Badge>
                  ),
              },
            ]}
            acts={(row) => (
              <Button act={() => setOpen(row)} label={say(`修改 ${row.name_zh}`, `Change ${row.name_en}`)}>
                {say("修改", "Change")}
              </Button>
            )}
          />
        )}
      </Shown>
      {open && (
        <Editing
          title={found ? say(found.name_zh, found.name_en) : say("新增清单", "Add a checklist")}
          fields={fields(!found)}
          initial={valuesOf(found)}
          save={save}
          close={() => setOpen(null)}
          done={lists.reload}
          wide
        />
      )}
    </Page>
  );
}
