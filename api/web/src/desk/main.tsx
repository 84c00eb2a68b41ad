import { render } from "preact";
import "../shared/theme.css";
import { Unreachable } from "../shared/api";
import { enter, me, toLogin } from "../shared/session";
import { Failure } from "../shared/ui/basics";
import { mark } from "../shared/useful";
import { locale, say } from "../shared/words";
import "./desk.css";
import { listen } from "./live";
import { Desk } from "./pages";

const root = document.getElementById("app");
document.documentElement.lang = locale.value;

function Waiting({ error }: { error?: unknown }) {
  return (
    <main>
      <p role="status">{error ? "" : say("正在打开…", "Opening…")}</p>
      <Failure error={error} again={() => location.reload()} />
    </main>
  );
}

async function begin(at: HTMLElement): Promise<void> {
  render(<Waiting />, at);
  try {
    if (!(await enter())) {
      toLogin();
      return;
    }
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    render(<Waiting error={error} />, at);
    return;
  }
  render(me.value && <Desk />, at);
  mark("useful");
  listen();
}

if (root) void begin(root);
