/** One account: its roles and where, kept out or let in, a first password anew, and what befell it. */
import { useState } from "preact/hooks";
import { ask, send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { dayTime } from "../../shared/time";
import { Button, Shown } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { changed as changedFields, orNull, type Values } from "../../shared/ui/forms";
import { type Loaded, useLoaded } from "../../shared/ui/loaded";
import { toast, toastError } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { Editing } from "../editing";
import { saving } from "../saving";
import { Secret } from "../secret";
import { type AccountOut, State } from "./accounts";
import { Events } from "./events";
import { Grants } from "./grants";

type NewAccount = components["schemas"]["NewAccountOut"];
interface Props {
  id: string;
  name: string;
  close: () => void;
  changed: () => unknown;
}

export function Account({ id, name, close, changed }: Props) {
  const account = useLoaded(() => ask<AccountOut>("GET", `/api/v1/accounts/${id}`).then((answer) => answer.value));
  const [turn, setTurn] = useState(0);
  const done = async (): Promise<void> => {
    await Promise.all([account.reload(), changed()]);
    setTurn((before) => before + 1);
  };
  return (
    <Dialog title={name} close={close} wide>
      <Shown of={account}>{(found) => <Body account={found} loaded={account} done={done} />}</Shown>
      <h3>{say("账号记录", "What befell it")}</h3>
      <Events key={turn} id={id} />
    </Dialog>
  );
}

interface BodyProps {
  account: AccountOut;
  loaded: Loaded<AccountOut>;
  done: () => Promise<void>;
}

function Body({ account, done }: BodyProps) {
  const [open, setOpen] = useState<"edit" | "reset" | null>(null);
  const [password, setPassword] = useState<string | null>(null);
  const out = account.disabled_at !== null;
  const change = async (body: Record<string, unknown>): Promise<unknown> =>
    saving((ifMatch) => ask("PATCH", `/api/v1/accounts/${account.id}`, { body, ifMatch }), account.etag);
  const turn = async (): Promise<void> => {
    try {
      const saved = await change({ disabled: !out });
      if (saved)
        toast(
          out
            ? say("已启用。", "Let in again.")
            : say("已停用，登录和令牌都已结束。", "Kept out; its sessions and tokens are over."),
        );
    } catch (error) {
      toastError(error);
    }
    await done();
  };
  const reset = async (): Promise<unknown> => {
    const made = await send<NewAccount>(`/api/v1/accounts/${account.id}/password`, undefined);
    setPassword(made.password);
    return made;
  };
  return (
    <>
      <dl class="facts">
        <dt>{say("用户名", "Login")}</dt>
        <dd>{account.login}</dd>
        <dt>{say("邮箱", "E-mail")}</dt>
        <dd>{account.email ?? "–"}</dd>
        <dt>{say("建立", "Made")}</dt>
        <dd>{dayTime(account.created_at)}</dd>
        <dt>{say("状态", "State")}</dt>
        <dd>
          <State account={account} />
        </dd>
      </dl>
      <div class="ui-ends">
        <Button act={() => setOpen("edit")}>{say("修改", "Change")}</Button>
        <Button act={() => setOpen("reset")}>{say("重置密码", "Reset password")}</Button>
        <Button act={turn} kind={out ? "primary" : "danger"}>
          {out ? say("启用", "Let in again") : say("停用", "Keep out")}
        </Button>
      </div>
      <Grants account={account} done={done} />
      {open === "edit" && <Changing account={account} save={change} close={() => setOpen(null)} done={done} />}
      {open === "reset" && (
        <Editing
          title={say(`重置 ${account.login} 的密码`, `Reset the password of ${account.login}`)}
          lead={
            <p>
              {say(
                "会生成新的首次密码，只显示一次；现有登录和令牌全部结束。",
                "A new first password is made and shown once; all sessions and tokens end.",
              )}
            </p>
          }
          fields={[]}
          initial={{}}
          save={reset}
          close={() => setOpen(null)}
          done={done}
          label={say("重置", "Reset")}
          danger
        />
      )}
      {password !== null && (
        <Dialog title={say("新的首次密码", "The new first password")} close={() => setPassword(null)}>
          <Secret value={password} />
        </Dialog>
      )}
    </>
  );
}

interface ChangingProps {
  account: AccountOut;
  save: (body: Record<string, unknown>) => Promise<unknown>;
  close: () => void;
  done: () => Promise<void>;
}

function Changing({ account, save, close, done }: ChangingProps) {
  const initial: Values = { name: account.name, email: account.email ?? "" };
  return (
    <Editing
      title={say(`修改 ${account.name}`, `Change ${account.name}`)}
      fields={[
        { name: "name", words: { zh: "姓名", en: "Name" }, required: true, most: 80 },
        { name: "email", words: { zh: "邮箱", en: "E-mail" }, most: 200, pattern: /^[^@\s]+@[^@\s]+$/ },
      ]}
      initial={initial}
      save={(values) =>
        save(Object.fromEntries(changedFields(initial, values).map((name) => [name, orNull(values, name)])))
      }
      close={close}
      done={done}
    />
  );
}
