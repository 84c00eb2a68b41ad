/** Hours of work, the table of limits, and what follows a missed deadline. */
import { readAll } from "../../shared/api";
import { type Field, flagOf, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import type { Column } from "../../shared/ui/table";
import { say } from "../../shared/words";
import { Book } from "../book";
import { Page } from "../shell";
import { Escalations } from "./escalations";
import { type Hours, Keepers } from "./keepers";
import { Limits } from "./limits";

const DAYS = [
  ["1", "周一", "Monday"],
  ["2", "周二", "Tuesday"],
  ["3", "周三", "Wednesday"],
  ["4", "周四", "Thursday"],
  ["5", "周五", "Friday"],
  ["6", "周六", "Saturday"],
  ["7", "周日", "Sunday"],
  ["0", "调休上班日", "Days that make up"],
] as const;
const SPANS = /^\d\d:\d\d-\d\d:\d\d( \d\d:\d\d-\d\d:\d\d)*$/;

function fields(fresh: boolean): Field[] {
  const days = DAYS.map(([day, zh, en]): Field => ({
    name: `day${day}`,
    words: { zh, en },
    pattern: SPANS,
    otherwise: {
      zh: "写成 09:00-12:00 13:00-18:00；不上班不填。",
      en: "As in 09:00-12:00 13:00-18:00; nothing where it is not worked.",
    },
  }));
  return [
    {
      name: "code",
      words: { zh: "编码", en: "Code" },
      required: true,
      fixed: !fresh,
      pattern: /^[0-9A-Za-z_-]{1,40}$/,
      otherwise: { zh: "只用字母、数字、_ 和 -。", en: "Letters, digits, _ and - only." },
    },
    { name: "name_zh", words: { zh: "中文名", en: "Chinese name" }, required: true, most: 200 },
    { name: "name_en", words: { zh: "英文名", en: "English name" }, required: true, most: 200 },
    {
      name: "around",
      words: { zh: "昼夜不停", en: "Day and night" },
      kind: "check",
      hint: { zh: "选上之后，下面各天不用填。", en: "With this, the days below say nothing." },
    },
    ...days,
    { name: "source", words: { zh: "依据", en: "Source" }, required: true, most: 500 },
  ];
}

function valuesOf(hours: Hours | null): Values {
  const week = hours?.week ?? {};
  return {
    code: hours?.code ?? "",
    name_zh: hours?.name_zh ?? "",
    name_en: hours?.name_en ?? "",
    source: hours?.source ?? "",
    around: hours?.around_the_clock ?? false,
    ...Object.fromEntries(DAYS.map(([day]) => [`day${day}`, week[day] ?? ""])),
  };
}

function bodyOf(values: Values): Record<string, unknown> {
  const worked = DAYS.map(([day]) => [day, textOf(values, `day${day}`)] as const).filter(([, spans]) => spans);
  const plain = Object.fromEntries(["name_zh", "name_en", "source"].map((name) => [name, textOf(values, name)]));
  return { ...plain, week: flagOf(values, "around") ? null : Object.fromEntries(worked) };
}

export function HoursAndLimits() {
  const hours = useLoaded(() => readAll<Hours>("/api/v1/hours"));
  return (
    <Page
      title={say("时间与时限", "Hours and limits")}
      lead={say(
        "各类机构的工作时间，每一步多久办完，超时之后告诉谁。",
        "The hours that organisations keep, how long each step may take, and who is told of what is late.",
      )}
    >
      <h2>{say("工作时间", "Hours of work")}</h2>
      <Book
        caption={{ zh: "工作时间", en: "Hours" }}
        adding={{ zh: "新增工作时间", en: "Add hours" }}
        rows={hours}
        id={(row) => row.code}
        name={(row) => say(row.name_zh, row.name_en)}
        columns={columns}
        fields={(row) => fields(!row)}
        values={valuesOf}
        put={(values) => ({ path: `/api/v1/hours/${textOf(values, "code")}`, body: bodyOf(values) })}
      />
      <h2>{say("谁遵守哪种工作时间", "Who keeps which hours")}</h2>
      <Keepers hours={hours} />
      <h2>{say("时限", "Limits")}</h2>
      <Limits />
      <h2>{say("超时之后", "What follows a missed deadline")}</h2>
      <Escalations />
    </Page>
  );
}

const columns = (): Column<Hours>[] => [
  { name: "name", label: say("名称", "Name"), show: (row) => say(row.name_zh, row.name_en) },
  { name: "week", label: say("时间", "Hours"), show: weekWords },
  { name: "source", label: say("依据", "Source"), show: (row) => row.source },
];

function weekWords(hours: Hours): string {
  if (hours.around_the_clock) return say("昼夜不停", "Day and night");
  const days = DAYS.filter(([day]) => hours.week[day]);
  const same = new Set(days.map(([day]) => hours.week[day])).size === 1;
  if (same)
    return `${days.map(([, zh, en]) => say(zh, en)).join(say("、", ", "))}: ${hours.week[days[0]?.[0] ?? ""] ?? ""}`;
  return days.map(([day, zh, en]) => `${say(zh, en)} ${hours.week[day] ?? ""}`).join("; ");
}
