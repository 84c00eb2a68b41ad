/** The responsibility list: seen, changed in a draft, and put in force as a new version once its difference was seen. */
import { useState } from "preact/hooks";
import { ask, read } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Badge, Button, Note, Shown } from "../../shared/ui/basics";
import { useLoaded } from "../../shared/ui/loaded";
import { type Column, Table } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { useUnsaved } from "../../shared/ui/unsaved";
import { say } from "../../shared/words";
import { period } from "../days";
import { Confirming } from "../editing";
import { Exchange } from "../exchange/exchange";
import { organisationName, readOrganisations } from "../registers/organisations_known";
import { Page } from "../shell";
import { COUNTED, named } from "../words";
import { amountIn } from "./amounts";
import { listChanges, type Matter, type MatterList } from "./lists";
import { MatterForm } from "./matter";
import { Publishing } from "./publishing";

type Version = components["schemas"]["VersionOut"];
interface Known {
  list: MatterList;
  etag: string | null;
  versions: Version[];
}

async function known(): Promise<Known> {
  const [{ value, etag }, versions] = await Promise.all([
    ask<MatterList>("GET", "/api/v1/matters"),
    read<{ items: Version[] }>("/api/v1/matter-lists"),
    readOrganisations().catch(() => []),
  ]);
  return { list: value, etag, versions: versions.items };
}

export function Matters() {
  const found = useLoaded(known);
  return (
    <Page
      title={say("事项清单", "Responsibility list")}
      lead={say(
        "每个事项由谁主责、谁配合、多久办完。改动先放在草稿里，看过差异再发布；已有案卷仍按当时的版本。",
        "Who leads and cooperates in each matter, and how fast. Changes stay in a draft until published; each case keeps the version that judged it.",
      )}
      tools={<Exchange name="matters" done={found.reload} sourced />}
    >
      <Shown of={found}>{(value) => <Draft key={value.list.version} known={value} done={found.reload} />}</Shown>
    </Page>
  );
}

function Draft({ known: { list, etag, versions }, done }: { known: Known; done: () => Promise<void> }) {
  const [draft, setDraft] = useState<Matter[]>(list.items);
  const [open, setOpen] = useState<Matter | "add" | "publish" | null>(null);
  const [instead, setInstead] = useState<Instead | null>(null);
  const changes = listChanges(list.items, draft);
  useUnsaved(changes.length > 0);
  const put = (matter: Matter): void => {
    const others = draft.filter((one) => one.code !== matter.code);
    setDraft([...others, matter].sort((one, other) => one.code.localeCompare(other.code)));
  };
  return (
    <>
      {changes.length > 0 && (
        <Note tone="warn">
          <p>
            {say(
              `草稿里有 ${changes.length} 处改动，还没有发布。`,
              `${changes.length} matters differ in the draft, which is not published yet.`,
            )}
          </p>
          <div class="ui-row">
            <Button act={() => setOpen("publish")} kind="primary">
              {say("看差异并发布…", "See the difference and publish…")}
            </Button>
            <Button act={() => setInstead({ items: list.items, version: null })}>
              {say("放弃草稿", "Drop the draft")}
            </Button>
          </div>
        </Note>
      )}
      <ListTable draft={draft} open={setOpen} add={() => setOpen("add")} />
      <Versions versions={versions} take={(found) => (changes.length ? setInstead(found) : setDraft(found.items))} />
      {open === "publish" && (
        <Publishing list={list} etag={etag} draft={draft} changes={changes} close={() => setOpen(null)} done={done} />
      )}
      {open !== null && open !== "publish" && (
        <MatterForm
          matter={open === "add" ? null : open}
          taken={draft}
          put={put}
          drop={(code) => setDraft(draft.filter((one) => one.code !== code))}
          close={() => setOpen(null)}
        />
      )}
      {instead && (
        <Replacing
          instead={instead}
          changes={changes.length}
          put={() => setDraft(instead.items)}
          close={() => setInstead(null)}
        />
      )}
    </>
  );
}

/** What takes the draft's place: an older version, or what is in force (null), as if there were no draft. */
interface Instead {
  items: Matter[];
  version: number | null;
}

interface ReplacingProps {
  instead: Instead;
  /** So many matters are changed in the draft that goes. */
  changes: number;
  put: () => void;
  close: () => void;
}

