/** The grid worker's page. */
import { render } from "preact";
import "../shared/theme.css";
import "../shared/ui/ui.css";
import "./field.css";
import "./report/report.css";
import "./map/map.css";
import "./tabs.css";
import { toLogin } from "../shared/session";
import { App } from "./app";
import { hurry, open } from "./phone";
import { installWorker } from "./install";

const root = document.getElementById("app");

async function start(): Promise<void> {
  installWorker();
  const known = await open();
  if (!known) {
    toLogin();
    return;
  }
  if (root) render(<App />, root);
  await hurry();
}

void start();
