/** Organisations: added, changed and closed inside one's own area. */
import { ask, Problem } from "../../shared/api";
import { Badge, Button } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { type Field, orNull, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import type { Column } from "../../shared/ui/table";
import { say } from "../../shared/words";
import { areaName, areas } from "../areas";
import { requireFree } from "../book";
import { Changes } from "../changes";
import { dayOf } from "../days";
import { Confirming, Editing } from "../editing";
import { Exchange } from "../exchange/exchange";
import { Listing } from "../listing";
import { saving } from "../saving";
import { Page } from "../shell";
import { named, optionsOf, ORGANISATION_KINDS } from "../words";
import { organisationName, organisationOptions, readOrganisations } from "./organisations_known";
import type { Organisation } from "./types";

/** Which way a row is opened. */
interface Opened {
  as: "edit" | "close" | "history";
  row: Organisation;
}

const CODE = /^[0-9A-Za-z_-]{1,40}$/;
const AREA = /^(\d{6}|\d{9}|\d{12})$/;

function fields(fresh: boolean): Field[] {
  const list = [...areas.value.values()].map((area) => ({ value: area.code, words: { zh: area.name, en: area.name } }));
  return [
    {
      name: "code",
      words: { zh: "编码", en: "Code" },
      required: true,
      fixed: !fresh,
      pattern: CODE,
      otherwise: { zh: "只用字母、数字、_ 和 -，最多 40 个。", en: "Letters, digits, _ and - only, at most 40." },
    },
    { name: "name", words: { zh: "名称", en: "Name" }, required: true, most: 120 },
    {
      name: "kind",
      words: { zh: "类别", en: "Kind" },
      kind: "select",
      options: optionsOf(ORGANISATION_KINDS),
      required: true,
    },
    {
      name: "area_code",
      words: { zh: "管辖范围", en: "Answers for" },
      kind: "suggest",
      options: list,
      required: true,
      pattern: AREA,
      otherwise: {
        zh: "填区县、街道或社区的编码：6、9 或 12 位数字。",
        en: "A district's, street's or community's code: 6, 9 or 12 digits.",
      },
    },
    { name: "parent_code", words: { zh: "上级机构", en: "Part of" }, kind: "suggest", options: organisationOptions() },
  ];
}

const valuesOf = (row: Organisation | null): Values => ({
  code: row?.code ?? "",
  name: row?.name ?? "",
  kind: row?.kind ?? "",
  area_code: row?.area_code ?? "",
  parent_code: row?.parent_code ?? "",
});

async function put(values: Values, seen: Organisation | null): Promise<unknown> {
  const code = textOf(values, "code");
  if (!seen) await requireUnknown(code);
  const body = {
    name: textOf(values, "name"),
    kind: textOf(values, "kind"),
    area_code: textOf(values, "area_code"),
    parent_code: orNull(values, "parent_code"),
  };
  return saving((ifMatch) => ask("PUT", `/api/v1/organisations/${code}`, { body, ifMatch }), seen?.etag);
}

/** Adding must not change what is there already under the code. */
async function requireUnknown(code: string): Promise<void> {
  const found = await ask("GET", `/api/v1/organisations/${code}`).catch((error: unknown) => {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  });
  if (found) requireFree([code], code);
}

export function Organisations() {
  const rows = useLoaded(readOrganisations);
  return (
    <Page
      title={say("机构", "Organisations")}
      lead={say(
        "部门、街道、社区与企业，各自的管辖范围。机构不删除，只撤销。",
        "Departments, streets, communities, enterprises, and what they answer for. None is deleted; they are closed.",
      )}
      tools={<Exchange name="organisations" done={rows.reload} />}
    >
      <Listing<Organisation, Opened>
        caption={say("机构", "Organisations")}
        rows={rows}
        id={(row) => row.code}
        columns={columns}
        texts={(row) => [row.name, row.code, areaName(row.area_code)]}
        adding={say("新增机构", "Add an organisation")}
        acts={(row, open) => <Acts row={row} open={open} />}
        dialog={(what, close) => <Dialogs what={what} close={close} done={rows.reload} />}
      />
    </Page>
  );
}

const columns = (): Column<Organisation>[] => [
  { name: "name", label: say("名称", "Name"), show: (row) => row.name, sort: (row) => row.name },
  { name: "code", label: say("编码", "Code"), show: (row) => row.code, sort: (row) => row.code, kind: "code" },
  {
    name: "kind",
    label: say("类别", "Kind"),
    show: (row) => named(ORGANISATION_KINDS, row.kind),
    sort: (row) => row.kind,
  },
  {
    name: "area",
    label: say("管辖范围", "Answers for"),
    show: (row) => areaName(row.area_code),
    sort: (row) => row.area_code,
  },
  {
    name: "parent",
    label: say("上级", "Part of"),
    show: (row) => (row.parent_code ? organisationName(row.parent_code) : "–"),
  },
  {
    name: "closed",
    label: say("状态", "State"),
    show: (row) =>
      row.closed_at ? (
        <Badge tone="soft">{say("已撤销 ", "Closed ") + dayOf(row.closed_at)}</Badge>
      ) : (
        say("在用", "Open")
      ),
    sort: (row) => row.closed_at,
  },
];

function Acts({ row, open }: { row: Organisation; open: (what: Opened) => void }) {
  const over = row.closed_at ? say("已撤销", "It is closed") : undefined;
  return (
    <>
      <Button act={() => open({ as: "edit", row })} label={say(`修改 ${row.name}`, `Change ${row.name}`)} whyNot={over}>
        {say("修改", "Change")}
      </Button>{" "}
      <Button
        act={() => open({ as: "history", row })}
        kind="plain"
        label={say(`${row.name} 的变更记录`, `History of ${row.name}`)}
      >
        {say("记录", "History")}
      </Button>{" "}
      <Button
        act={() => open({ as: "close", row })}
        kind="plain"
        label={say(`撤销 ${row.name}`, `Close ${row.name}`)}
        whyNot={over}
      >
        {say("撤销", "Close")}
      </Button>
    </>
  );
}

interface DialogsProps {
  what: Opened | null;
  close: () => void;
  done: () => unknown;
}

function Dialogs({ what, close, done }: DialogsProps) {
  if (what?.as === "history")
    return (
      <Dialog title={what.row.name} close={close} wide>
        <Changes register="organisations" of={what.row.code} />
      </Dialog>
    );
  if (what?.as === "close") return <Closing row={what.row} close={close} done={done} />;
  const row = what?.row ?? null;
  return (
    <Editing
      title={row ? say(`修改 ${row.name}`, `Change ${row.name}`) : say("新增机构", "Add an organisation")}
      fields={fields(!row)}
      initial={valuesOf(row)}
      save={(values) => put(values, row)}
      close={close}
      done={done}
    />
  );
}

function Closing({ row, close, done }: { row: Organisation; close: () => void; done: () => unknown }) {
  return (
    <Confirming
      title={say(`撤销 ${row.name}`, `Close ${row.name}`)}
      lead={say(
        "撤销后不再派单给它，历史保留。还有未结案卷、在岗人员或清单职责时不能撤销，会说明原因。",
        "No case goes to it any more; its past stays. While it holds open cases, people or parts in matters it cannot be closed, and the answer says which.",
      )}
      act={() => saving((ifMatch) => ask("POST", `/api/v1/organisations/${row.code}/close`, { ifMatch }), row.etag)}
      close={close}
      done={done}
      label={say("撤销", "Close")}
      danger
    />
  );
}
