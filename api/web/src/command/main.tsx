import { render } from "preact";
import "../shared/theme.css";
import { enter, me, toLogin } from "../shared/session";

function Page() {
  return <main>{me.value?.name ?? "…"}</main>;
}

const root = document.getElementById("app");
if (root) render(<Page />, root);
void enter().then((found) => found ?? toLogin());
