/** Making a draft: of today's grid, of a file, of an older version; and bringing back one that was edited in QGIS. */
import { useState } from "preact/hooks";
import { ask, read } from "../../shared/api";
import { Note } from "../../shared/ui/basics";
import { type Field, flagOf, orNull, Refusal, textOf, type Values } from "../../shared/ui/forms";
import { useUnsaved } from "../../shared/ui/unsaved";
import { say } from "../../shared/words";
import { areaName } from "../areas";
import { dayOf } from "../days";
import { Editing } from "../editing";
import { changing, type Draft, LONG_MS, type Version } from "./drafts_known";

const TITLE: Field = {
  name: "title",
  words: { zh: "名称", en: "Title" },
  required: true,
  most: 200,
  hint: { zh: "例如：大明湖街道第三季度调整", en: "What people will call it" },
};

const WITHIN: Field = {
  name: "within",
  words: { zh: "网格不得跨越", en: "Cells stay within" },
  kind: "select",
  required: true,
  options: [
    { value: "community", words: { zh: "社区", en: "Communities" } },
    { value: "street", words: { zh: "街道", en: "Streets" } },
  ],
};

/** The field of a district, where one could mean several. */
function districtField(versions: readonly Version[]): Field[] {
  const codes = [...new Set(versions.map((one) => one.district_code))];
  if (codes.length < 2) return [];
  const options = codes.map((code) => ({ value: code, words: { zh: areaName(code), en: areaName(code) } }));
  return [{ name: "district_code", words: { zh: "区域", en: "District" }, kind: "select", required: true, options }];
}

interface MakingProps {
  versions: readonly Version[];
  close: () => void;
  done: (draft: Draft) => void;
}

export function NewDraft({ versions, close, done }: MakingProps) {
  const [file, setFile] = useState<File | null>(null);
  const [first] = versions;
  const save = async (values: Values): Promise<Draft> => {
    const asked = new URLSearchParams({ title: textOf(values, "title"), within: textOf(values, "within") });
    const body = file ?? (await gridOf(textOf(values, "district_code")));
    const path = `/api/v1/drafts?${asked.toString()}`;
    const made = (await ask<Draft>("POST", path, { body: asSent(body), timeoutMs: LONG_MS })).value;
    done(made);
    return made;
  };
  return (
    <Editing
      title={say("新建草案", "New draft")}
      lead={
        <p>
          {say(
            "不选文件：从现行网格开始，下载后在 QGIS 中修改，再传回。选文件：按文件中的网格建立；文件没有提到的街道保持不变。",
            "Without a file it begins as the grid of today: download it, edit it in QGIS, upload it. With one, it is made of the cells in it; streets that it does not mention stay as they are.",
          )}
        </p>
      }
      fields={[TITLE, WITHIN, ...(file ? [] : districtField(versions))]}
      initial={{ title: "", within: "community", district_code: first?.district_code ?? "" }}
      more={() => <Choosing file={file} choose={setFile} />}
      save={save}
      close={close}
      done={() => undefined}
      label={say("建立草案", "Make the draft")}
    />
  );
}

interface Collection {
  features: { properties: { district_code: string } }[];
}

/** Today's cells of a district as the content of a file. */
async function gridOf(district: string): Promise<Blob> {
  const { features } = await read<Collection>("/api/v1/cells", { timeoutMs: LONG_MS });
  const mine = features.filter((one) => one.properties.district_code === district);
  return new Blob([JSON.stringify({ type: "FeatureCollection", features: mine })]);
}

const asSent = (content: Blob): Blob => new Blob([content], { type: "application/octet-stream" });

