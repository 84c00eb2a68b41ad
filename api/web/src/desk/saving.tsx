/** Saving what was decided on something seen: where somebody was quicker, both versions are shown, and one decides. */
import { signal } from "@preact/signals";
import { Problem } from "../shared/api";
import { Button, Note } from "../shared/ui/basics";
import { Dialog } from "../shared/ui/dialog";
import { Table } from "../shared/ui/table";
import { said, say } from "../shared/words";
import { type Difference, differences, FIELD_WORDS, type Fields } from "./differences";

type Decision = "mine" | "stored" | "back";

interface Both {
  yours: Fields;
  stored: Fields | null;
  /** Of what is stored, where it does not carry its own. */
  etag?: string | null;
}

interface Conflict extends Both {
  decide: (decision: Decision) => void;
}

const conflict = signal<Conflict | null>(null);

/**
 * Saves under the condition that nothing changed meanwhile, else asks which version is to hold.
 *
 * Returns what the server answered; null where the stored version stays. Throws the refusal where one goes back to what
 * one typed, so that the form stays as it is.
 */
export async function saving<T>(save: (ifMatch: string | undefined) => Promise<T>, seen?: string): Promise<T | null> {
  try {
    return await save(seen);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 412) throw error;
    const both = error.details[0] as Both | undefined;
    if (!both) throw error;
    const decision = await decided(both);
    if (decision === "back") throw error;
    if (decision === "stored") return null;
    // Decided on the version just shown, and refused again should that be overtaken, too.
    const etag = both.stored?.["etag"] ?? both.etag;
    return saving(save, typeof etag === "string" ? etag : undefined);
  }
}

function decided(both: Both): Promise<Decision> {
  return new Promise((resolve) => {
    const decide = (decision: Decision): void => {
      conflict.value = null;
      resolve(decision);
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
    { name: "field", label: say("项目", "Field"), show: fieldOf },
    { name: "mine", label: say("您的版本", "Yours"), show: (row: Difference) => <ins>{row.one}</ins> },
    { name: "stored", label: say("现在保存的版本", "Stored now"), show: (row: Difference) => row.other },
  ];
  return (
    <Dialog title={say("别人刚刚改过", "Somebody was quicker")} close={() => open.decide("back")} wide>
      <Note tone="warn">
        {open.stored
          ? say(
              "您打开之后，别人已经保存了另一个版本。两个版本都在下面，请决定用哪一个；您填写的内容不会丢。",
              "Since you opened this, somebody stored another version. Both stand below: decide which is to hold. Nothing you typed is lost.",
            )
          : say(
              "您打开之后，别人已经把它去掉了。请决定是否按您的版本保存。",
              "Since you opened this, somebody took it away. Decide whether yours is to be stored.",
            )}
      </Note>
      <Table
        caption={say("不同之处", "Where they differ")}
        columns={columns}
        rows={rows}
        id={({ of, name }) => `${of ?? ""}.${name}`}
      />
      <div class="ui-ends">
        <Button act={() => open.decide("back")}>{say("回到我填写的内容", "Back to what I typed")}</Button>
        <Button act={() => open.decide("stored")}>{say("保留已保存的版本", "Keep what is stored")}</Button>
        <Button act={() => open.decide("mine")} kind="danger primary">
          {say("用我的版本", "Use mine")}
        </Button>
      </div>
    </Dialog>
  );
}

function fieldOf(row: Difference): string {
  const about = row.called ?? row.of;
  return about ? `${about} · ${fieldName(row.name)}` : fieldName(row.name);
}

export function fieldName(name: string): string {
  const words = FIELD_WORDS[name];
  return words ? said(words) : name;
}
