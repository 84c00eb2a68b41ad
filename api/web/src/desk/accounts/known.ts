/** What is known of an account, and what is made of it. */
import type { components } from "../../shared/schema";
import { type Field, textOf, type Values } from "../../shared/ui/forms";
import type { Words } from "../../shared/words";
import { findPeople } from "../finding";
import type { PersonOut } from "../registers/types";

type NewAccount = components["schemas"]["NewAccountOut"];
type Staff = { district_code: string; id: string };

/** What is told once an account is made; null where its first password is shown, which says it all. */
export function madeWords(account: Pick<NewAccount, "password" | "has_password">): Words | null {
  if (account.password) return null;
  if (!account.has_password) return { zh: "它用统一身份认证登录。", en: "It comes in by single sign-on." };
  // The answer that showed it was lost on its way, and nobody can be told again.
  return {
    zh: "这个账号之前已建好，首次密码只显示一次，没有送到这里。请打开账号，重置密码。",
    en: "It was made before, and its first password was shown once and never got here: open it, and reset the password.",
  };
}

export const NAME: Field = { name: "name", words: { zh: "姓名", en: "Name" }, required: true, most: 80 };
export const EMAIL: Field = {
  name: "email",
  words: { zh: "邮箱", en: "E-mail" },
  most: 200,
  pattern: /^[^@\s]+@[^@\s]+$/,
  otherwise: { zh: "邮箱写成 名字@地址。", en: "As in name@host." },
};

/** Who holds an account, to be chosen; whoever does so now is shown by name. */
export function personField(held?: PersonOut | null): Field {
  return {
    name: "person",
    words: { zh: "人员（网格员等要用手机端的必选）", en: "Person (whoever works on the phone needs one)" },
    kind: "suggest",
    find: findPeople,
    ...(held ? { options: [optionOf(held)] } : {}),
    pattern: /^\d{6} [0-9a-f-]{36}$/,
    hint: {
      zh: "输入姓名或工号，选一个；手机端据此知道负责哪些网格。",
      en: "Type a name or a staff number, and choose: it says which cells are theirs on the phone.",
    },
    otherwise: { zh: "请从列表中选一个人。", en: "Choose somebody from the list." },
  };
}

const optionOf = (held: PersonOut) => ({
  value: staffValue(held),
  words: { zh: `${held.name} · ${held.organisation_name}`, en: `${held.name} · ${held.organisation_name}` },
  code: held.staff_code,
});

/** Somebody as the field holds them; nobody is nothing. */
export const staffValue = (held: Staff | null | undefined): string => (held ? `${held.district_code} ${held.id}` : "");

/** Who was chosen; null is nobody. */
export function staffOf(values: Values): Staff | null {
  const [district_code, id] = textOf(values, "person").split(" ");
  return district_code && id ? { district_code, id } : null;
}

/** What is sent of an account that was changed: what was emptied is taken out, what was left is not spoken of. */
export function changedBody(names: readonly string[], values: Values): Record<string, unknown> {
  const said = (name: string): unknown => (name === "person" ? staffOf(values) : textOf(values, name) || null);
  return Object.fromEntries(names.map((name) => [name, said(name)]));
}
