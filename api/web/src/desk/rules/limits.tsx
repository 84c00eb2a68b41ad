/** The table of limits: how long each step may take; the narrowest row decides. */
import { ask, readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Button } from "../../shared/ui/basics";
import { type Field, orNull, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import type { Column } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { Book } from "../book";
import { saving } from "../saving";
import { LIMIT_KINDS, named, optionsOf } from "../words";
import { AMOUNT_FIELDS, amountOf, amountValues, amountWords } from "./amounts";

type Row = components["schemas"]["LimitOut"];

const keyOf = (row: Pick<Row, "kind" | "matter" | "priority">): string =>
  `${row.kind} ${row.matter ?? ""} ${row.priority ?? ""}`;

function fields(fresh: boolean): Field[] {
  return [
    {
      name: "kind",
      words: { zh: "哪一步", en: "Which step" },
      kind: "select",
      options: optionsOf(LIMIT_KINDS),
      required: true,
      fixed: !fresh,
    },
    {
      name: "matter",
      words: { zh: "只对这个事项（编码，可不填）", en: "Only for this matter (code; or none)" },
      fixed: !fresh,
      most: 40,
    },
    {
      name: "priority",
      words: { zh: "只对这个优先级（1–9，可不填）", en: "Only for this priority (1–9; or none)" },
      kind: "number",
      least: 1,
      most: 9,
      fixed: !fresh,
    },
    ...AMOUNT_FIELDS,
    { name: "source", words: { zh: "依据", en: "Source" }, required: true, most: 500 },
  ];
}

const columns = (): Column<Row>[] => [
  { name: "kind", label: say("哪一步", "Step"), show: (row) => named(LIMIT_KINDS, row.kind), sort: (row) => row.kind },
  { name: "scope", label: say("范围", "For"), show: scope },
  { name: "limit", label: say("时限", "Limit"), show: (row) => amountWords(row.limit) },
  { name: "source", label: say("依据", "Source"), show: (row) => row.source },
];

export function Limits() {
  const limits = useLoaded(() => readAll<Row>("/api/v1/limits"));
  const drop = async (row: Row): Promise<void> => {
    const asked = new URLSearchParams({ kind: row.kind });
    if (row.matter) asked.set("matter", row.matter);
    if (row.priority) asked.set("priority", String(row.priority));
    try {
      const done = await saving(
        (ifMatch) => ask("DELETE", `/api/v1/limits?${asked.toString()}`, { ifMatch }),
        row.etag,
      );
      if (done) toast(say("已取消，由更宽的一行决定。", "Taken away: the next wider row decides."));
    } catch (error) {
      toastError(error);
    }
    await limits.reload();
  };
  return (
    <Book
      caption={{ zh: "时限", en: "Limits" }}
      adding={{ zh: "新增时限", en: "Add a limit" }}
      rows={limits}
      id={keyOf}
      idOf={(values) => keyOf(bodyOf(values))}
      name={nameOf}
      columns={columns}
      fields={(row) => fields(!row)}
      values={valuesOf}
      put={(values) => ({ path: "/api/v1/limits", body: bodyOf(values) })}
      acts={(row) => (
        <Button act={() => drop(row)} kind="plain" label={say(`取消 ${nameOf(row)}`, `Take away ${nameOf(row)}`)}>
          {say("取消", "Take away")}
        </Button>
      )}
    />
  );
}

const nameOf = (row: Row): string => `${named(LIMIT_KINDS, row.kind)} ${scope(row)}`;

const valuesOf = (row: Row | null): Values => ({
  kind: row?.kind ?? "",
  matter: row?.matter ?? "",
  priority: String(row?.priority ?? ""),
  source: row?.source ?? "",
  ...amountValues(row?.limit),
});

function bodyOf(values: Values): Omit<Row, "etag"> {
  const priority = orNull(values, "priority");
  return {
    kind: textOf(values, "kind") as Row["kind"],
    matter: orNull(values, "matter"),
    priority: priority === null ? null : Number(priority),
    limit: amountOf(values),
    source: textOf(values, "source"),
  };
}

function scope(row: Row): string {
  const parts = [
    row.matter && say(`事项 ${row.matter}`, `matter ${row.matter}`),
    row.priority && say(`优先级 ${row.priority}`, `priority ${row.priority}`),
  ].filter(Boolean);
  return parts.join(say("，", ", ")) || say("全部", "all");
}
