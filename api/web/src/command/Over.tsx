/** The session is over: the way back leads to the same view, and to what somebody was writing in it. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isBack, loginAddress, toLogin } from "../shared/session";
import { say } from "../shared/words";
import { open } from "./acting";
import { meant } from "./Blow";
import { resume } from "./keeping";
import { over } from "./state";

/** What is said can be read before the page goes. */
const LOGIN_MS = 4_000;

export function Over() {
  const [writing] = useState(() => open.peek() !== null || meant.peek() !== null);
  const box = useRef<HTMLDialogElement>(null);
  // Over whatever else stands open: nothing beneath is pressed or typed into. Where it was, the focus comes back to.
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class="c-over"
      role="alertdialog"
      aria-label={say("登录已过期", "Your session is over")}
      onCancel={(event) => event.preventDefault()}
      // Browsers close what is escaped from twice, whatever it says.
      onClose={() => box.current?.isConnected && over.value && box.current.showModal()}
    >
      <h2>{say("登录已过期", "Your session is over")}</h2>
      {writing ? <Beside /> : <Leaving />}
    </dialog>
  );
}

function Leaving() {
  useEffect(() => {
    const timer = setTimeout(toLogin, LOGIN_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      <p>{say("正在前往登录页，登录后回到这一画面。", "You are taken to the login, and come back to this view.")}</p>
      <button type="button" class="primary" onClick={toLogin}>
        {say("现在登录", "Log in now")}
      </button>
    </>
  );
}

/** What was not sent yet is nowhere but here: one logs in in another tab, and this page goes on. */
function Beside() {
  const look = async (): Promise<void> => {
    if (document.visibilityState === "visible" && (await isBack())) resume();
  };
  useEffect(() => {
    const seen = (): void => void look();
    addEventListener("focus", seen);
    document.addEventListener("visibilitychange", seen);
    return () => {
      removeEventListener("focus", seen);
      document.removeEventListener("visibilitychange", seen);
    };
  }, []);
  return (
    <>
      <p>
        {say(
          "请在新标签页登录，再回到这里：没办完的内容还在。",
          "Log in in a new tab and come back: what you had not finished is still here.",
        )}
      </p>
      <button type="button" class="primary" onClick={() => window.open(loginAddress(), "_blank", "noopener")}>
        {say("去登录", "Log in")}
      </button>
      <button type="button" onClick={() => void look()}>
        {say("已经登录，继续", "I have: go on")}
      </button>
    </>
  );
}
