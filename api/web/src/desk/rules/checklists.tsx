/** Checklists of patrols: what is looked at, in order, and how often. */
import { readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Shown } from "../../shared/ui/basics";
import { type Field, flagOf, listOf, type RowsOf, rowsOf, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import type { Column } from "../../shared/ui/table";
import { say } from "../../shared/words";
import { Book, codeField, InUse } from "../book";
import { Page } from "../shell";
import { EVERY, named, optionsOf } from "../words";
import { codesOf, itemsOf, rowsOfItems } from "./items";
import { matterOptions, readMatters } from "./matters_known";
import { readWalkers, type Walker, walkerName } from "./walkers_known";

type Checklist = components["schemas"]["ChecklistOut"];

/** So many the server takes. */
const MOST_ITEMS = 60;

/** One thing to look at: its code is made of its English, and shown for whoever reads patrols by program. */
const items = (): RowsOf => ({
  one: { zh: "项", en: "Item" },
  cells: [
    { name: "zh", words: { zh: "中文", en: "Chinese" }, required: true, most: 200 },
    { name: "en", words: { zh: "英文", en: "English" }, required: true, most: 200 },
    {
      name: "matter",
      words: { zh: "发现问题按哪个事项上报", en: "Reported as which matter" },
      kind: "suggest",
      options: matterOptions(),
      unknown: {
        zh: "清单里没有这个事项：请从列表中选，或清空。",
        en: "There is no such matter: choose one of the list, or leave it empty.",
      },
    },
  ],
  aside: (row, rows) => {
    const code = codesOf(rows).get(row.key);
    return code ? { zh: `编码 ${code}`, en: `Code ${code}` } : null;
  },
});

function fields(fresh: boolean, walkers: readonly Walker[]): Field[] {
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
      words: { zh: "检查什么", en: "What is looked at" },
      kind: "rows",
      rows: items(),
      required: true,
      most: MOST_ITEMS,
      hint: {
        zh: "可以把文档或表格里的多行直接粘贴到“中文”里：一行一项，第二列是英文，第三列是事项。按回车到下一项。",
        en: "Several lines of a document or a table can be pasted into “Chinese”: an item each, its second column the English, its third the matter. Enter goes to the next item.",
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
  items: rowsOfItems(list?.items ?? []),
  source: list?.source ?? "",
  retired: list?.retired ?? false,
});

function bodyOf(values: Values): Record<string, unknown> {
  const plain = Object.fromEntries(
    ["name_zh", "name_en", "every", "source"].map((name) => [name, textOf(values, name)]),
  );
  return {
    ...plain,
    items: itemsOf(rowsOf(values, "items")),
    roles: listOf(values, "roles"),
    retired: flagOf(values, "retired"),
  };
}

const columns = (): Column<Checklist>[] => [
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
    show: (row) => row.roles.map(walkerName).join(say("、", ", ")) || say("全部", "all"),
  },
  { name: "items", label: say("项数", "Items"), show: (row) => row.items.length, kind: "number" },
  { name: "version", label: say("版本", "Version"), show: (row) => row.version, kind: "number" },
  { name: "state", label: say("状态", "State"), show: (row) => <InUse retired={row.retired} /> },
];

export function Checklists() {
  // Who walks is said by what people answer for, not by what their accounts may do.
  const walkers = useLoaded(async () => {
    const [roles] = await Promise.all([readWalkers(), readMatters()]);
    return roles;
  });
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
            columns={columns}
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
