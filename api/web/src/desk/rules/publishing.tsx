/** Putting a draft in force as a new version of the list, its difference before the eyes. */
import { ask } from "../../shared/api";
import { Badge } from "../../shared/ui/basics";
import { textOf, type Values } from "../../shared/ui/forms";
import { Table } from "../../shared/ui/table";
import { say } from "../../shared/words";
import { Editing } from "../editing";
import { fieldName, saving } from "../saving";
import type { Matter, MatterChange, MatterList } from "./lists";

interface Props {
  list: MatterList;
  etag: string | null;
  draft: Matter[];
  changes: MatterChange[];
  close: () => void;
  done: () => Promise<void>;
}

export function Publishing({ list, etag, draft, changes, close, done }: Props) {
  const save = (values: Values): Promise<unknown> => {
    const body = { source: textOf(values, "source"), items: draft };
    return saving((ifMatch) => ask("POST", "/api/v1/matter-lists", { body, ifMatch }), etag ?? undefined);
  };
  return (
    <Editing
      title={say(`发布第 ${list.version + 1} 版`, `Publish version ${list.version + 1}`)}
      lead={<Differences changes={changes} />}
      fields={[
        {
          name: "source",
          words: { zh: "依据（文件名称和文号）", en: "Source (the document and its number)" },
          required: true,
          most: 500,
        },
      ]}
      initial={{ source: "" }}
      save={save}
      close={close}
      done={done}
      label={say("发布，即刻生效", "Publish, in force from now")}
      wide
    />
  );
}

function Differences({ changes }: { changes: MatterChange[] }) {
  const kinds = {
    added: <Badge tone="good">{say("新增", "Added")}</Badge>,
    changed: <Badge tone="warn">{say("修改", "Changed")}</Badge>,
    removed: <Badge tone="alert">{say("去掉", "Removed")}</Badge>,
  };
  return (
    <Table
      caption={say("与现行版本的差异", "Difference from the version in force")}
      rows={changes}
      id={(row) => row.code}
      columns={[
        { name: "name", label: say("事项", "Matter"), show: (row) => `${row.name}（${row.code}）` },
        { name: "kind", label: say("改动", "Change"), show: (row) => kinds[row.kind] },
        {
          name: "fields",
          label: say("内容", "Content"),
          show: (row) =>
            row.fields.map(({ name, one, other }) => (
              <div key={name}>
                {fieldName(name)}: <del>{one}</del> → <ins>{other}</ins>
              </div>
            )),
        },
      ]}
    />
  );
}
