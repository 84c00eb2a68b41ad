/** Drafts of the grid: which there are and how far each has come; and the one that the address names. */
import { useState } from "preact/hooks";
import { readAll } from "../../shared/api";
import { permissions } from "../../shared/session";
import { dayTime } from "../../shared/time";
import { Button, Shown } from "../../shared/ui/basics";
import { useLoaded } from "../../shared/ui/loaded";
import { Table } from "../../shared/ui/table";
import { forgo } from "../../shared/ui/unsaved";
import { said, say } from "../../shared/words";
import { areaName } from "../areas";
import { go, Link, path } from "../router";
import { Page } from "../shell";
import { Opened } from "./draft";
import { type Draft, PLAN, readVersions, STATES, type Version } from "./drafts_known";
import { NewDraft, Undoing } from "./making";
import { begins, Standing } from "./standing";

const HERE = "/desk/drafts";

export function Drafts() {
  const id = path.value.slice(HERE.length + 1);
  return id ? <Opened key={id} id={id} /> : <All />;
}

function All() {
  const drafts = useLoaded(async (): Promise<[Draft[], Version[]]> =>
    Promise.all([readAll<Draft>("/api/v1/drafts?limit=200", 1_000), readVersions()]),
  );
  return (
    <Page
      title={say("网格草案", "Drafts of the grid")}
      lead={say(
        "一份草案经提请、由另一人批准、再发布，才成为网格的新版本；此前一切照旧。",
        "A draft becomes the grid's next version once it was proposed, approved by somebody else, and published; nothing changes before.",
      )}
    >
      <Shown of={drafts}>{([rows, versions]) => <List rows={rows} versions={versions} />}</Shown>
    </Page>
  );
}

function List({ rows, versions }: { rows: Draft[]; versions: Version[] }) {
  const [making, setMaking] = useState<"new" | "undo" | null>(null);
  const close = (): void => setMaking(null);
  const open = (draft: Draft): void => {
    // What was typed is the draft by now.
    forgo();
    go(`${HERE}/${draft.id}`);
  };
  const plans = permissions.value.has(PLAN);
  return (
    <>
      <Table
        caption={say("草案", "Drafts")}
        rows={rows}
        id={(row) => row.id}
        texts={(row) => [row.title, row.author, said(STATES[row.state]), row.district_code]}
        tools={
          plans && (
            <>
              <Button act={() => setMaking("undo")}>{say("恢复旧版…", "Go back to a version…")}</Button>
              <Button act={() => setMaking("new")} kind="primary">
                {say("新建草案…", "New draft…")}
              </Button>
            </>
          )
        }
        columns={[
          {
            name: "title",
            label: say("草案", "Draft"),
            show: (row) => <Link to={`${HERE}/${row.id}`}>{row.title}</Link>,
            sort: (row) => row.title,
          },
          {
            name: "state",
            label: say("进度", "State"),
            show: (row) => <Standing draft={row} versions={versions} />,
            sort: (row) => said(STATES[row.state]),
          },
          { name: "area", label: say("区域", "Area"), show: (row) => areaName(row.district_code) },
          { name: "author", label: say("编制人", "Drawn by"), show: (row) => row.author, sort: (row) => row.author },
          {
            name: "changed",
            label: say("最近改动", "Last change"),
            show: (row) => dayTime(row.changed_at),
            sort: (row) => row.changed_at,
          },
          { name: "begins", label: say("生效", "In force"), show: begins },
        ]}
      />
      {making === "new" && <NewDraft versions={versions} close={close} done={open} />}
      {making === "undo" && <Undoing versions={versions} close={close} done={open} />}
    </>
  );
}
