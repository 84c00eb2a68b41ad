/** Pages that are fetched when they are first opened: nobody waits for the code of pages they do not visit. */
import type { VNode } from "preact";
import { Unreachable } from "../shared/api";
import { Failure } from "../shared/ui/basics";
import { useLoaded } from "../shared/ui/loaded";
import { say } from "../shared/words";

type Shows = () => VNode;

/** Returns a page that fetches itself. */
export function later(fetchPage: () => Promise<Shows>): Shows {
  let known: Shows | null = null;
  const once = async (): Promise<Shows> => {
    try {
      return (known ??= await fetchPage());
    } catch {
      throw new Unreachable("a page's code");
    }
  };
  return function Later() {
    const page = useLoaded(once);
    const Found = known ?? page.value.value;
    if (Found) return <Found />;
    // A browser keeps the failure of a module: only the whole page, loaded anew, asks for it again.
    if (page.error.value) return <Failure error={page.error.value} again={() => location.reload()} />;
    return (
      <p role="status" class="ui-soft">
        {say("正在打开…", "Opening…")}
      </p>
    );
  };
}
