/** A secret that is shown this once, with a way to copy it. */
import { Button, Note } from "../shared/ui/basics";
import { toast } from "../shared/ui/toasts";
import { say } from "../shared/words";

export function Secret({ value }: { value: string }) {
  return (
    <>
      <Note tone="warn">
        {say(
          "只显示这一次，请现在抄下或复制；之后谁也看不到。",
          "Shown this once: copy it now, for nobody can see it again.",
        )}
      </Note>
      <code class="secret" data-secret>
        {value}
      </code>
      <p>
        <Button act={() => copy(value)}>{say("复制", "Copy")}</Button>
      </p>
    </>
  );
}

/** On plain http a browser has no clipboard for pages: then the words stand selected for the keyboard. */
async function copy(value: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(value);
    toast(say("已复制。", "Copied."));
  } catch {
    const shown = document.querySelector("[data-secret]");
    if (shown) getSelection()?.selectAllChildren(shown);
    toast(say("已选中，请按 Ctrl+C 复制。", "It is selected: press Ctrl+C."));
  }
}
