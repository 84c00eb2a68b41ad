/** Taking a table away as a file, and bringing one in: first what it would do and every faulty row, then for good. */
import { useEffect, useState } from "preact/hooks";
import { Button, Failure } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { toast, toastError } from "../../shared/ui/toasts";
import { unsaved } from "../../shared/ui/unsaved";
import { say, tongue } from "../../shared/words";
import { Bringing } from "./bringing";
import { counts, Looked } from "./looked";
import { applies, type Brought } from "./preview";

interface Props {
  name: string;
  done?: () => unknown;
  /** Whether it must be said where the content comes from. */
  sourced?: boolean;
}

export function Exchange(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {["csv", "xlsx"].map((kind) => (
        <a key={kind} class="ui-button" href={`/api/v1/tables/${props.name}.${kind}?language=${tongue.value}`} download>
          {say(`导出 ${kind.toUpperCase()}`, `Export ${kind.toUpperCase()}`)}
        </a>
      ))}
      <Button act={() => (unsaved() ? toast(halfDone()) : setOpen(true))}>{say("导入…", "Import…")}</Button>
      {open && <Import {...props} close={() => setOpen(false)} />}
    </>
  );
}

/** What is brought in is shown in place of what is being changed. */
const halfDone = (): string =>
  say(
    "这一页还有没保存的改动：先保存（发布）或放弃，再导入。",
    "Something on this page is not saved yet: save or publish it, or drop it, and import then.",
  );

function Import({ name, done, sourced, close }: Props & { close: () => void }) {
  const [bringing] = useState(() => new Bringing(name));
  useEffect(() => () => void (bringing.left = true), [bringing]);
  const { chosen, brought, error, applying, source } = bringing;
  const apply = async (): Promise<void> => {
    try {
      const found = await bringing.apply();
      if (!found) return;
      if (!bringing.left) close();
      toast(say(`导入完成：${counts(found)}。`, `Imported: ${counts(found)}.`));
      await done?.();
    } catch (problem) {
      toastError(problem);
    }
  };
  return (
    <Dialog title={say("导入 CSV 或 XLSX", "Import CSV or XLSX")} close={close} wide>
      <p>
        {say(
          "先导出一份作模板，改好后在这里选择（列名中英文均可）。先核对，确认后才保存；只要有一行出错，整份文件都不保存。",
          "Export a file first as a template, change it and choose it here. It is only looked at first; while a single row is faulty nothing of it is stored.",
        )}
      </p>
      <div class="ui-field">
        <label htmlFor="import-file">{say("文件", "File")}</label>
        <input
          id="import-file"
          type="file"
          accept=".csv,.xlsx"
          disabled={applying.value}
          onChange={(event) => {
            const file = event.currentTarget.files?.item(0);
            // Emptied, so that the same file is read anew once it was mended in the sheet.
            event.currentTarget.value = "";
            if (file) void bringing.choose(file);
          }}
        />
        {chosen.value && <span class="hint">{chosen.value.file.name}</span>}
      </div>
      {sourced && (
        <div class="ui-field">
          <label htmlFor="import-source">{say("依据（文件名称和文号）", "Source (the document and its number)")}</label>
          <input
            id="import-source"
            value={source.value}
            onInput={(event) => (source.value = event.currentTarget.value)}
          />
        </div>
      )}
      <div aria-live="polite">
        {chosen.value && !brought.value && !error.value && <p>{say("正在核对…", "Looking at it…")}</p>}
        {brought.value && <Looked brought={brought.value} />}
      </div>
      <Failure error={error.value} />
      <div class="ui-ends">
        <Button act={close}>{say("取消", "Cancel")}</Button>
        <Button
          act={apply}
          kind="primary"
          whyNot={
            whyNot(brought.value) ??
            (sourced && !source.value.trim() ? say("请先填依据", "Say the source first") : undefined)
          }
        >
          {say("确认导入", "Apply")}
        </Button>
      </div>
    </Dialog>
  );
}

function whyNot(brought: Brought | null): string | undefined {
  if (!brought) return say("请先选择文件", "Choose a file first");
  if (brought.faults.length) return say("请先改正出错的行", "Mend the faulty rows first");
  return applies(brought) ? undefined : say("没有要改的内容", "It would change nothing");
}
