/** One suspected problem with its numbers, and what a person decides about it: a case, or why not. For good. */
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { send } from "../../shared/api";
import { permissions } from "../../shared/session";
import { dayTime } from "../../shared/time";
import { Button, Note } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { Form } from "../../shared/ui/form";
import { type Field, textOf } from "../../shared/ui/forms";
import { toast, toastError } from "../../shared/ui/toasts";
import { said, say } from "../../shared/words";
import { matterName } from "../rules/matters_known";
import { period } from "../days";
import { named } from "../words";
import { CONFIRM, KINDS, numbersOf, type Proposal } from "./proposals_known";
import { where } from "./places_named";

interface Props {
  proposal: Proposal;
  close: () => void;
  done: () => unknown;
}

export function Weighing({ proposal, close, done }: Props) {
  const [dismissing, setDismissing] = useState(false);
  const base = `/api/v1/proactive/proposals/${proposal.id}`;
  const ended = async (words: string): Promise<void> => {
    close();
    toast(words);
    await done();
  };
  const confirm = async (): Promise<void> => {
    try {
      const opened = await send<Proposal>(`${base}/confirm`, {});
      await ended(say(`已立案 ${opened.incident_number ?? ""}。`, `Case ${opened.incident_number ?? ""} opened.`));
    } catch (error) {
      toastError(error);
    }
  };
  const dismiss = async (reason: string): Promise<void> => {
    await send(`${base}/dismiss`, { reason });
    await ended(say("已记为不处理。", "Dismissed."));
  };
  const open = proposal.state === "proposed";
  return (
    <Dialog title={`${named(KINDS, proposal.kind)} · ${where(proposal)}`} close={close}>
      <p>
        <strong>{said(proposal.reason)}</strong>
      </p>
      <Numbers proposal={proposal} />
      {!open && <Decided proposal={proposal} />}
      {open && !permissions.value.has(CONFIRM) && (
        <Note>{say("由有确认权限的人决定。", "Those who may confirm decide about it.")}</Note>
      )}
      {open && permissions.value.has(CONFIRM) && !dismissing && (
        <>
          <p class="ui-soft">
            {say(
              "立案后按普通事件派遣、处置；决定之后不能更改。",
              "A case goes the way of all cases. What is decided stays so.",
            )}
          </p>
          <div class="ui-ends">
            <Button act={() => setDismissing(true)}>{say("不处理…", "Dismiss…")}</Button>
            <Button act={confirm} kind="primary">
              {say("确认并立案", "Confirm and open a case")}
            </Button>
          </div>
        </>
      )}
      {open && dismissing && (
        <Form
          fields={[REASON]}
          initial={{ reason: "" }}
          submit={(values) => dismiss(textOf(values, "reason"))}
          label={say("记为不处理", "Dismiss it")}
          also={<Button act={() => setDismissing(false)}>{say("返回", "Back")}</Button>}
        />
      )}
    </Dialog>
  );
}

const REASON: Field = {
  name: "reason",
  words: { zh: "为什么不处理", en: "Why nothing is to be done" },
  kind: "long",
  required: true,
  most: 1_000,
  hint: { zh: "例如：已知的夜市，另有安排", en: "What others will want to know" },
};

function Numbers({ proposal }: { proposal: Proposal }) {
  return (
    <dl class="facts">
      <dt>{say("事项", "Matter")}</dt>
      <dd>{matterName(proposal.matter_code)}</dd>
      <dt>{say("时段", "Period")}</dt>
      <dd>{period(proposal.since, proposal.until)}</dd>
      {numbersOf(proposal).map(({ words, value }) => (
        <Fragment key={words.en}>
          <dt>{said(words)}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
      <dt>{say("位置（WGS 84）", "Position (WGS 84)")}</dt>
      <dd>{`${proposal.lon.toFixed(5)}, ${proposal.lat.toFixed(5)}`}</dd>
      <dt>{say("谁、何时查出", "Looked for by")}</dt>
      <dd>{`${proposal.author} · ${dayTime(proposal.proposed_at)}`}</dd>
    </dl>
  );
}

function Decided({ proposal }: { proposal: Proposal }) {
  const { decided_by, decided_at, note, incident_id, incident_number } = proposal;
  return (
    <Note tone={incident_id ? "good" : "soft"}>
      <p>{`${decided_by ?? "–"}${decided_at ? ` · ${dayTime(decided_at)}` : ""}`}</p>
      {note && <p>{note}</p>}
      {incident_id && (
        <p>
          <a href={`/command/cases/${incident_id}`}>{say(`事件 ${incident_number}`, `Case ${incident_number}`)}</a>
        </p>
      )}
    </Note>
  );
}
