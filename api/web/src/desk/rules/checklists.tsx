/** Checklists of patrols: what is looked at, in order, and how often. */
import { Problem, readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Shown } from "../../shared/ui/basics";
import { type Field, flagOf, listOf, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import type { Column } from "../../shared/ui/table";
import { say, type Words } from "../../shared/words";
import { Book, codeField, InUse } from "../book";
import { Page } from "../shell";
import { named, optionsOf } from "../words";
import { type Item, itemsOf, linesOf } from "./items";

type Checklist = components["schemas"]["ChecklistOut"];
type Role = components["schemas"]["DutyRoleOut"];

const EVERY: Record<string, Words> = {
  daily: { zh: "每天", en: "Every day" },
  weekly: { zh: "每周", en: "Every week" },
  monthly: { zh: "每月", en: "Every month" },
};

function fields(fresh: boolean, walkers: readonly Role[]): Field[] {
  return [
    codeField(fresh),
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
      options: walkers.map((role) => ({ value: role.code, words: { zh: role.name_zh, en: role.name_en } })),
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

const columns = (walkers: readonly Role[]): Column<Checklist>[] => [
  {
    name: "name",
    label: say("名称", "Name"),
    show: (row) => say(row.name_zh, row.name_en),
    sort: (row) => say(row.name_zh, row.name_en),
  },
  { name: "every", label: say("多久一次", "How often"), show: (row) => named(EVERY, row.every) },
  {
    name: "roles",
    label: say("谁来走", "Who walks"),
    show: (row) => row.roles.map((role) => roleName(walkers, role)).join(say("、", ", ")) || say("全部", "all"),
  },
  { name: "items", label: say("项数", "Items"), show: (row) => row.items.length, kind: "number" },
  { name: "version", label: say("版本", "Version"), show: (row) => row.version, kind: "number" },
  { name: "state", label: say("状态", "State"), show: (row) => <InUse retired={row.retired} /> },
];

function roleName(walkers: readonly Role[], code: string): string {
  const found = walkers.find((role) => role.code === code);
  return found ? say(found.name_zh, found.name_en) : code;
}

export function Checklists() {
  // Who walks is said by what people answer for, not by what their accounts may do.
  const walkers = useLoaded(() => readAll<Role>("/api/v1/duty-roles"));
  const rows = useLoaded(() => readAll<Checklist>("/api/v1/checklists"));
  return (
    <Page
      title={say("巡查清单", "Checklists")}
      lead={say(
        "网格员巡查时逐项看什么。改动成为新版本，走过的巡查仍按当时的版本。",
        "What is looked at on a patrol. A change is a new version; patrols keep theirs.",
      )}
    >
      <Shown of={walkers}>
        {(known) => (
          <Book
            caption={{ zh: "巡查清单", en: "Checklists" }}
            adding={{ zh: "新增清单", en: "Add a checklist" }}
            rows={rows}
            id={(row) => row.code}
            name={(row) => say(row.name_zh, row.name_en)}
            columns={() => columns(known)}
            fields={(row) => fields(!row, known)}
            values={valuesOf}
            put={(values) => ({ path: `/api/v1/checklists/${textOf(values, "code")}`, body: bodyOf(values) })}
            wide
          />
        )}
      </Shown>
    </Page>
  );
}