/** Asks before a draft goes, on which somebody may have worked for hours. */
function Replacing({ instead, changes, put, close }: ReplacingProps) {
  const { version } = instead;
  const label =
    version === null
      ? say("放弃草稿", "Drop the draft")
      : say(`以第 ${version} 版取代草稿`, `Put version ${version} in the draft's place`);
  const replace = (): Promise<null> => {
    put();
    toast(
      version === null
        ? say("草稿已放弃。", "The draft is dropped.")
        : say(`草稿里现在是第 ${version} 版。`, `The draft is version ${version} now.`),
    );
    return Promise.resolve(null);
  };
  return (
    <Confirming
      title={label}
      lead={say(
        `草稿里的 ${changes} 处改动还没有发布，会全部丢掉。`,
        `${changes} matters that were changed in the draft are not published: the changes would be lost.`,
      )}
      act={replace}
      close={close}
      done={() => undefined}
      label={label}
      danger
    />
  );
}

function ListTable({ draft, open, add }: { draft: Matter[]; open: (matter: Matter) => void; add: () => void }) {
  const columns: Column<Matter>[] = [
    { name: "name", label: say("事项", "Matter"), show: (row) => row.name, sort: (row) => row.name },
    { name: "code", label: say("编码", "Code"), show: (row) => row.code, sort: (row) => row.code, kind: "code" },
    {
      name: "category",
      label: say("大类 / 小类", "Category"),
      show: (row) => `${row.category} / ${row.subcategory}`,
      sort: (row) => row.category,
    },
    { name: "lead", label: say("主责", "Leads"), show: (row) => organisationName(row.lead), sort: (row) => row.lead },
    {
      name: "cooperating",
      label: say("配合", "Cooperate"),
      show: (row) => row.cooperating.map(organisationName).join(say("、", ", ")) || "–",
    },
    {
      name: "priority",
      label: say("优先级", "Priority"),
      show: (row) => row.priority,
      sort: (row) => row.priority,
      kind: "number",
    },
    {
      name: "handle",
      label: say("处置时限", "Handle within"),
      show: handling,
      sort: (row) => row.handle_within_minutes,
    },
    {
      name: "admitted",
      label: say("准入", "Admitted"),
      show: (row) =>
        row.admitted ? (
          <Badge tone="good">{say("可交网格", "Yes")}</Badge>
        ) : (
          <Badge tone="soft">{say("不可", "No")}</Badge>
        ),
    },
  ];
  return (
    <Table
      caption={say("事项", "Matters")}
      columns={columns}
      rows={draft}
      id={(row) => row.code}
      tools={<Button act={add}>{say("新增事项", "Add a matter")}</Button>}
      texts={(row) => [row.name, row.code, row.category, row.subcategory, organisationName(row.lead), row.lead]}
      acts={(row) => (
        <Button act={() => open(row)} label={say(`修改 ${row.name}`, `Change ${row.name}`)}>
          {say("修改", "Change")}
        </Button>
      )}
    />
  );
}

/** An older version is put in force again as everything else is: as a draft whose difference one has seen. */
function Versions({ versions, take }: { versions: Version[]; take: (found: Instead) => void }) {
  const again = async (row: Version): Promise<void> => {
    try {
      const { items } = await read<MatterList>(`/api/v1/matters?version=${row.version}`);
      take({ items, version: row.version });
      scrollTo(0, 0);
    } catch (error) {
      toastError(error);
    }
  };
  const now = (row: Version): string | undefined => (row.until ? undefined : say("现行版本", "It is in force"));
  return (
    <>
      <h2>{say("版本", "Versions")}</h2>
      <Table
        caption={say("版本", "Versions")}
        rows={versions}
        id={(row) => String(row.version)}
        acts={(row) => (
          <Button
            act={() => again(row)}
            whyNot={now(row)}
            label={say(`第 ${row.version} 版作为草稿`, `Version ${row.version} as the draft`)}
          >
            {say("作为草稿", "As the draft")}
          </Button>
        )}
        columns={[
          { name: "version", label: say("版本", "Version"), show: (row) => row.version },
          { name: "period", label: say("生效", "In force"), show: (row) => period(row.since, row.until) },
          { name: "matters", label: say("事项数", "Matters"), show: (row) => row.matters, kind: "number" },
          { name: "source", label: say("依据", "Source"), show: (row) => row.source },
        ]}
      />
    </>
  );
}

/** Whole days where the list counts days of work, else hours. */
function handling({ handle_within_minutes: minutes, counted }: Matter): string {
  if (counted === "days") return amountIn(minutes / 1_440, "working_days");
  return `${minutes / 60} ${say("小时", "h")} · ${named(COUNTED, counted)}`;
}
