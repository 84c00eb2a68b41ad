/** The table of limits: how long each step may take; the narrowest row decides. */
import { useState } from "preact/hooks";
import { ask, readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Button, Shown } from "../../shared/ui/basics";
import { type Field, orNull, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { type Column, Table } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { Editing } from "../editing";
import { saving } from "../saving";
import { LIMIT_KINDS, named, optionsOf } from "../words";
import { AMOUNT_FIELDS, amountOf, amountValues, amountWords } from "./amounts";

type Row = components["schemas"]["LimitOut"];

const keyOf = (row: Row): string => `${row.kind} ${row.matter ?? ""} ${row.priority ?? ""}`;

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

export function Limits() {
  const limits = useLoaded(() => readAll<Row>("/api/v1/limits"));
  const [open, setOpen] = useState<Row | "add" | null>(null);
  const found = open === "add" ? null : open;
  const save = (values: Values): Promise<unknown> => {
    const priority = orNull(values, "priority");
    const body = {
      kind: textOf(values, "kind"),
      matter: orNull(values, "matter"),
      priority: priority === null ? null : Number(priority),
      limit: amountOf(values),
      source: textOf(values, "source"),
    };
    return saving((ifMatch) => ask("PUT", "/api/v1/limits", { body, ifMatch }), found?.etag);
  };
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
  const columns: Column<Row>[] = [
    {
      name: "kind",
      label: say("哪一步", "Step"),
      show: (row) => named(LIMIT_KINDS, row.kind),
      sort: (row) => row.kind,
    },
    { name: "scope", label: say("范围", "For"), show: scope },
    { name: "limit", label: say("时限", "Limit"), show: (row) => amountWords(row.limit) },
    { name: "source", label: say("依据", "Source"), show: (row) => row.source },
  ];
  const acts = (row: Row) => (
    <>
      <Button
        act={() => setOpen(row)}
        label={say(`修改 ${named(LIMIT_KINDS, row.kind)} ${scope(row)}`, `Change ${row.kind} ${scope(row)}`)}
      >
        {say("修改", "Change")}
      </Button>{" "}
      <Button
        act={() => drop(row)}
        kind="plain"
        label={say(`取消 ${named(LIMIT_KINDS, row.kind)} ${scope(row)}`, `Take away ${row.kind} ${scope(row)}`)}
      >
        {say("取消", "Take away")}
      </Button>
    </>
  );
  return (
    <>
      <Shown of={limits}>
        {(rows) => (
          <Table
            caption={say("时限", "Limits")}
            columns={columns}
            rows={rows}
            id={keyOf}
            tools={<Button act={() => setOpen("add")}>{say("新增时限", "Add a limit")}</Button>}
            acts={acts}
          />
        )}
      </Shown>
      {open && (
        <Editing
          title={found ? named(LIMIT_KINDS, found.kind) : say("新增时限", "Add a limit")}
          fields={fields(!found)}
          initial={{
            kind: found?.kind ?? "",
            matter: found?.matter ?? "",
            priority: String(found?.priority ?? ""),
            source: found?.source ?? "",
            ...amountValues(found?.limit),
          }}
          save={save}
          close={() => setOpen(null)}
          done={limits.reload}
        />
      )}
    </>
  );
}

function scope(row: Row): string {
  const parts = [
    row.matter && say(`事项 ${row.matter}`, `matter ${row.matter}`),
    row.priority && say(`优先级 ${row.priority}`, `priority ${row.priority}`),
  ].filter(Boolean);
  return parts.join(say("，", ", ")) || say("全部", "all");
}
