/** Logs in anew before the session ends, without leaving what is seen. */
import { useEffect, useRef, useState } from "preact/hooks";
import { me } from "../shared/session";
import { Dialog } from "../shared/ui/dialog";
import { say } from "../shared/words";
import { renew, renewing } from "./ending";
import { Refused } from "./Refused";

export function Renewal() {
  if (!renewing.value) return null;
  return (
    <Dialog title={say("重新登录，画面不变", "Log in anew, and stay here")} close={() => (renewing.value = false)}>
      {me.value?.has_password ? <WithPassword /> : <Elsewhere />}
    </Dialog>
  );
}

function WithPassword() {
  const [password, setPassword] = useState("");
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  const send = async (): Promise<void> => {
    setBusy(true);
    await renew(password).catch(setRefusal);
    setBusy(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (password && !busy) void send();
      }}
    >
      <p>
        {say(
          "输入密码，登录期限重新计算；画面、所选与没写完的内容都不变。",
          "Your password begins the session anew; the view, the choice and what you were writing stay.",
        )}
      </p>
      <input hidden autocomplete="username" value={me.value?.login ?? ""} readOnly />
      <p class="c-field">
        <label for="renew-password">
          {say(`${me.value?.login ?? ""} 的密码`, `Password of ${me.value?.login ?? ""}`)}
        </label>
        <input
          ref={box}
          id="renew-password"
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </p>
      <Refused error={refusal} />
      <p class="c-act-ends">
        <button type="submit" class="primary" aria-disabled={!password} aria-busy={busy}>
          {say("登录", "Log in")}
        </button>
      </p>
    </form>
  );
}

/** Whoever has no password of ours logs in with their provider, in another window. */
function Elsewhere() {
  return (
    <>
      <p>
        {say(
          "请在新窗口用单点登录再登录一次，然后回到这里。",
          "Log in once more with your single sign-on in another window, and come back here.",
        )}
      </p>
      <p class="c-act-ends">
        <a class="ui-button" href="/api/v1/oidc/login?next=/command" target="_blank" rel="noopener">
          {say("去登录", "Log in")}
        </a>
      </p>
    </>
  );
}
