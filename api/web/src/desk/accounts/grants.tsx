/** The roles of an account, each over an area. */
import { useState } from "preact/hooks";
import { ask, readAll, send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { dayTime } from "../../shared/time";
import { Button, Shown } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { Form } from "../../shared/ui/form";
import { type Field, orNull, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { Table } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { uuid7 } from "../../shared/uuid";
import { said, say } from "../../shared/words";
import { areaName } from "../areas";
import { findPlaces } from "../finding";
import { organisationName, organisationOptions, readOrganisations } from "../registers/organisations_known";
import { saving } from "../saving";
import { named, PERMISSIONS, ROLES } from "../words";
import type { AccountOut } from "./accounts";

type Grant = AccountOut["grants"][number];
type Role = components["schemas"]["RoleOut"];

export function Grants({ account, done }: { account: AccountOut; done: () => Promise<void> }) {
  const [giving, setGiving] = useState(false);
  const withdraw = async (grant: Grant): Promise<void> => {
    try {
      const path = `/api/v1/accounts/${account.id}/grants/${grant.id}`;
      const gone = await saving((ifMatch) => ask("DELETE", path, { ifMatch }), account.etag);
      if (gone) toast(say("角色已收回。", "The role is withdrawn."));
    } catch (error) {
      toastError(error);
    }
    await done();
  };
  return (
    <>
      <h3>{say("角色与范围", "Roles, and where")}</h3>
      <Table
        caption={say("角色", "Roles")}
        rows={account.grants}
        id={(row) => row.id}
        tools={
          <Button act={() => setGiving(true)} kind="primary">
            {say("授予角色", "Give a role")}
          </Button>
        }
        columns={[
          { name: "role", label: say("角色", "Role"), show: (row) => named(ROLES, row.role) },
          { name: "area", label: say("范围", "Area"), show: (row) => areaName(row.area_code) },
          {
            name: "organisation",
            label: say("机构", "Organisation"),
            show: (row) => (row.organisation_code ? organisationName(row.organisation_code) : "–"),
          },
          {
            name: "since",
            label: say("何时、由谁", "Since, by"),
            show: (row) => `${dayTime(row.since)} ${row.granted_by}`,
          },
        ]}
        acts={(row) => (
          <Button
            act={() => withdraw(row)}
            kind="danger"
            label={say(
              `收回 ${named(ROLES, row.role)} ${areaName(row.area_code)}`,
              `Withdraw ${named(ROLES, row.role)} ${areaName(row.area_code)}`,
            )}
          >
            {say("收回", "Withdraw")}
          </Button>
        )}
      />
      {giving && <Giving account={account} close={() => setGiving(false)} done={done} />}
    </>
  );
}

function Giving({ account, close, done }: { account: AccountOut; close: () => void; done: () => Promise<void> }) {
  const [id] = useState(() => uuid7());
  const roles = useLoaded(async () => {
    const [found] = await Promise.all([readAll<Role>("/api/v1/roles"), readOrganisations().catch(() => [])]);
    return found;
  });
  const submit = async (values: Values): Promise<void> => {
    const body = {
      id,
      role: textOf(values, "role"),
      area_code: textOf(values, "area_code"),
      organisation_code: orNull(values, "organisation_code"),
    };
    await send(`/api/v1/accounts/${account.id}/grants`, body);
    close();
    toast(say("角色已授予。", "The role is given."));
    await done();
  };
  const may = (known: readonly Role[], code: string): string =>
    known
      .find((role) => role.code === code)
      ?.permissions.map((one) => named(PERMISSIONS, one))
      .join(say("、", ", ")) ?? "";
  return (
    <Dialog title={say(`授予 ${account.name} 角色`, `Give ${account.name} a role`)} close={close}>
      <Shown of={roles}>
        {(known) => (
          <Form
            fields={fields(known)}
            initial={{ role: "", area_code: "", organisation_code: "" }}
            submit={submit}
            label={say("授予", "Give")}
            more={(values) => {
              const what = may(known, textOf(values, "role"));
              return what && <p class="ui-soft">{say(`可以：${what}`, `May: ${what}`)}</p>;
            }}
          />
        )}
      </Shown>
    </Dialog>
  );
}

function fields(roles: readonly Role[]): Field[] {
  const words = (role: Role) => ({ zh: role.name_zh, en: role.name_en });
  return [
    {
      name: "role",
      words: { zh: "角色", en: "Role" },
      kind: "select",
      options: roles
        .map((role) => ({ value: role.code, words: words(role) }))
        .sort((one, other) => said(one.words).localeCompare(said(other.words))),
      required: true,
    },
    {
      name: "area_code",
      words: { zh: "范围", en: "Area" },
      kind: "suggest",
      find: findPlaces,
      required: true,
      pattern: /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12}|\d{15})$/,
      hint: {
        zh: "输入区、街道、社区、网格的名称、拼音首字母或编码，选一个。",
        en: "Type a name of a district, a street, a community or a cell, in pinyin too, or a code, and choose.",
      },
      otherwise: {
        zh: "请从列表中选一个，或填编码：省 2、市 4、区县 6、街道 9、社区 12、网格 15 位数字。",
        en: "Choose from the list, or give a code: 2 digits for a province, 4 a city, 6, 9, 12, 15 for what lies in it.",
      },
    },
    {
      name: "organisation_code",
      words: { zh: "代表的机构（部门人员必填）", en: "For the organisation (departments need one)" },
      kind: "suggest",
      options: organisationOptions(),
    },
  ];
}
