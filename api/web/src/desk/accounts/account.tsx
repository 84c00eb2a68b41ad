/** One account: its roles and where, kept out or let in, a first password anew, and what befell it. */
import { useState } from "preact/hooks";
import { ask, read, send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { dayTime } from "../../shared/time";
import { Button, Note, Shown } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { changed as changedFields, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { toast, toastError } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { Confirming, Editing } from "../editing";
import { calledOf } from "../registers/people_known";
import type { PersonOut } from "../registers/types";
import { saving } from "../saving";
import { Secret } from "../secret";
import { type AccountOut, State } from "./accounts";
import { Events } from "./events";
import { Grants } from "./grants";
import { changedBody, EMAIL, NAME, personField, staffValue } from "./known";

type NewAccount = components["schemas"]["NewAccountOut"];
interface Props {
  id: string;
  name: string;
  close: () => void;
  changed: () => unknown;
}

export function Account({ id, name, close, changed }: Props) {
  const account = useLoaded(() => readAccount(id));
  const [turn, setTurn] = useState(0);
  const done = async (): Promise<void> => {
    await Promise.all([account.reload(), changed()]);
    setTurn((before) => before + 1);
  };
  return (
    <Dialog title={name} close={close} wide>
      <Shown of={account}>{(found) => <Body found={found} done={done} />}</Shown>
      <h3>{say("账号记录", "What befell it")}</h3>
      <Events key={turn} id={id} />
    </Dialog>
  );
}

/** An account, and whoever holds it. */
interface Found {
  account: AccountOut;
  held: PersonOut | null;
}

async function readAccount(id: string): Promise<Found> {
  const account = await read<AccountOut>(`/api/v1/accounts/${id}`);
  // Whoever may not read people looks after accounts all the same.
  const person = account.person_id && read<PersonOut>(`/api/v1/people/${account.person_id}`).catch(() => null);
  return { account, held: (await person) || null };
}

function Body({ found, done }: { found: Found; done: () => Promise<void> }) {
  const { account } = found;
  const [open, setOpen] = useState<"edit" | "reset" | "disable" | null>(null);
  const [password, setPassword] = useState<string | null>(null);
  const out = account.disabled_at !== null;
  const change = async (body: Record<string, unknown>): Promise<unknown> =>
    saving((ifMatch) => ask("PATCH", `/api/v1/accounts/${account.id}`, { body, ifMatch }), account.etag);
  const letIn = async (): Promise<void> => {
    try {
      if (await change({ disabled: false })) toast(say("已启用。", "Let in again."));
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
        <dt>{say("人员", "Person")}</dt>
        <dd>{holder(found)}</dd>
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
        {out ? (
          <Button act={letIn} kind="primary">
            {say("启用", "Let in again")}
          </Button>
        ) : (
          <Button act={() => setOpen("disable")} kind="danger">
            {say("停用", "Keep out")}
          </Button>
        )}
      </div>
      <Grants account={account} done={done} />
      {open === "edit" && <Changing found={found} save={change} close={() => setOpen(null)} done={done} />}
      {open === "disable" && (
        <Confirming
          title={say(`停用 ${account.login}`, `Keep ${account.login} out`)}
          lead={say(
            "从现在起不能登录；现有登录和令牌全部结束，重新启用后也不会恢复；用它开始的上岗到此为止。角色保留。",
            "Nobody comes in by it from now on; its sessions and tokens end, and do not come back when it is let in again. A shift begun by it ends. Its roles stay.",
          )}
          act={() => change({ disabled: true })}
          close={() => setOpen(null)}
          done={done}
          label={say("停用", "Keep out")}
          danger
        />
      )}
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

function holder({ account, held }: Found): string {
  if (held) return calledOf(held);
  return account.person_id ? say("有（不能查看）", "Somebody, whom you may not see") : "–";
}

interface ChangingProps {
  found: Found;
  save: (body: Record<string, unknown>) => Promise<unknown>;
  close: () => void;
  done: () => Promise<void>;
}

function Changing({ found: { account, held }, save, close, done }: ChangingProps) {
  const initial: Values = { name: account.name, email: account.email ?? "", person: staffValue(held) };
  return (
    <Editing
      title={say(`修改 ${account.name}`, `Change ${account.name}`)}
      fields={[NAME, EMAIL, ...(account.person_id && !held ? [] : [personField(held)])]}
      initial={initial}
      save={(values) => save(changedBody(changedFields(initial, values), values))}
      more={(values) =>
        values["person"] !== initial["person"] && (
          <Note tone="warn">
            {say(
              "换了人员，这个账号现有的登录和令牌全部结束，要重新登录；用它开始的上岗也到此为止。",
              "With another person all sessions and tokens of this account end, and a shift begun by it: its holder logs in anew.",
            )}
          </Note>
        )
      }
      close={close}
      done={done}
    />
  );
}
