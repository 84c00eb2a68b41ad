/** The working calendar, a year as twelve months: a click on a day changes it, and the year is saved as a whole. */
import { useState } from "preact/hooks";
import { ask, read } from "../../shared/api";
import type { components } from "../../shared/schema";
import { now } from "../../shared/time";
import { Button, Note, Shown } from "../../shared/ui/basics";
import { Losing } from "../../shared/ui/dialog";
import { useLoaded } from "../../shared/ui/loaded";
import { toast, toastError } from "../../shared/ui/toasts";
import { unsaved, useUnsaved } from "../../shared/ui/unsaved";
import { say } from "../../shared/words";
import { dayOf } from "../days";
import { Exchange } from "../exchange/exchange";
import { saving } from "../saving";
import { Page } from "../shell";
import { AddHoliday, Day } from "./day";
import { Month } from "./month";
import { type Named, tally, withDay, withHoliday, type Year } from "./year";
import "./calendar.css";

type Known = components["schemas"]["CalendarOut"];

export function Calendar() {
  const calendar = useLoaded(() => read<Known>("/api/v1/calendar"));
  const [year, setYear] = useState(Number(dayOf(now.peek()).slice(0, 4)));
  const [wanted, setWanted] = useState<number | null>(null);
  const put = (one: number): void => (one !== year && unsaved() ? setWanted(one) : setYear(one));
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
          return (
            <>
              <Years years={years.map((one) => one.year)} year={year} choose={put} />
              <Whole key={`${year} ${found?.etag ?? ""}`} year={year} found={found} done={calendar.reload} />
            </>
          );
        }}
      </Shown>
      {wanted !== null && (
        <Losing
          stay={() => setWanted(null)}
          leave={() => {
            setYear(wanted);
            setWanted(null);
          }}
        />
      )}
    </Page>
  );
}

function Years({ years, year, choose }: { years: number[]; year: number; choose: (year: number) => void }) {
  const next = Math.max(year, ...years) + 1;
  const all = [...new Set([...years, year])].sort();
  return (
    <div class="ui-row years" role="group" aria-label={say("年份", "Years")}>
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
  useUnsaved(changed);
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
        <Button act={() => setDay("holiday")}>{say("加一个假期…", "Add a holiday…")}</Button>
        <Button act={save} kind="primary" whyNot={changed ? missing : say("没有改动", "Nothing is changed")}>
          {say("保存这一年", "Save the year")}
        </Button>
      </div>
      <div class="year">
        {Array.from({ length: 12 }, (_, month) => (
          <Month key={month} year={year} month={month + 1} days={days} choose={setDay} />
        ))}
      </div>
      {day === "holiday" && (
        <AddHoliday year={year} put={(found) => setDays(withHoliday(days, year, found))} close={() => setDay(null)} />
      )}
      {day !== null && day !== "holiday" && (
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
