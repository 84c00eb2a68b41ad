/** The command centre's page: what is late, where it is, and what can be done about it. */
import { render } from "preact";
// Beside the map's own part: what the browser fetches for a part it tries once, and never again.
import "maplibre-gl/dist/maplibre-gl.css";
import "../shared/theme.css";
import "./command.css";
import "./acts.css";
import "./story.css";
import "./parts.css";
import "./print.css";
import { enter, me, toLogin } from "../shared/session";
import { Page } from "./Page";
import { openView } from "./view";

const root = document.getElementById("app");
const PAUSE_MS = 3_000;

async function begin(): Promise<void> {
  try {
    if (!(await enter())) {
      toLogin();
      return;
    }
  } catch {
    // The server does not answer yet: a wall that was switched on first waits for it.
    setTimeout(() => void begin(), PAUSE_MS);
    return;
  }
  openView();
}

if (root) render(<Page />, root);
if (!me.value) void begin();
