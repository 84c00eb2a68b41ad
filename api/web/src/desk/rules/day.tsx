/** One day of the calendar, or a whole holiday at once: into the draft of the year, which is saved as a whole. */
import { type Field, orNull, textOf, type Values } from "../../shared/ui/forms";
import { locale, say } from "../../shared/words";
import { Editing } from "../editing";
import { DAYS, optionsOf } from "../words";
import type { Holiday, Named } from "./year";

interface DayProps {
  day: string;
  found: Named | undefined;
  put: (wanted: Omit<Named, "day"> | null) => void;
  close: () => void;
}

export function Day({ day, found, put, close }: DayProps) {
  const save = (values: Values): Promise<null> => {
    const kind = orNull(values, "kind");
    const name = textOf(values, "name");
    put(kind === "holiday" || kind === "work" ? { kind, name: name || (kind === "work" ? "调休" : "节假日") } : null);
    // Into the draft only: the year is saved as a whole.
    return Promise.resolve(null);
  };
  const title = new Intl.DateTimeFormat(locale.value, { dateStyle: "full", timeZone: "UTC" }).format(new Date(day));
  return (
    <Editing
      title={title}
      fields={[
        {
          name: "kind",
          words: { zh: "这一天", en: "This day" },
          kind: "select",
          options: [{ value: "", words: { zh: "按周：周一至周五上班", en: "As the week has it" } }, ...optionsOf(DAYS)],
        },
        {
          name: "name",
          words: { zh: "名称", en: "Name" },
          most: 200,
          hint: { zh: "例如：国庆节、春节调休", en: "As in the notice" },
        },
      ]}
      initial={{ kind: found?.kind ?? "", name: found?.name ?? "" }}
      save={save}
      close={close}
      done={() => undefined}
      label={say("确定", "Take it")}
    />
  );
}

const MAKE_UPS = ["work1", "work2", "work3"] as const;

const HOLIDAY: Field[] = [
  {
    name: "name",
    words: { zh: "名称", en: "Name" },
    required: true,
    most: 100,
    hint: { zh: "例如：国庆节", en: "As in the notice" },
  },
  { name: "from", words: { zh: "放假第一天", en: "First day off" }, kind: "date", required: true },
  { name: "until", words: { zh: "放假最后一天", en: "Last day off" }, kind: "date", required: true },
  ...MAKE_UPS.map((name, place): Field => ({
    name,
    words: { zh: `调休上班日 ${place + 1}`, en: `Worked to make up ${place + 1}` },
    kind: "date",
  })),
];

interface HolidayProps {
  year: number;
  put: (holiday: Holiday) => void;
  close: () => void;
}

export function AddHoliday({ year, put, close }: HolidayProps) {
  const save = (values: Values): Promise<null> => {
    const [from, until] = [textOf(values, "from"), textOf(values, "until")].sort() as [string, string];
    const works = MAKE_UPS.map((name) => textOf(values, name)).filter(Boolean);
    put({ name: textOf(values, "name"), from, until, works });
    return Promise.resolve(null);
  };
  return (
    <Editing
      title={say(`${year} 年的一个假期`, `A holiday of ${year}`)}
      fields={HOLIDAY}
      initial={{ name: "", from: `${year}-01-01`, until: `${year}-01-01`, work1: "", work2: "", work3: "" }}
      save={save}
      close={close}
      done={() => undefined}
      label={say("加入这一年", "Put it into the year")}
    />
  );
}
