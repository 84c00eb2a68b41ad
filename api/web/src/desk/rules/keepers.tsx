/** Who keeps which hours: every kind of organisation, and the few that keep others than their kind. */
import { useState } from "preact/hooks";
import { ask } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Button, Shown } from "../../shared/ui/basics";
import { type Field, textOf, type Values } from "../../shared/ui/forms";
import { type Loaded, useLoaded } from "../../shared/ui/loaded";
import { Table } from "../../shared/ui/table";
import { say } from "../../shared/words";
import { Editing } from "../editing";
import { organisationName, organisationOptions, readOrganisations } from "../registers/organisations_known";
import { saving } from "../saving";
import { named, ORGANISATION_KINDS } from "../words";

export type Hours = components["schemas"]["HoursOut"];

/** One organisation, or all of a kind. */
interface Keeper {
  as: "kind" | "organisation";
  code: string;
  hours: Hours | undefined;
}

function keepersOf(all: readonly Hours[]): Keeper[] {
  const kinds = Object.keys(ORGANISATION_KINDS).map((code): Keeper => ({
    as: "kind",
    code,
    hours: all.find((one) => one.kinds.includes(code)),
  }));
  const own = all.flatMap((hours) => hours.organisations.map((code): Keeper => ({ as: "organisation", code, hours })));
  return [...kinds, ...own.sort((one, other) => one.code.localeCompare(other.code))];
}

function who(keeper: Keeper): string {
  if (keeper.as === "organisation") return organisationName(keeper.code);
  const kind = named(ORGANISATION_KINDS, keeper.code);
  return say(`${kind}（未单独规定的）`, `${kind} (all without hours of their own)`);
}

const hoursName = (hours: Hours): string => say(hours.name_zh, hours.name_en);

export function Keepers({ hours }: { hours: Loaded<Hours[]> }) {
  const known = useLoaded(() => readOrganisations());
  const [open, setOpen] = useState<Keeper | "add" | null>(null);
  return (
    <>
      <Shown of={known}>
        {() => (
          <Shown of={hours}>
            {(all) => (
              <Table
                caption={say("谁遵守", "Kept by")}
                rows={keepersOf(all)}
                id={(row) => `${row.as} ${row.code}`}
                tools={
                  <Button act={() => setOpen("add")}>{say("为一个机构单独规定", "Set one organisation's own")}</Button>
                }
                columns={[
                  { name: "who", label: say("谁", "Who"), show: who },
                  {
                    name: "hours",
                    label: say("工作时间", "Hours"),
                    show: (row) => (row.hours ? hoursName(row.hours) : "–"),
                  },
                ]}
                acts={(row) => (
                  <Button act={() => setOpen(row)} label={say(`更换：${who(row)}`, `Change: ${who(row)}`)}>
                    {say("更换", "Change")}
                  </Button>
                )}
              />
            )}
          </Shown>
        )}
      </Shown>
      {open !== null && (
        <Keeping
          keeper={open === "add" ? null : open}
          all={hours.value.value ?? []}
          close={() => setOpen(null)}
          done={hours.reload}
        />
      )}
    </>
  );
}

interface KeepingProps {
  keeper: Keeper | null;
  all: readonly Hours[];
  close: () => void;
  done: () => Promise<void>;
}

function Keeping({ keeper, all, close, done }: KeepingProps) {
  const save = (values: Values): Promise<unknown> => {
    const code = textOf(values, "hours");
    const body =
      keeper?.as === "kind" ? { kind: keeper.code } : { organisation: keeper?.code ?? textOf(values, "organisation") };
    const seen = all.find((one) => one.code === code)?.etag;
    return saving((ifMatch) => ask("PUT", `/api/v1/hours/${code}/keepers`, { body, ifMatch }), seen);
  };
  return (
    <Editing
      title={keeper ? who(keeper) : say("为一个机构单独规定", "Set one organisation's own")}
      fields={[...(keeper ? [] : [organisation()]), choice(all)]}
      initial={{ organisation: "", hours: keeper?.hours?.code ?? "" }}
      save={save}
      close={close}
      done={done}
    />
  );
}

const organisation = (): Field => ({
  name: "organisation",
  words: { zh: "机构", en: "Organisation" },
  kind: "suggest",
  options: organisationOptions(),
  required: true,
});

const choice = (all: readonly Hours[]): Field => ({
  name: "hours",
  words: { zh: "遵守", en: "Keeps" },
  kind: "select",
  options: all.map((one) => ({ value: one.code, words: { zh: one.name_zh, en: one.name_en } })),
  required: true,
});
