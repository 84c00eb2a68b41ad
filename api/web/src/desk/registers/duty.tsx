/** Duties: who answers for what from when until when; begun and ended, never deleted. */
import { useState } from "preact/hooks";
import { readAll, send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { me } from "../../shared/session";
import { now } from "../../shared/time";
import { Badge, Button, Shown } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { type Field, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { type Column, Table } from "../../shared/ui/table";
import { uuid7 } from "../../shared/uuid";
import { say } from "../../shared/words";
import { dayOf, endOf, lastDayOf, period, startOf } from "../days";
import { Editing } from "../editing";
import { findPlaces } from "../finding";
import { named, TARGET_KINDS } from "../words";
import { holds, lastProposed, whyNotEnd } from "./service";
import type { Duty, PersonOut } from "./types";

type Role = components["schemas"]["DutyRoleOut"];

export function DutyTable({ duties, done, who }: { duties: readonly Duty[]; done: () => unknown; who?: boolean }) {
  const [ending, setEnding] = useState<Duty | null>(null);
  const person: Column<Duty> = {
    name: "person",
    label: say("人员", "Person"),
    show: (row) => `${row.name}（${row.staff_code}）`,
    sort: (row) => row.name,
  };
  const columns: Column<Duty>[] = [
    ...(who ? [person] : []),
    {
      name: "role",
      label: say("职责", "As"),
      show: (row) => say(row.role_name_zh, row.role_name_en),
      sort: (row) => row.role,
    },
    {
      name: "target",
      label: say("范围", "For"),
      show: (row) => `${named(TARGET_KINDS, row.target_kind)} ${row.target_name}（${row.target_code}）`,
      sort: (row) => row.target_code,
    },
    {
      name: "period",
      label: say("时间", "From – until"),
      show: (row) => period(row.since, row.until),
      sort: (row) => row.since,
    },
    { name: "state", label: say("状态", "State"), show: (row) => <State duty={row} /> },
  ];
  const grants = me.value?.grants ?? [];
  return (
    <>
      <Table
        caption={say("职责", "Duties")}
        columns={columns}
        rows={duties}
        id={(row) => row.id}
        acts={(row) => (
          <Button
            act={() => setEnding(row)}
            whyNot={whyNotEnd(row, grants, now.peek())}
            label={say(`结束职责：${row.name} ${row.target_name}`, `End the duty: ${row.name} ${row.target_name}`)}
          >
            {say("结束", "End")}
          </Button>
        )}
      />
      {ending && <Ending duty={ending} close={() => setEnding(null)} done={done} />}
    </>
  );
}

function State({ duty }: { duty: Duty }) {
  if (holds(duty, now.peek())) return <Badge tone="good">{say("在任", "In force")}</Badge>;
  return Date.parse(duty.since) > now.peek() ? (
    <Badge tone="warn">{say("未开始", "To come")}</Badge>
  ) : (
    <Badge tone="soft">{say("已结束", "Over")}</Badge>
  );
}

function Ending({ duty, close, done }: { duty: Duty; close: () => void; done: () => unknown }) {
  const save = (values: Values): Promise<unknown> =>
    send(`/api/v1/duties/${duty.id}/end`, { at: endOf(textOf(values, "last")) });
  const set = duty.until && lastDayOf(duty.until);
  return (
    <Editing
      title={say(`结束职责：${duty.name}，${duty.target_name}`, `End the duty: ${duty.name}, ${duty.target_name}`)}
      lead={
        set && (
          <p>
            {say(
              `已定最后一天是 ${set}：只能提前，不能推后；以后的时间请新增一项职责。`,
              `Its last day is to be ${set}: that is brought forward here, and never put off; add a duty for the time after it.`,
            )}
          </p>
        )
      }
      fields={[{ name: "last", words: { zh: "最后一天", en: "Last day" }, kind: "date", required: true }]}
      initial={{ last: lastProposed(duty, now.peek()) }}
      save={save}
      close={close}
      done={done}
      label={say("结束职责", "End the duty")}
      danger
    />
  );
}

interface BeginProps {
  person?: Pick<PersonOut, "id" | "name" | "staff_code" | "ended_at">;
  target?: string;
  close: () => void;
  done: () => unknown;
}

const TARGET = /^(\d{6}|\d{9}|\d{12}|\d{15})$/;

/** Begins a duty of a person, for a cell or an area that is given or asked for. */
export function BeginDuty(props: BeginProps) {
  const roles = useLoaded(() => readAll<Role>("/api/v1/duty-roles"));
  const [id] = useState(() => uuid7());
  const { person, target, close, done } = props;
  const save = (values: Values): Promise<unknown> =>
    send("/api/v1/duties", {
      id,
      person_id: person?.id ?? textOf(values, "person_id"),
      target_code: textOf(values, "target_code"),
      role: textOf(values, "role"),
      since: startOf(textOf(values, "since")),
      until: textOf(values, "last") ? endOf(textOf(values, "last")) : null,
    });
  // Whoever is about to leave answers for nothing after that.
  const last = person?.ended_at ? lastDayOf(person.ended_at) : "";
  const initial = { target_code: target ?? "", role: "grid_worker", since: dayOf(now.peek()), last };
  const title = say(`新增职责：${person?.name ?? ""}`, `Add a duty: ${person?.name ?? ""}`);
  const found = roles.value.value;
  if (!found)
    return (
      <Dialog title={title} close={close}>
        <Shown of={roles}>{() => null}</Shown>
      </Dialog>
    );
  return <Editing title={title} fields={fields(found)} initial={initial} save={save} close={close} done={done} />;
}

function fields(roles: readonly Role[]): Field[] {
  return [
    {
      name: "role",
      words: { zh: "职责", en: "As" },
      kind: "select",
      options: roles.map((role) => ({ value: role.code, words: { zh: role.name_zh, en: role.name_en } })),
      required: true,
    },
    {
      name: "target_code",
      words: { zh: "负责的网格或区域", en: "For the cell or area" },
      kind: "suggest",
      find: findPlaces,
      required: true,
      pattern: TARGET,
      hint: {
        zh: "输入街道、社区、网格的名称、拼音首字母或编码，选一个。",
        en: "Type a name of a street, a community or a cell, in pinyin too, or a code, and choose.",
      },
      otherwise: {
        zh: "请从列表中选一个，或填编码：网格 15 位、社区 12 位、街道 9 位、区县 6 位数字。",
        en: "Choose from the list, or give a code: a cell's 15 digits, a community's 12, a street's 9, a district's 6.",
      },
    },
    { name: "since", words: { zh: "从哪天起", en: "From" }, kind: "date", required: true },
    { name: "last", words: { zh: "最后一天（不填：长期）", en: "Last day (empty: still)" }, kind: "date" },
  ];
}
