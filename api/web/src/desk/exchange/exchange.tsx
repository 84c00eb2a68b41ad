/** Taking a table away as a file, and bringing one in: first what it would do and every faulty row, then for good. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ask, Problem } from "../../shared/api";
import { Badge, Button, Failure, Note } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { Table } from "../../shared/ui/table";
import { toast } from "../../shared/ui/toasts";
import { say, tongue } from "../../shared/words";
import { applies, type Fault, type Preview, previewOf } from "./preview";
import "./exchange.css";

interface Props {
  name: string;
  done?: () => unknown;
  /** More to see of a file before it is applied. */
  more?: (file: File) => ComponentChildren;
}

const TYPES: Record<string, string> = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

export function Exchange({ name, done, more }: Props) {
  const [open, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  return (
    <>
      {["csv", "xlsx"].map((kind) => (
        <a key={kind} class="ui-button" href={`/api/v1/tables/${name}.${kind}?language=${tongue.value}`} download>
          {say(`导出 ${kind.toUpperCase()}`, `Export ${kind.toUpperCase()}`)}
        </a>
      ))}
      <Button act={() => setOpen(true)}>{say("导入…", "Import…")}</Button>
      {open && <Import name={name} done={done} more={more} close={close} />}
    </>
  );
}

interface ImportProps {
  name: string;
  done: Props["done"] | undefined;
  more: Props["more"] | undefined;
  close: () => void;
}

function Import({ name, done, more, close }: ImportProps) {
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [error, setError] = useState<unknown>(null);
  const bring = async (wanted: File, dry: boolean): Promise<void> => {
    setError(null);
    try {
      const found = await send(name, wanted, dry);
      setPreview(found);
      if (dry) return;
      close();
      toast(say(`导入完成：${counts(found)}。`, `Imported: ${counts(found)}.`));
      await done?.();
    } catch (problem) {
      setError(problem);
    }
  };
  const choose = (wanted: File | null): void => {
    setFile(wanted);
    setPreview(null);
    if (wanted) void bring(wanted, true);
  };
  return (
    <Dialog title={say("导入 CSV 或 XLSX", "Import CSV or XLSX")} close={close} wide>
      <p>
        {say(
          "选一个文件（列名与导出的文件相同，中英文均可）。先核对，确认后才保存；有任何一行出错，整份文件都不保存。",
          "Choose a file with the columns of an exported one. It is only looked at first; while a single row is faulty nothing of it is stored.",
        )}
      </p>
      <div class="ui-field">
        <label htmlFor="import-file">{say("文件", "File")}</label>
        <input
          id="import-file"
          type="file"
          accept=".csv,.xlsx"
          onChange={(event) => choose(event.currentTarget.files?.item(0) ?? null)}
        />
      </div>
      <div aria-live="polite">
        {file && !preview && !error && <p>{say("正在核对…", "Looking at it…")}</p>}
        {preview && <Looked preview={preview} />}
      </div>
      {preview && !preview.faults.length && file && more?.(file)}
      <Failure error={error} />
      <div class="ui-ends">
        <Button act={close}>{say("取消", "Cancel")}</Button>
        <Button
          act={() => file && bring(file, false)}
          kind="primary"
          whyNot={preview && applies(preview) ? undefined : whyNot(preview)}
        >
          {say("确认导入", "Apply")}
        </Button>
      </div>
    </Dialog>
  );
}

function whyNot(preview: Preview | null): string {
  if (!preview) return say("请先选择文件", "Choose a file first");
  if (preview.faults.length) return say("请先改正出错的行", "Mend the faulty rows first");
  return say("没有要改的内容", "It would change nothing");
}

async function send(name: string, file: File, dry: boolean): Promise<Preview> {
  const kind = file.name.toLowerCase().split(".").pop() ?? "";
  const body = new Blob([file], { type: TYPES[kind] ?? file.type });
  try {
    const { value } = await ask<Record<string, unknown>>("POST", `/api/v1/tables/${name}?dry_run=${String(dry)}`, {
      body,
      timeoutMs: 120_000,
    });
    return previewOf(value);
  } catch (problem) {
    // What a file is refused for row by row is a preview as well.
    const found = problem instanceof Problem ? faultyRows(problem) : null;
    if (found) return found;
    throw problem;
  }
}

function faultyRows(problem: Problem): Preview | null {
  const rows = problem.details.filter((detail) => typeof detail["row"] === "number");
  return rows.length ? previewOf({ faults: rows }) : null;
}

function counts(preview: Preview): string {
  return say(
    `新增 ${preview.adds}，修改 ${preview.changes}，结束 ${preview.ends}，不变 ${preview.unchanged}`,
    `${preview.adds} added, ${preview.changes} changed, ${preview.ends} ended, ${preview.unchanged} unchanged`,
  );
}

function Looked({ preview }: { preview: Preview }) {
  const { faults } = preview;
  return (
    <>
      <p class="counts">
        <Badge tone="good">{say(`新增 ${preview.adds}`, `${preview.adds} to add`)}</Badge>
        <Badge tone="warn">{say(`修改 ${preview.changes}`, `${preview.changes} to change`)}</Badge>
        <Badge tone="alert">{say(`结束 ${preview.ends}`, `${preview.ends} to end`)}</Badge>
        <Badge tone="soft">{say(`不变 ${preview.unchanged}`, `${preview.unchanged} unchanged`)}</Badge>
      </p>
      {faults.length > 0 && (
        <>
          <Note tone="alert">
            {say(
              `有 ${faults.length} 处错误，什么都没有保存。请在表格中改正后重新选择文件。`,
              `${faults.length} faults: nothing was stored. Mend them in the sheet and choose the file again.`,
            )}
          </Note>
          <Faults faults={faults} />
        </>
      )}
    </>
  );
}

function Faults({ faults }: { faults: readonly Fault[] }) {
  const rows = faults.map((fault, place) => ({ ...fault, place }));
  return (
    <Table
      caption={say("出错的行（行号与表格一致）", "Faulty rows, numbered as in the sheet")}
      rows={rows}
      id={(row) => String(row.place)}
      columns={[
        { name: "row", label: say("行", "Row"), show: (row) => row.row ?? "–", sort: (row) => row.row },
        { name: "column", label: say("列", "Column"), show: (row) => row.column ?? "–" },
        { name: "message", label: say("问题", "What is wrong"), show: (row) => row.message },
      ]}
    />
  );
}
