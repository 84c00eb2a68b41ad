/** Who reported: masked for everybody. To see it takes the right, a purpose, and stands in the record of the case. */
import { useEffect, useState } from "preact/hooks";
import { read, send } from "../shared/api";
import { permissions } from "../shared/session";
import { Dialog } from "../shared/ui/dialog";
import { uuid7 } from "../shared/uuid";
import { say, type Words } from "../shared/words";
import { wish } from "./keeping";
import { PurposeForm } from "./PurposeForm";
import type { Incident, Schemas } from "./state";

type Told = Schemas["ReporterOut"];

const USUAL: readonly Words[] = [
  { zh: "致电核实案情和位置", en: "Call to ask what and where it is" },
  { zh: "结案前回访", en: "Call back before it is closed" },
];

export function Reporter({ incident }: { incident: Incident }) {
  const [told, setTold] = useState<Told | null>(null);
  const [open, setOpen] = useState<Told | null>(null);
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    read<Told>(`/api/v1/incidents/${incident.id}/reporter`).then(setTold, () => setTold(null));
  }, [incident.id]);
  if (!told) return null;
  const known = told.name !== null || told.phone !== null;
  const shown = open ?? told;
  return (
    <section class="c-reporter" aria-label={say("上报人", "Reporter")}>
      <dl class="c-facts">
        <dt>{say("上报人", "Reporter")}</dt>
        <dd>
          {known ? [shown.name, shown.phone].filter(Boolean).join(" · ") : say("未留", "Not given")}{" "}
          {known && !open && permissions.value.has("reporter.reveal") && (
            <button type="button" class="c-small" onClick={() => setAsking(true)}>
              {say("查看联系方式", "See whom to call")}
            </button>
          )}
          {open && (
            <button type="button" class="c-small" onClick={() => setOpen(null)}>
              {say("遮住", "Mask it")}
            </button>
          )}
        </dd>
      </dl>
      {asking && <Reveal incident={incident} close={() => setAsking(false)} seen={setOpen} />}
    </section>
  );
}

interface RevealProps {
  incident: Incident;
  close: () => void;
  seen: (told: Told) => void;
}

function Reveal({ incident, close, seen }: RevealProps) {
  // One look, however often it is sent.
  const [id] = useState(() => uuid7());
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const look = async (purpose: string): Promise<void> => {
    setBusy(true);
    setRefusal(null);
    try {
      seen(await send<Told>(`/api/v1/incidents/${incident.id}/reporter/looks`, { id, purpose }));
      close();
      wish("chosen");
    } catch (error) {
      setRefusal(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={say("查看上报人的联系方式", "See who reported")} close={close}>
      <PurposeForm
        told={say(
          "这次查看会记录：谁看的、为什么看，审计可查，并记入本案经过。只在您打开本案期间显示。",
          "This look is written down: who looked and what for, for the audit to read, and in the case's own record. It is shown only while you have the case open.",
        )}
        usual={USUAL}
        look={(purpose) => void look(purpose)}
        busy={busy}
        refusal={refusal}
      />
    </Dialog>
  );
}
