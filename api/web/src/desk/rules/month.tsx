/** A month of the calendar as a table of weeks; each day says what it is also in words. */
import { locale, say } from "../../shared/words";
import { type Named, type State, stateOf, weeksOf } from "./year";

interface Props {
  year: number;
  month: number;
  days: readonly Named[];
  choose: (day: string) => void;
}

// The first of these is a Monday.
const MONDAY = Date.UTC(2024, 0, 1);

export function Month({ year, month, days, choose }: Props) {
  const named = new Map(days.map((day) => [day.day, day]));
  const name = new Intl.DateTimeFormat(locale.value, { month: "long", timeZone: "UTC" }).format(
    Date.UTC(year, month - 1),
  );
  const weekday = (style: "narrow" | "long", place: number): string =>
    new Intl.DateTimeFormat(locale.value, { weekday: style, timeZone: "UTC" }).format(MONDAY + place * 86_400_000);
  return (
    <table class="month">
      <caption>{name}</caption>
      <thead>
        <tr>
          {Array.from({ length: 7 }, (_, place) => (
            <th key={place} scope="col" abbr={weekday("long", place)}>
              {weekday("narrow", place)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(year, month).map((week, number) => (
          <tr key={number}>
            {week.map((day, place) => (
              <td key={place}>
                {day && <Day day={day} state={stateOf(day, named)} name={named.get(day)?.name} choose={choose} />}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DayProps {
  day: string;
  state: State;
  name: string | undefined;
  choose: (day: string) => void;
}

function Day({ day, state, name, choose }: DayProps) {
  const words = {
    holiday: say("放假", "off"),
    work: say("上班", "worked"),
    weekend: say("周末", "weekend"),
    weekday: "",
  }[state];
  const mark = { holiday: say("休", "off"), work: say("班", "on"), weekend: "", weekday: "" }[state];
  return (
    <button type="button" class={`day ${state}`} data-day={day} title={name} onClick={() => choose(day)}>
      <span>{Number(day.slice(8))}</span>
      {mark && <small>{mark}</small>}
      <span class="hidden-but-read">{[day, words, name].filter(Boolean).join(" ")}</span>
    </button>
  );
}
