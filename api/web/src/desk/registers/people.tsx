/** People: searched, added, changed, and their service ended; nobody is deleted. */
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { readAll, send } from "../../shared/api";
import { now } from "../../shared/time";
import { Badge, Button } from "../../shared/ui/basics";
import { type Field, orNull, textOf, type Values } from "../../shared/ui/forms";
import { type Loaded, useLoaded } from "../../shared/ui/loaded";
import type { Column } from "../../shared/ui/table";
import { uuid7 } from "../../shared/uuid";
import { said, say } from "../../shared/words";
import { Editing } from "../editing";
import { Exchange } from "../exchange/exchange";
import { Listing } from "../listing";
import { Page } from "../shell";
import { EMPLOYMENTS, named, optionsOf } from "../words";
import { organisationOptions, readOrganisations } from "./organisations_known";
import { Person } from "./person";
import { serviceOf } from "./service";
import type { PersonRow } from "./types";

const MOST = 20_000;

export function personFields(fresh: boolean): Field[] {
  return [
    { name: "name", words: { zh: "姓名", en: "Name" }, required: true, most: 80 },
    { name: "staff_code", words: { zh: "工号", en: "Staff number" }, required: true, most: 40, fixed: !fresh },
    {
      name: "organisation_code",
      words: { zh: "机构", en: "Organisation" },
      kind: "suggest",
      options: organisationOptions(),
      required: true,
      hint: { zh: "输入名称或编码，选一个。", en: "Type a name or a code, and choose." },
    },
    {
      name: "employment",
      words: { zh: "用工形式", en: "Employment" },
      kind: "select",
      options: optionsOf(EMPLOYMENTS),
      required: true,
    },
    {
      name: "phone",
      words: { zh: "电话", en: "Phone" },
      most: 40,
      pattern: /^[0-9+() -]{3,40}$/,
      otherwise: { zh: "只用数字、空格、+ 和 -。", en: "Digits, blanks, + and - only." },
    },
  ];
}

export function People() {
  const [ended] = useState(() => signal(false));
  const people = useLoaded(async () => {
    const asked = `/api/v1/people?limit=200&ended=${String(ended.peek())}`;
    const [rows] = await Promise.all([readAll<PersonRow>(asked, MOST), readOrganisations()]);
    return rows;
  });
  const turn = (): Promise<void> => {
    ended.value = !ended.value;
    return people.reload();
  };
  return (
    <Page
      title={say("人员", "People")}
      lead={say(
        "谁在岗、属于哪个机构、负责哪里。离岗不删除，历史保留。",
        "Who serves, in which organisation, and what they answer for. Whoever leaves is not deleted.",
      )}
      tools={<Exchange name="people" done={people.reload} />}
    >
      <List people={people} ended={ended.value} turn={turn} />
    </Page>
  );
}

interface ListProps {
  people: Loaded<PersonRow[]>;
  ended: boolean;
  turn: () => Promise<void>;
}

function List({ people, ended, turn }: ListProps) {
  return (
    <Listing
      caption={say("人员", "People")}
      rows={people}
      id={(row) => row.id}
      columns={columns}
      texts={(row) => [row.name, row.staff_code, row.organisation_name, row.organisation_code, row.phone]}
      tools={
        <Button act={turn} pressed={ended}>
          {say("含已离岗", "Also who left")}
        </Button>
      }
      adding={say("新增人员", "Add a person")}
      acts={(row, open) => (
        <Button act={() => open(row)} label={say(`打开 ${row.name}`, `Open ${row.name}`)}>
          {say("打开", "Open")}
        </Button>
      )}
      dialog={(row, close) =>
        row ? (
          <Person id={row.id} name={row.name} close={close} changed={people.reload} />
        ) : (
          <Adding close={close} done={people.reload} />
        )
      }
    />
  );
}

const columns = (): Column<PersonRow>[] => [
  { name: "name", label: say("姓名", "Name"), show: (row) => row.name, sort: (row) => row.name },
  {
    name: "code",
    label: say("工号", "Staff number"),
    show: (row) => row.staff_code,
    sort: (row) => row.staff_code,
    kind: "code",
  },
  {
    name: "organisation",
    label: say("机构", "Organisation"),
    show: (row) => row.organisation_name,
    sort: (row) => row.organisation_name,
  },
  {
    name: "employment",
    label: say("用工", "Employment"),
    show: (row) => named(EMPLOYMENTS, row.employment),
    sort: (row) => row.employment,
  },
  { name: "phone", label: say("电话", "Phone"), show: (row) => row.phone ?? "–" },
  { name: "state", label: say("状态", "State"), show: (row) => <State row={row} />, sort: (row) => row.ended_at },
];

const TONES = { serving: "good", leaving: "warn", left: "soft" } as const;

export function State({ row }: { row: { ended_at: string | null } }) {
  const { state, words } = serviceOf(row.ended_at, now.peek());
  return <Badge tone={TONES[state]}>{said(words)}</Badge>;
}

function Adding({ close, done }: { close: () => void; done: () => unknown }) {
  // One id for this dialog: sent again after a lost answer, nobody is added twice.
  const [id] = useState(() => uuid7());
  const save = (values: Values): Promise<unknown> =>
    send("/api/v1/people", {
      id,
      name: textOf(values, "name"),
      staff_code: textOf(values, "staff_code"),
      organisation_code: textOf(values, "organisation_code"),
      employment: textOf(values, "employment"),
      phone: orNull(values, "phone"),
    });
  const initial = { name: "", staff_code: "", organisation_code: "", employment: "full_time", phone: "" };
  return (
    <Editing
      title={say("新增人员", "Add a person")}
      fields={personFields(true)}
      initial={initial}
      save={save}
      close={close}
      done={done}
    />
  );
}
