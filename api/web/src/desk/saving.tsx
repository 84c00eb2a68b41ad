/** Saving what was decided on something seen: where somebody was quicker, both versions are shown, and one decides. */
import { signal } from "@preact/signals";
import { Problem } from "../shared/api";
import { Button, Note } from "../shared/ui/basics";
import { Dialog } from "../shared/ui/dialog";
import { Table } from "../shared/ui/table";
import { said, say } from "../shared/words";
import { type Difference, differences, FIELD_WORDS, type Fields } from "./differences";

interface Conflict {
  yours: Fields;
  stored: Fields | null;
  decide: (mine: boolean) => void;
}

const conflict = signal<Conflict | null>(null);

/**
 * Saves under the condition that nothing changed meanwhile, else asks which version is to hold.
 *
 * Returns what the server answered; null where the stored version stays.
 */
export async function saving<T>(save: (ifMatch: string | undefined) => Promise<T>, seen?: string): Promise<T | null> {
  try {
    return await save(seen);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 412) throw error;
    const both = error.details[0] as { yours: Fields; stored: Fields | null } | undefined;
    if (!both) throw error;
    if (!(await decided(both))) return null;
    // Decided on the version just shown, and refused again should that be overtaken, too.
    const etag = both.stored?.["etag"];
    return saving(save, typeof etag === "string" ? etag : undefined);
  }
}

function decided(both: { yours: Fields; stored: Fields | null }): Promise<boolean> {
  return new Promise((resolve) => {
    const decide = (mine: boolean): void => {
      conflict.value = null;
      resolve(mine);
    };
    conflict.value = { ...both, decide };
  });
}

/** Stands once on the page. */
export function Conflicts() {
  const open = conflict.value;
  if (!open) return null;
  const rows = differences(open.yours, open.stored ?? {});
  const columns = [
    { name: "field", label: say("项目", "Field"), show: (row: Difference) => fieldName(row.name) },
    { name: "mine", label: say("您的版本", "Yours"), show: (row: Difference) => row.one },
    { name: "stored", label: say("现在保存的版本", "Stored now"), show: (row: Difference) => row.other },
  ];
  return (
    <Dialog title={say("别人刚刚改过", "Somebody was quicker")} close={() => open.decide(false)} wide>
      <Note tone="warn">
        {say(
          "您打开之后，别人已经保存了另一个版本。两个版本都在下面，请决定用哪一个。",
          "Since you opened this, somebody stored another version. Both stand below: decide which is to hold.",
        )}
      </Note>
      <Table caption={say("不同之处", "Where they differ")} columns={columns} rows={rows} id={(row) => row.name} />
      <div class="ui-ends">
        <Button act={() => open.decide(false)}>{say("保留已保存的版本", "Keep what is stored")}</Button>
        <Button act={() => open.decide(true)} kind="danger primary">
          {say("用我的版本", "Use mine")}
        </Button>
      </div>
    </Dialog>
  );
}

export function fieldName(name: string): string {
  const words = FIELD_WORDS[name];
  return words ? said(words) : name;
}
