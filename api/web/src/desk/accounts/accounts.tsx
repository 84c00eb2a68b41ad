/** Accounts of my area: found, made, and opened. */
import { useState } from "preact/hooks";
import { readAll, send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Badge, Button, Note, Shown } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { type Field, flagOf, orNull, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { Form } from "../../shared/ui/form";
import { type Column, Table } from "../../shared/ui/table";
import { uuid7 } from "../../shared/uuid";
import { said, say } from "../../shared/words";
import { areaName } from "../areas";
import { findAreas } from "../finding";
import { Secret } from "../secret";
import { Page } from "../shell";
import { named, ROLES } from "../words";
import { Account } from "./account";
import { EMAIL, madeWords, NAME, personField, staffOf } from "./known";

export type AccountOut = components["schemas"]["AccountOut"];
type NewAccount = components["schemas"]["NewAccountOut"];

const MOST = 20_000;

const FIELDS: Field[] = [
  {
    name: "login",
    words: { zh: "用户名", en: "Login" },
    required: true,
    most: 80,
    hint: { zh: "小写字母、数字、. _ -；以后不能改。", en: "Small letters, digits, . _ -; it stays for good." },
  },
  NAME,
  EMAIL,
  personField(),
  {
    name: "area_code",
    words: { zh: "所属区域（谁来管理这个账号）", en: "Area (who looks after the account)" },
    kind: "suggest",
    find: findAreas,
    pattern: /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/,
    hint: { zh: "不填：与您自己的管辖范围相同。", en: "Empty: the same as your own." },
    otherwise: { zh: "请从列表中选一个区域。", en: "Choose an area from the list." },
  },
  {
    name: "single_sign_on",
    words: { zh: "只用统一身份认证登录，不设密码", en: "Single sign-on only, no password" },
    kind: "check",
  },
];

export function Accounts() {
  const accounts = useLoaded(() => readAll<AccountOut>("/api/v1/accounts?limit=200", MOST));
  const [open, setOpen] = useState<AccountOut | "add" | null>(null);
  const [made, setMade] = useState<NewAccount | null>(null);
  const columns: Column<AccountOut>[] = [
    { name: "name", label: say("姓名", "Name"), show: (row) => row.name, sort: (row) => row.name },
    { name: "login", label: say("用户名", "Login"), show: (row) => row.login, sort: (row) => row.login, kind: "code" },
    { name: "roles", label: say("角色", "Roles"), show: rolesOf, sort: rolesOf },
    {
      name: "area",
      label: say("所属区域", "Area"),
      show: (row) => (row.area_code ? areaName(row.area_code) : "–"),
      sort: (row) => row.area_code,
    },
    {
      name: "state",
      label: say("状态", "State"),
      show: (row) => <State account={row} />,
      sort: (row) => row.disabled_at,
    },
  ];
  return (
    <Page
      title={say("账号与角色", "Accounts and roles")}
      lead={say(
        "谁能登录、以什么角色、管到哪里。账号不删除，只停用。",
        "Who may log in, as what, and where. No account is deleted; they are kept out.",
      )}
    >
      <Shown of={accounts}>
        {(rows) => (
          <Table
            caption={say("账号", "Accounts")}
            columns={columns}
            rows={rows}
            id={(row) => row.id}
            texts={(row) => [row.name, row.login, row.email, rolesOf(row)]}
            tools={
              <Button act={() => setOpen("add")} kind="primary">
                {say("新增账号", "Add an account")}
              </Button>
            }
            acts={(row) => (
              <Button act={() => setOpen(row)} label={say(`打开 ${row.name}`, `Open ${row.name}`)}>
                {say("打开", "Open")}
              </Button>
            )}
          />
        )}
      </Shown>
      {open === "add" && (
        <Adding
          close={() => setOpen(null)}
          made={(account) => {
            setOpen(null);
            setMade(account);
            void accounts.reload();
          }}
        />
      )}
      {open !== null && open !== "add" && (
        <Account id={open.id} name={open.name} close={() => setOpen(null)} changed={accounts.reload} />
      )}
      {made && (
        <Made
          account={made}
          close={() => setMade(null)}
          open={() => {
            setOpen(made);
            setMade(null);
          }}
        />
      )}
    </Page>
  );
}

function rolesOf(account: AccountOut): string {
  const roles = [...new Set(account.grants.map((grant) => grant.role))];
  return roles.map((role) => named(ROLES, role)).join(say("、", ", ")) || "–";
}

export function State({ account }: { account: AccountOut }) {
  if (account.disabled_at) return <Badge tone="alert">{say("已停用", "Kept out")}</Badge>;
  if (account.must_change) return <Badge tone="warn">{say("首次登录要改密码", "Must change the password")}</Badge>;
  return <Badge tone="good">{say("可用", "In use")}</Badge>;
}

function Adding({ close, made }: { close: () => void; made: (account: NewAccount) => void }) {
  const [id] = useState(() => uuid7());
  const submit = async (values: Values): Promise<void> => {
    const body = {
      id,
      login: textOf(values, "login"),
      name: textOf(values, "name"),
      email: orNull(values, "email"),
      single_sign_on: flagOf(values, "single_sign_on"),
      person: staffOf(values),
      ...(textOf(values, "area_code") ? { area_code: textOf(values, "area_code") } : {}),
    };
    made(await send<NewAccount>("/api/v1/accounts", body));
  };
  return (
    <Dialog title={say("新增账号", "Add an account")} close={close}>
      <Form
        fields={FIELDS}
        initial={{ login: "", name: "", email: "", person: "", area_code: "", single_sign_on: false }}
        submit={submit}
        label={say("新增", "Add")}
      />
    </Dialog>
  );
}

function Made({ account, close, open }: { account: NewAccount; close: () => void; open: () => void }) {
  const words = madeWords(account);
  return (
    <Dialog title={say(`账号 ${account.login} 已建好`, `The account ${account.login} is made`)} close={close}>
      {account.password && (
        <>
          <p>
            {say(
              "首次密码如下，第一次登录时必须更换：",
              "Its first password, which must be changed at the first login:",
            )}
          </p>
          <Secret value={account.password} />
        </>
      )}
      {words && (account.has_password ? <Note tone="warn">{said(words)}</Note> : <p>{said(words)}</p>)}
      <div class="ui-ends">
        <Button act={close}>{say("关闭", "Close")}</Button>
        <Button act={open} kind="primary">
          {account.has_password && !account.password
            ? say("打开账号", "Open the account")
            : say("接着授予角色", "Give it a role")}
        </Button>
      </div>
    </Dialog>
  );
}
