/** The way to the login. It costs nothing: neither what only this page remembers, nor a page that may not come again. */
import { loginAddress, toLogin } from "../shared/session";
import { toast } from "../shared/ui/toasts";
import { say } from "../shared/words";
import { diskFull, hurry, session, settleSession } from "./phone";

export async function logIn(): Promise<void> {
  if (diskFull.value) {
    // This page stays, and goes on once it hears that somebody has logged in beside it.
    window.open(loginAddress(), "_blank");
    return;
  }
  if (!(await settleSession())) {
    toast(say("没有信号，暂时不能登录；有信号时再点。", "There is no signal to log in by: try again once there is."));
  } else if (session.value === "in") await hurry();
  else toLogin();
}
