/** One draft: how far it has come, what one may do with it, what publishing it would change, what became of it. */
import { useState } from "preact/hooks";
import { read } from "../../shared/api";
import { me, permissions } from "../../shared/session";
import { fullTime, now } from "../../shared/time";
import { Button, Note, Shown } from "../../shared/ui/basics";
import { useLoaded } from "../../shared/ui/loaded";
import { say } from "../../shared/words";
import { areaName } from "../areas";
import { Link } from "../router";
import { readWalkers } from "../rules/walkers_known";
import { Page } from "../shell";
import { Changing } from "./changing";
import { type Decision, Deciding, decisionWords } from "./deciding";
import {
  type Act,
  actsOn,
  type Draft,
  isOpen,
  LONG_MS,
  named,
  overtakenBy,
  type Preview,
  readVersions,
  type Step,
  type Version,
} from "./drafts_known";
import { Faults } from "./faults";
import { BringBack } from "./making";
import { begins, Standing } from "./standing";
import { Steps } from "./steps";
import "./planning.css";

interface Known {
  draft: Draft;
  steps: Step[];
  versions: Version[];
}

async function readDraft(id: string): Promise<Known> {
  const [draft, steps, versions] = await Promise.all([
    read<Draft>(`/api/v1/drafts/${id}`),
    read<{ items: Step[] }>(`/api/v1/drafts/${id}/steps`),
    readVersions(),
  ]);
  return { draft, steps: steps.items, versions };
}

const readPreview = (id: string): Promise<Preview> =>
  read<Preview>(`/api/v1/drafts/${id}/preview`, { timeoutMs: LONG_MS }).catch((error: unknown) => {
    throw named(error);
  });

export function Opened({ id }: { id: string }) {
  const known = useLoaded(() => readDraft(id));
  const title = known.value.value?.draft.title ?? say("网格草案", "Draft of the grid");
  return (
    <Page title={title} tools={<Link to="/desk/drafts">{say("← 全部草案", "← All drafts")}</Link>}>
      <Shown of={known}>
        {(found) => (
          <>
            <Draught key={found.draft.revision} {...found} reload={known.reload} />
            <h2>{say("经过", "What became of it")}</h2>
            <Steps steps={found.steps} />
          </>
        )}
      </Shown>
    </Page>
  );
}

interface Props extends Known {
  reload: () => Promise<void>;
}

/** A draft at one of its revisions. */
function Draught({ draft, versions, reload }: Props) {
  const [deciding, setDeciding] = useState<Decision | "edit" | null>(null);
  const preview = useLoaded(async () => {
    if (!isOpen(draft)) return null;
    // Without the names of duties, their codes are shown.
    const [found] = await Promise.all([readPreview(draft.id), readWalkers().catch(() => null)]);
    return found;
  });
  const close = (): void => setDeciding(null);
  const newer = overtakenBy(draft, versions);
  return (
    <>
      <div class="ui-card">
        <Facts draft={draft} versions={versions} />
        {newer && (
          <Note tone="warn">
            {say(
              `这份草案基于第 ${draft.base_version} 版网格，现在已有第 ${newer.version} 版。下面的预览按第 ${newer.version} 版计算；改到的网格若互相冲突，会逐个列出。`,
              `This was drawn on version ${draft.base_version} of the grid, and there is version ${newer.version} by now. The preview below is told against that; where both changed the same cells, each is named.`,
            )}
          </Note>
        )}
        <div class="ui-row acts">
          {actsOn(draft, permissions.value, now.value)
            .filter((act) => act !== "rebase" || newer)
            .map((act) => (
              <ActButton key={act} act={act} draft={draft} open={() => setDeciding(act)} />
            ))}
          <a class="ui-button" href={`/api/v1/drafts/${draft.id}/file`} download>
            {say("下载 GeoPackage（QGIS）", "Download GeoPackage (QGIS)")}
          </a>
        </div>
      </div>
      {draft.faults.length > 0 && <Faults faults={draft.faults} />}
      {isOpen(draft) && (
        <>
          <h2>{say("发布后会改变什么", "What publishing it would change")}</h2>
          <Shown of={preview}>{(found) => <Changing draft={draft} preview={found} />}</Shown>
          {preview.busy.value && (
            <p class="ui-soft">{say("正在对照现行网格逐格核算…", "Holding it against the grid, cell by cell…")}</p>
          )}
        </>
      )}
      {deciding === "edit" && <BringBack draft={draft} newer={newer} close={close} done={reload} />}
      {deciding !== null && deciding !== "edit" && (
        <Deciding draft={draft} what={deciding} preview={preview.value.value} close={close} done={reload} />
      )}
    </>
  );
}

function Facts({ draft, versions }: { draft: Draft; versions: Version[] }) {
  return (
    <dl class="facts">
      <dt>{say("进度", "State")}</dt>
      <dd>
        <Standing draft={draft} versions={versions} />
      </dd>
      <dt>{say("区域", "Area")}</dt>
      <dd>{areaName(draft.district_code)}</dd>
      <dt>{say("编制", "Drawn")}</dt>
      <dd>{`${draft.author} · ${fullTime(draft.created_at)}`}</dd>
      <dt>{say("依据版本", "Drawn on")}</dt>
      <dd>{say(`网格第 ${draft.base_version} 版`, `Version ${draft.base_version} of the grid`)}</dd>
      <dt>{say("不得跨越", "Cells stay within")}</dt>
      <dd>{draft.within === "community" ? say("社区", "Communities") : say("街道", "Streets")}</dd>
      {draft.approved_by && (
        <>
          <dt>{say("批准人", "Approved by")}</dt>
          <dd>{draft.approved_by}</dd>
        </>
      )}
      {(draft.publish_at ?? draft.approved_by) && (
        <>
          <dt>{say("生效", "In force from")}</dt>
          <dd>{begins(draft)}</dd>
        </>
      )}
      {draft.published_version && (
        <>
          <dt>{say("成为", "Became")}</dt>
          <dd>{say(`网格第 ${draft.published_version} 版`, `Version ${draft.published_version} of the grid`)}</dd>
        </>
      )}
    </dl>
  );
}

const NEXT: readonly Act[] = ["propose", "approve", "publish"];

function ActButton({ act, draft, open }: { act: Act; draft: Draft; open: () => void }) {
  const words = act === "edit" ? say("上传改好的文件…", "Upload the edited file…") : decisionWords(act).button;
  const kind = NEXT.includes(act) ? "primary" : act === "withdraw" || act === "call-off" ? "danger" : undefined;
  return (
    <Button act={open} whyNot={whyNot(act, draft)} {...(kind ? { kind } : {})}>
      {words}
    </Button>
  );
}

function whyNot(act: Act, draft: Draft): string | undefined {
  if (act === "approve" && draft.author === me.value?.login)
    return say("本人编制的草案须由另一人批准", "Somebody else must approve what you drew");
  if (NEXT.includes(act) && draft.faults.length) return say("请先改正错误", "Its faults must be mended first");
  return undefined;
}
