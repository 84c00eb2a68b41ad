/** One person: who they are, what they answer for and did, and who changed what about them. */
import { useState } from "preact/hooks";
import { ask } from "../../shared/api";
import { me } from "../../shared/session";
import { now } from "../../shared/time";
import { Button, Shown } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { changed as changedFields, textOf, type Values } from "../../shared/ui/forms";
import { type Loaded, useLoaded } from "../../shared/ui/loaded";
import { say } from "../../shared/words";
import { Changes } from "../changes";
import { dayOf, endOf } from "../days";
import { Confirming, Editing } from "../editing";
import { saving } from "../saving";
import { EMPLOYMENTS, named } from "../words";
import { BeginDuty, DutyTable } from "./duty";
import { personFields, State } from "./people";
import { isOver, whyNotThere } from "./service";
import type { PersonOut } from "./types";

interface Props {
  id: string;
  name: string;
  close: () => void;
  changed: () => unknown;
}

export function Person({ id, name, close, changed }: Props) {
  const person = useLoaded(() => ask<PersonOut>("GET", `/api/v1/people/${id}`).then((answer) => answer.value));
  return (
    <Dialog title={name} close={close} wide>
      <Shown of={person}>{(found) => <Body person={found} loaded={person} changed={changed} />}</Shown>
      <h3>{say("变更记录", "History")}</h3>
      <Changes key={person.value.value?.etag ?? ""} register="people" of={id} />
    </Dialog>
  );
}

interface BodyProps {
  person: PersonOut;
  loaded: Loaded<PersonOut>;
  changed: () => unknown;
}

function Body({ person, loaded, changed }: BodyProps) {
  const [open, setOpen] = useState<"edit" | "end" | "reinstate" | "duty" | null>(null);
  const close = (): void => setOpen(null);
  const done = (): Promise<unknown> => Promise.all([loaded.reload(), changed()]);
  const left = isOver(person.ended_at, now.peek()) ? say("已离岗", "They have left") : undefined;
  const elsewhere = whyNotThere(me.value?.grants ?? [], person.area_code);
  return (
    <>
      <dl class="facts">
        <dt>{say("工号", "Staff number")}</dt>
        <dd>{person.staff_code}</dd>
        <dt>{say("机构", "Organisation")}</dt>
        <dd>{person.organisation_name}</dd>
        <dt>{say("用工形式", "Employment")}</dt>
        <dd>{named(EMPLOYMENTS, person.employment)}</dd>
        <dt>{say("电话", "Phone")}</dt>
        <dd>
          {person.phone ?? "–"}
          {person.phone &&
            !person.phone_is_whole &&
            ` ${say("（不在您的管辖范围，部分隐去）", "(partly hidden: not in your area)")}`}
        </dd>
        <dt>{say("状态", "State")}</dt>
        <dd>
          <State row={person} />
        </dd>
      </dl>
      <div class="ui-ends">
        <Button act={() => setOpen("edit")} whyNot={left ?? elsewhere}>
          {say("修改", "Change")}
        </Button>
        <Button act={() => setOpen("duty")} whyNot={left}>
          {say("新增职责", "Add a duty")}
        </Button>
        {person.ended_at ? (
          <Button act={() => setOpen("reinstate")} whyNot={elsewhere}>
            {say("撤回离岗", "Take the end back")}
          </Button>
        ) : (
          <Button act={() => setOpen("end")} kind="danger" whyNot={elsewhere}>
            {say("办理离岗", "End service")}
          </Button>
        )}
      </div>
      <h3>{say("职责", "Duties")}</h3>
      <DutyTable duties={person.duties} done={done} />
      {open === "edit" && <Changing person={person} close={close} done={done} />}
      {open === "end" && <Ending person={person} close={close} done={done} />}
      {open === "reinstate" && <Reinstating person={person} close={close} done={done} />}
      {open === "duty" && <BeginDuty person={person} close={close} done={done} />}
    </>
  );
}

interface ActProps {
  person: PersonOut;
  close: () => void;
  done: () => unknown;
}

function Changing({ person, close, done }: ActProps) {
  const initial: Values = {
    name: person.name,
    staff_code: person.staff_code,
    organisation_code: person.organisation_code,
    employment: person.employment,
    phone: person.phone_is_whole ? (person.phone ?? "") : "",
  };
  const save = (values: Values): Promise<unknown> => {
    // Only what was changed here: what somebody else changed elsewhere stays.
    const body = Object.fromEntries(changedFields(initial, values).map((name) => [name, textOf(values, name)]));
    return saving((ifMatch) => ask("PATCH", `/api/v1/people/${person.id}`, { body, ifMatch }), person.etag);
  };
  return (
    <Editing
      title={say(`修改 ${person.name}`, `Change ${person.name}`)}
      fields={personFields(false)}
      initial={initial}
      save={save}
      close={close}
      done={done}
    />
  );
}

function Ending({ person, close, done }: ActProps) {
  const save = (values: Values): Promise<unknown> => {
    const body = { at: endOf(textOf(values, "last")) };
    return saving((ifMatch) => ask("POST", `/api/v1/people/${person.id}/end`, { body, ifMatch }), person.etag);
  };
  return (
    <Editing
      title={say(`${person.name} 离岗`, `End of service: ${person.name}`)}
      lead={
        <p>
          {say(
            "到这一天结束时，仍在任的职责一并结束，账号停用；过去的记录全部保留。办错了可以撤回。",
            "With that day every duty that would outlast it ends, and their accounts are kept out; all that was stays. A mistake can be taken back.",
          )}
        </p>
      }
      fields={[{ name: "last", words: { zh: "最后一天", en: "Last day" }, kind: "date", required: true }]}
      initial={{ last: dayOf(now.peek()) }}
      save={save}
      close={close}
      done={done}
      label={say("办理离岗", "End service")}
      danger
    />
  );
}

function Reinstating({ person, close, done }: ActProps) {
  return (
    <Confirming
      title={say(`撤回 ${person.name} 的离岗`, `${person.name} goes on serving`)}
      lead={say(
        "此人重新在岗。随离岗结束的职责不会自动恢复，请逐项新增；账号请到“账号与角色”重新启用、授予角色。",
        "They serve again. Duties that ended with the service are begun anew by hand; accounts are let in, and given roles, at Accounts and roles.",
      )}
      act={() => saving((ifMatch) => ask("POST", `/api/v1/people/${person.id}/reinstate`, { ifMatch }), person.etag)}
      close={close}
      done={done}
      label={say("撤回离岗", "Take the end back")}
    />
  );
}
