/** Which page is shown at which address, and why not, where one may not work there. */
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { permissions } from "../shared/session";
import { Note } from "../shared/ui/basics";
import { said, say } from "../shared/words";
import { later } from "./later";
import { home, opens, type Place, placeAt } from "./places";
import { path } from "./router";
import { Page, Shell } from "./shell";
import { named, PERMISSIONS } from "./words";

const PAGES: Record<string, () => VNode> = {
  "/desk/account": later(() => import("./account/page").then((page) => page.Account)),
  "/desk/inbox": later(() => import("./inbox/page").then((page) => page.Inbox)),
  "/desk/drafts": later(() => import("./planning/drafts").then((page) => page.Drafts)),
  "/desk/proposals": later(() => import("./planning/proposals").then((page) => page.Proposals)),
  "/desk/people": later(() => import("./registers/people").then((page) => page.People)),
  "/desk/duties": later(() => import("./registers/duties").then((page) => page.Duties)),
  "/desk/organisations": later(() => import("./registers/organisations").then((page) => page.Organisations)),
  "/desk/matters": later(() => import("./rules/matters").then((page) => page.Matters)),
  "/desk/whistle-kinds": later(() => import("./rules/whistle_kinds").then((page) => page.WhistleKinds)),
  "/desk/teams": later(() => import("./rules/teams").then((page) => page.Teams)),
  "/desk/calendar": later(() => import("./rules/calendar").then((page) => page.Calendar)),
  "/desk/hours": later(() => import("./rules/hours").then((page) => page.HoursAndLimits)),
  "/desk/checklists": later(() => import("./rules/checklists").then((page) => page.Checklists)),
  "/desk/accounts": later(() => import("./accounts/accounts").then((page) => page.Accounts)),
  "/desk/webhooks": later(() => import("./webhooks/page").then((page) => page.Webhooks)),
  "/desk/history": later(() => import("./history").then((page) => page.History)),
};

export function Desk() {
  const found = placeAt(path.value);
  useEffect(() => {
    if (found) return;
    history.replaceState(null, "", home(permissions.value).path);
    path.value = location.pathname;
  }, [found]);
  return (
    <Shell>
      {found &&
        (opens(found, permissions.value) ? <Opened key={found.path} at={found.path} /> : <NotYours place={found} />)}
    </Shell>
  );
}

function Opened({ at }: { at: string }) {
  const Shows = PAGES[at];
  return Shows ? <Shows /> : null;
}

function NotYours({ place }: { place: Place }) {
  const needed = place.needs.map((need) => named(PERMISSIONS, need)).join(say("、", ", "));
  return (
    <Page title={said(place.words)}>
      <Note tone="warn">
        <p>
          {say(
            `此页面需要“${needed}”的权限，您的角色没有。如工作需要，请联系本区的系统管理员。`,
            `This page needs a permission that no role of yours has: ${needed}. If your work needs it, ask your district's administrator.`,
          )}
        </p>
      </Note>
    </Page>
  );
}