export function Undoing({ versions, close, done }: MakingProps) {
  const older = versions.filter((one) =>
    versions.some((other) => other.district_code === one.district_code && other.version > one.version),
  );
  const save = async (values: Values): Promise<Draft> => {
    const chosen = older.find((one) => keyOf(one) === textOf(values, "version"));
    if (!chosen) throw new Refusal("version", { zh: "请选择一个版本。", en: "Choose a version." });
    const body = { to: chosen.valid_from, district_code: chosen.district_code, title: orNull(values, "title") };
    const made = (await ask<Draft>("POST", "/api/v1/drafts/undo", { body, timeoutMs: LONG_MS })).value;
    done(made);
    return made;
  };
  return (
    <Editing
      title={say("恢复到旧版网格", "Go back to an older grid")}
      lead={
        <p>
          {say(
            "按旧版网格建立一份新草案，照常审批、发布，成为新的版本；已经发生的一切都不会被抹掉。",
            "This makes a draft of an older version's cells. It is approved and published as any other, as a new version; nothing that happened is wiped out.",
          )}
        </p>
      }
      fields={[
        {
          name: "version",
          words: { zh: "恢复到", en: "Back to" },
          kind: "select",
          required: true,
          options: older.map((one) => ({ value: keyOf(one), words: wordsOf(one) })),
          ...(older.length ? {} : { hint: { zh: "网格还没有更早的版本。", en: "There is no older version yet." } }),
        },
        { ...TITLE, required: false },
      ]}
      initial={{ version: "", title: "" }}
      save={save}
      close={close}
      done={() => undefined}
      label={say("建立草案", "Make the draft")}
    />
  );
}

const keyOf = (one: Version): string => `${one.district_code} ${one.version}`;

function wordsOf(one: Version): { zh: string; en: string } {
  const [area, day] = [areaName(one.district_code), dayOf(one.valid_from)];
  return {
    zh: `${area} 第 ${one.version} 版，${day} 起，${one.cells} 个网格`,
    en: `${area}, version ${one.version}, from ${day}, ${one.cells} cells`,
  };
}

interface BackProps {
  draft: Draft;
  newer: Version | null;
  close: () => void;
  done: () => unknown;
}

export function BringBack({ draft, newer, close, done }: BackProps) {
  const [file, setFile] = useState<File | null>(null);
  const save = (values: Values): Promise<Draft> => {
    if (!file) throw new Refusal("file", { zh: "请先选择文件。", en: "Choose a file first." });
    const asked = newer && flagOf(values, "onto_newest") ? "?onto_newest=true" : "";
    return changing(draft, "PUT", `/api/v1/drafts/${draft.id}/file${asked}`, asSent(file));
  };
  return (
    <Editing
      title={say(`上传改好的文件 · ${draft.title}`, `Upload the edited file · ${draft.title}`)}
      lead={
        <p>
          {say(
            "文件要包含全区的网格（下载的文件就是）。切分网格：在 QGIS 中切开，continues 一列不动。上传后逐处核对，错误会一一列出；原来的内容仍保留在经过里。",
            "The file holds all cells of the district, as the one that you downloaded does. To cut a cell, split it in QGIS and leave “continues” as it is. It is checked and every fault named; what was there before is kept.",
          )}
        </p>
      }
      fields={newer ? [ONTO] : []}
      initial={{ onto_newest: false }}
      more={() => <Choosing file={file} choose={setFile} />}
      save={save}
      close={close}
      done={done}
      label={say("上传", "Upload")}
    />
  );
}

const ONTO: Field = {
  name: "onto_newest",
  words: { zh: "文件是在最新版网格上画的", en: "It was drawn on the newest grid" },
  kind: "check",
};

/** The field of a file; what was chosen counts as typed. */
function Choosing({ file, choose }: { file: File | null; choose: (file: File | null) => void }) {
  useUnsaved(file !== null);
  return (
    <div class="ui-field">
      <label htmlFor="draft-file">{say("文件（GeoPackage 或 GeoJSON）", "File (GeoPackage or GeoJSON)")}</label>
      <input
        id="draft-file"
        type="file"
        accept=".gpkg,.geojson,.json"
        onChange={(event) => choose(event.currentTarget.files?.item(0) ?? null)}
      />
      {file && <span class="hint">{`${file.name} · ${(file.size / 1024 / 1024).toFixed(1)} MB`}</span>}
      {file && file.size > MOST_BYTES && (
        <Note tone="warn">{say("超过 64 MB：只保留网格图层再上传。", "Over 64 MB: send its cells alone.")}</Note>
      )}
    </div>
  );
}

const MOST_BYTES = 64 * 1024 * 1024;
