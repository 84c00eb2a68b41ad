/** Changing one's own password. */
import { useState } from "preact/hooks";
import { send } from "../../shared/api";
import { enter, me } from "../../shared/session";
import { Form } from "../../shared/ui/form";
import { type Field, flagOf, type Values } from "../../shared/ui/forms";
import { toast } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { refusal, SHORTEST } from "./rules";

const FIELDS: Field[] = [
  {
    name: "old",
    words: { zh: "现在的密码", en: "Present password" },
    kind: "password",
    required: true,
    autocomplete: "current-password",
  },
  {
    name: "new",
    words: { zh: "新密码", en: "New password" },
    kind: "password",
    required: true,
    least: SHORTEST,
    most: 256,
    autocomplete: "new-password",
    hint: {
      zh: `至少 ${SHORTEST} 个字符，不含用户名，不是常见密码；几个不相干的词连起来最好记。`,
      en: `At least ${SHORTEST} characters, without your login, not a common one; several unrelated words are easiest to keep.`,
    },
  },
  {
    name: "again",
    words: { zh: "再输一次新密码", en: "New password once more" },
    kind: "password",
    required: true,
    autocomplete: "new-password",
  },
  {
    name: "keep_tokens",
    words: { zh: "保留程序使用的令牌", en: "Let tokens of programs stay" },
    kind: "check",
    hint: { zh: "其他登录都会结束。", en: "Every other session ends in any case." },
  },
];
const EMPTY: Values = { old: "", new: "", again: "", keep_tokens: true };

export function Password() {
  const [turn, setTurn] = useState(0);
  const submit = async (values: Values): Promise<void> => {
    const wrong = refusal(values, me.value?.login ?? "");
    if (wrong) throw wrong;
    // As it was typed: a blank may belong to a password.
    await send("/api/v1/password", {
      old: values["old"],
      new: values["new"],
      keep_tokens: flagOf(values, "keep_tokens"),
    });
    // The session goes on under another secret, and with another word against forgery.
    await enter();
    setTurn(turn + 1);
    toast(say("密码已更换，其他登录已结束。", "The password is changed; every other session is over."));
  };
  return (
    <section class="ui-card" aria-labelledby="password">
      <h2 id="password">{say("更换密码", "Change password")}</h2>
      <Form key={turn} fields={FIELDS} initial={EMPTY} submit={submit} label={say("更换密码", "Change password")} />
    </section>
  );
}
