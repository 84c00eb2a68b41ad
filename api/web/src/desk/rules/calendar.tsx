/** The working calendar, a year as twelve months: a click on a day changes it, and the year is saved as a whole. */
import { useState } from "preact/hooks";
import { ask, read } from "../../shared/api";
import type { components } from "../../shared/schema";
import { now } from "../../shared/time";
import { Button, Note, Shown } from "../../shared/ui/basics";
import { orNull, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { toast, toastError } from "../../shared/ui/toasts";
import { locale, say } from "../../shared/words";
import { dayOf } from "../days";
import { Editing } from "../editing";
import { Exchange } from "../exchange/exchange";
import { saving } from "../saving";
import { Page } from "../shell";
import { Month } from "./month";
import { type Named, tally, withDay, type Year } from "./year";
import "./calendar.css";

type Known = components["schemas"]["CalendarOut"];

export function Calendar() {
  const calendar = useLoaded(() => read<Known>("/api/v1/calendar"));
  const [year, setYear] = useState(Number(dayOf(now.peek()).slice(0, 4)));
  return (
    <Page
      title={say("工作日历", "Calendar")}
      tools={<Exchange name="calendar" done={calendar.reload} />}
      lead={say(
        "节假日与调休，按国务院办公厅每年的通知。点一天就能改，改完保存整年。",
        "Holidays and the days that make up for them, as each year's notice has them. Click a day to change it, then save the year.",
      )}
    >
      <Shown of={calendar}>
        {({ years }) => {
          const found = years.find((one) => one.year === year);
          const put = (one: number): void => setYear(one);
          return (
            <>
              <Years years={years.map((one) => one.year)} year={year} choose={put} />
              <Whole key={`${year} ${found?.etag ?? ""}`} year={year} found={found} done={calendar.reload} />
            </>
          );
        }}
      </Shown>
    </Page>
  );
}

function Years({ years, year, choose }: { years: number[]; year: number; choose: (year: number) => void }) {
  const next = Math.max(year, ...years) + 1;
  const all = [...new Set([...years, year])].sort();
  return (
    <div class="ui-row" role="group" aria-label={say("年份", "Years")}>
      {all.map((one) => (
        <Button key={one} act={() => choose(one)} pressed={one === year}>
          {one}
        </Button>
      ))}
      <Button act={() => choose(next)}>{say(`新增 ${next} 年`, `Add ${next}`)}</Button>
    </div>
  );
}

function Whole({ year, found, done }: { year: number; found: Year | undefined; done: () => Promise<void> }) {
  const [days, setDays] = useState<Named[]>(found?.days ?? []);
  const [source, setSource] = useState(found?.source ?? "");
  const [day, setDay] = useState<string | null>(null);
  const changed = JSON.stringify(days) !== JSON.stringify(found?.days ?? []) || source !== (found?.source ?? "");
  const save = async (): Promise<void> => {
    try {
      const body = { source, days };
      const saved = await saving((ifMatch) => ask("PUT", `/api/v1/calendar/${year}`, { body, ifMatch }), found?.etag);
      if (saved) toast(say("日历已保存。", "The calendar is saved."));
      await done();
    } catch (error) {
      toastError(error);
    }
  };
  const { holidays, works } = tally(days);
  const missing = !source.trim()
    ? say("请先填依据", "Say the source first")
    : !days.length
      ? say("请先标出节假日", "Mark the holidays first")
      : undefined;
  return (
    <>
      {!found && (
        <Note tone="warn">
          {say(
            `还没有 ${year} 年的日历：这一年的时限算不出来。`,
            `There is no calendar of ${year} yet: limits that reach into it cannot be reckoned.`,
          )}
        </Note>
      )}
      <div class="ui-field">
        <label htmlFor="source">{say("依据（通知名称和文号）", "Source (the notice and its number)")}</label>
        <input id="source" value={source} maxLength={500} onInput={(event) => setSource(event.currentTarget.value)} />
      </div>
      <div class="ui-row keep">
        <span>
          {say(`休 ${holidays} 天，调休上班 ${works} 天`, `${holidays} days off, ${works} worked to make up`)}
        </span>
        <Button act={save} kind="primary" whyNot={changed ? missing : say("没有改动", "Nothing is changed")}>
          {say("保存这一年", "Save the year")}
        </Button>
      </div>
      <div class="year">
        {Array.from({ length: 12 }, (_, month) => (
          <Month key={month} year={year} month={month + 1} days={days} choose={setDay} />
        ))}
      </div>
      {day && (
        <Day
          day={day}
          found={days.find((one) => one.day === day)}
          put={(wanted) => setDays(withDay(days, day, wanted))}
          close={() => setDay(null)}
        />
      )}
    </>
  );
}

interface DayProps {
  day: string;
  found: Named | undefined;
  put: (wanted: Omit<Named, "day"> | null) => void;
  close: () => void;
}

function Day({ day, found, put, close }: DayProps) {
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
          options: [
            { value: "", words: { zh: "按周：周一至周五上班", en: "As the week has it" } },
            { value: "holiday", words: { zh: "放假", en: "Day off" } },
            { value: "work", words: { zh: "调休上班", en: "Worked to make up" } },
          ],
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
