/** Taking a table away as a file, and bringing one in: first what it would do and every faulty row, then for good. */
import { useState } from "preact/hooks";
import { ask, Problem } from "../../shared/api";
import { Button, Failure } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { toast } from "../../shared/ui/toasts";
import { uuid7 } from "../../shared/uuid";
import { say, tongue } from "../../shared/words";
import { counts, Looked } from "./looked";
import { applies, type Brought, faultsIn } from "./preview";

interface Props {
  name: string;
  done?: () => unknown;
  /** Whether it must be said where the content comes from. */
  sourced?: boolean;
}

const TYPES: Record<string, string> = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

export function Exchange(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {["csv", "xlsx"].map((kind) => (
        <a key={kind} class="ui-button" href={`/api/v1/tables/${props.name}.${kind}?language=${tongue.value}`} download>
          {say(`导出 ${kind.toUpperCase()}`, `Export ${kind.toUpperCase()}`)}
        </a>
      ))}
      <Button act={() => setOpen(true)}>{say("导入…", "Import…")}</Button>
      {open && <Import {...props} close={() => setOpen(false)} />}
    </>
  );
}

/** A file that was chosen; its id lets it be applied once, however often it is sent. */
interface Chosen {
  file: File;
  id: string;
}

function Import({ name, done, sourced, close }: Props & { close: () => void }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [brought, setBrought] = useState<Brought | null>(null);
  const [source, setSource] = useState("");
  const [error, setError] = useState<unknown>(null);
  const bring = async (wanted: Chosen, digest: string | null): Promise<void> => {
    setError(null);
    try {
      const found = await send(name, wanted, source, digest);
      setBrought(found);
      if (!found.applied) return;
      close();
      toast(say(`导入完成：${counts(found)}。`, `Imported: ${counts(found)}.`));
      await done?.();
    } catch (problem) {
      setError(problem);
      // Somebody was quicker: what the file would do now is another thing.
      if (problem instanceof Problem && problem.status === 412) setBrought(await send(name, wanted, source, null));
    }
  };
  const choose = (file: File): void => {
    const wanted = { file, id: uuid7() };
    setChosen(wanted);
    setBrought(null);
    setError(null);
    void bring(wanted, null);
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
          onChange={(event) => {
            const file = event.currentTarget.files?.item(0);
            // Emptied, so that the same file is read anew once it was mended in the sheet.
            event.currentTarget.value = "";
            if (file) choose(file);
          }}
        />
        {chosen && <span class="hint">{chosen.file.name}</span>}
      </div>
      {sourced && (
        <div class="ui-field">
          <label htmlFor="import-source">{say("依据（文件名称和文号）", "Source (the document and its number)")}</label>
          <input id="import-source" value={source} onInput={(event) => setSource(event.currentTarget.value)} />
        </div>
      )}
      <div aria-live="polite">
        {chosen && !brought && !error && <p>{say("正在核对…", "Looking at it…")}</p>}
        {brought && <Looked brought={brought} />}
      </div>
      <Failure error={error} />
      <div class="ui-ends">
        <Button act={close}>{say("取消", "Cancel")}</Button>
        <Button
          act={() => chosen && brought && bring(chosen, brought.digest)}
          kind="primary"
          whyNot={
            whyNot(brought) ?? (sourced && !source.trim() ? say("请先填依据", "Say the source first") : undefined)
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

/** Tries a file, or applies it on the table that was looked at: of that `digest`. */
async function send(name: string, { file, id }: Chosen, source: string, digest: string | null): Promise<Brought> {
  const kind = file.name.toLowerCase().split(".").pop() ?? "";
  const body = new Blob([file], { type: TYPES[kind] ?? file.type });
  const asked = new URLSearchParams(digest === null ? { dry_run: "true" } : { id });
  if (source.trim()) asked.set("source", source.trim());
  try {
    const path = `/api/v1/tables/${name}?${asked.toString()}`;
    return (await ask<Brought>("POST", path, { body, ifMatch: digest ?? undefined, timeoutMs: 120_000 })).value;
  } catch (problem) {
    const faults = problem instanceof Problem ? faultsIn(problem.details) : [];
    if (!faults.length) throw problem;
    const nothing = { table: name, applied: false, replayed: false, adds: 0, changes: [], ends: 0, unchanged: 0 };
    return { ...nothing, digest: "", faults };
  }
}
