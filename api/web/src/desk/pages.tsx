/** Which page is shown at which address, and why not, where one may not work there. */
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { permissions } from "../shared/session";
import { Note } from "../shared/ui/basics";
import { said, say } from "../shared/words";
import { Account } from "./account/page";
import { Accounts } from "./accounts/accounts";
import { History } from "./history";
import { Inbox } from "./inbox/page";
import { Duties } from "./registers/duties";
import { Organisations } from "./registers/organisations";
import { People } from "./registers/people";
import { Calendar } from "./rules/calendar";
import { Checklists } from "./rules/checklists";
import { HoursAndLimits } from "./rules/hours";
import { Matters } from "./rules/matters";
import { WhistleKinds } from "./rules/whistle_kinds";
import { home, opens, type Place, placeAt } from "./places";
import { path } from "./router";
import { Page, Shell } from "./shell";
import { named, PERMISSIONS } from "./words";

const PAGES: Record<string, () => VNode> = {
  "/desk/account": () => <Account />,
  "/desk/inbox": () => <Inbox />,
  "/desk/people": () => <People />,
  "/desk/duties": () => <Duties />,
  "/desk/organisations": () => <Organisations />,
  "/desk/matters": () => <Matters />,
  "/desk/whistle-kinds": () => <WhistleKinds />,
  "/desk/calendar": () => <Calendar />,
  "/desk/hours": () => <HoursAndLimits />,
  "/desk/checklists": () => <Checklists />,
  "/desk/accounts": () => <Accounts />,
  "/desk/history": () => <History />,
};

export function Desk() {
  const found = placeAt(path.value);
  useEffect(() => {
    if (found) return;
    history.replaceState(null, "", home(permissions.value).path);
    path.value = location.pathname;
  }, [found]);
  return (
    <Shell>{found && (opens(found, permissions.value) ? PAGES[found.path]?.() : <NotYours place={found} />)}</Shell>
  );
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
