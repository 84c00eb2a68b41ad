/** Teams that are summoned at once: made and retired by whoever may blow a whistle there. */
import { useState } from "preact/hooks";
import { ask, readAll, send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { permissions } from "../../shared/session";
import { Button, Note } from "../../shared/ui/basics";
import { type Field, listOf, orNull, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import type { Column } from "../../shared/ui/table";
import { uuid7 } from "../../shared/uuid";
import { say, type Words } from "../../shared/words";
import { areaName } from "../areas";
import { Confirming, Editing } from "../editing";
import { findAreas } from "../finding";
import { Listing } from "../listing";
import { organisationName, organisationOptions, readOrganisations } from "../registers/organisations_known";
import { saving } from "../saving";
import { Page } from "../shell";
import { named, optionsOf } from "../words";

type Team = components["schemas"]["TeamOut"];

const KINDS: Record<string, Words> = {
  group: { zh: "指挥组（固定的机构）", en: "Command group (these organisations)" },
  template: {
    zh: "模板（换到哪个区，就是哪个区的同类机构）",
    en: "Template (whoever does the same work in the district)",
  },
};

const blows = (): string | undefined =>
  permissions.value.has("whistle.blow")
    ? undefined
    : say("由能吹哨的街道、指挥中心建立和解散", "Made and retired by whoever may blow: streets, the command centre");

export function Teams() {
  const teams = useLoaded(async () => {
    const [found] = await Promise.all([readAll<Team>("/api/v1/teams"), readOrganisations().catch(() => [])]);
    return found;
  });
  return (
    <Page
      title={say("指挥组与模板", "Teams")}
      lead={say(
        "吹哨时一次叫齐的一组机构。不修改，只解散后另建；吹过的哨不受影响。",
        "Organisations that one whistle calls together. A team is not changed: it is retired, and another is made. Whistles that called it stay as they are.",
      )}
    >
      {blows() !== undefined && <Note>{blows()}</Note>}
      <Listing
        caption={say("指挥组与模板", "Teams")}
        rows={teams}
        id={(row) => row.id}
        columns={columns}
        texts={(row) => [row.name, areaName(row.area_code), ...row.members.map(organisationName)]}
        adding={say("新建", "Make one")}
        whyNot={blows()}
        acts={(row, open) => (
          <Button
            act={() => open(row)}
            kind="danger"
            whyNot={blows()}
            label={say(`解散 ${row.name}`, `Retire ${row.name}`)}
          >
            {say("解散", "Retire")}
          </Button>
        )}
        dialog={(team, close) =>
          team ? (
            <Retiring team={team} close={close} done={teams.reload} />
          ) : (
            <Making close={close} done={teams.reload} />
          )
        }
      />
    </Page>
  );
}

const columns = (): Column<Team>[] => [
  { name: "name", label: say("名称", "Name"), show: (row) => row.name, sort: (row) => row.name },
  { name: "kind", label: say("种类", "Kind"), show: (row) => named(KINDS, row.kind).replace(/（.*| \(.*/, "") },
  { name: "area", label: say("用于", "For"), show: (row) => areaName(row.area_code), sort: (row) => row.area_code },
  {
    name: "members",
    label: say("成员", "Members"),
    show: (row) => row.members.map(organisationName).join(say("、", ", ")),
  },
  {
    name: "lead",
    label: say("牵头", "Leads"),
    show: (row) => (row.lead ? organisationName(row.lead) : say("按清单", "By the list")),
  },
];

const fields = (): Field[] => [
  { name: "name", words: { zh: "名称", en: "Name" }, required: true, most: 80 },
  { name: "kind", words: { zh: "种类", en: "Kind" }, kind: "select", options: optionsOf(KINDS), required: true },
  {
    name: "area_code",
    words: { zh: "用于哪里的哨", en: "For whistles in" },
    kind: "suggest",
    find: findAreas,
    required: true,
    pattern: /^(\d{6}|\d{9}|\d{12})$/,
    otherwise: {
      zh: "请从列表中选区县、街道或社区。",
      en: "Choose a district, a street or a community from the list.",
    },
  },
  {
    name: "members",
    words: { zh: "成员", en: "Members" },
    kind: "several",
    options: organisationOptions(),
    required: true,
    hint: { zh: "输入名称或编码，逐个选入。", en: "Type a name or a code, and choose one after the other." },
  },
  {
    name: "lead",
    words: { zh: "牵头（不选：按清单）", en: "Leads (none: by the list)" },
    kind: "suggest",
    options: organisationOptions(),
  },
];

function Making({ close, done }: { close: () => void; done: () => Promise<void> }) {
  const [id] = useState(() => uuid7());
  const save = (values: Values): Promise<unknown> =>
    send("/api/v1/teams", {
      id,
      name: textOf(values, "name"),
      kind: textOf(values, "kind"),
      area_code: textOf(values, "area_code"),
      members: listOf(values, "members"),
      lead: orNull(values, "lead"),
    });
  const initial = { name: "", kind: "group", area_code: "", members: [], lead: "" };
  return (
    <Editing
      title={say("新建指挥组或模板", "Make a team")}
      fields={fields()}
      initial={initial}
      save={save}
      close={close}
      done={done}
    />
  );
}

function Retiring({ team, close, done }: { team: Team; close: () => void; done: () => Promise<void> }) {
  return (
    <Confirming
      title={say(`解散 ${team.name}`, `Retire ${team.name}`)}
      lead={say(
        "以后吹哨叫不到它；这个名称不能再用。",
        "No whistle calls it any more, and its name is not used again.",
      )}
      act={() => saving((ifMatch) => ask("DELETE", `/api/v1/teams/${team.id}`, { ifMatch }), team.etag)}
      close={close}
      done={done}
      label={say("解散", "Retire")}
      danger
    />
  );
}
