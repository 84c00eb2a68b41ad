/** Kinds of whistle: who may blow, who answers, and every limit. */
import { readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { type Field, flagOf, listOf, numberOf, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import type { Column } from "../../shared/ui/table";
import { say } from "../../shared/words";
import { Book, codeField, InUse } from "../book";
import { Exchange } from "../exchange/exchange";
import { Page } from "../shell";
import { ANSWERERS, ISSUERS, named, optionsOf, VOUCHING } from "../words";

type Kind = components["schemas"]["KindOut"];

const MINUTES = [
  "check_in_minutes",
  "confirm_minutes",
  "measure_minutes",
  "close_minutes",
  "late_minutes",
  "skew_minutes",
] as const;
const NUMBERS = [...MINUTES, "min_share", "geofence_m", "accuracy_limit_m"] as const;
const YEAR = 527_040;

function number(name: string, zh: string, en: string, least: number, most = YEAR): Field {
  return { name, words: { zh, en }, kind: "number", required: true, least, most };
}

function fields(fresh: boolean): Field[] {
  return [
    codeField(fresh),
    { name: "name", words: { zh: "名称", en: "Chinese name" }, required: true, most: 80 },
    { name: "name_en", words: { zh: "英文名", en: "English name" }, most: 80 },
    {
      name: "issuers",
      words: { zh: "谁可以吹", en: "Who may blow" },
      kind: "checks",
      options: optionsOf(ISSUERS),
      required: true,
    },
    {
      name: "answerers",
      words: { zh: "谁应哨", en: "Who answers" },
      kind: "checks",
      options: optionsOf(ANSWERERS),
      required: true,
    },
    number("confirm_minutes", "确认联合哨（分钟）", "Confirm a combined one within (min)", 1),
    number("check_in_minutes", "报到（分钟）", "Check in within (min)", 1),
    number("measure_minutes", "填报措施（分钟）", "File measures within (min)", 1),
    number("close_minutes", "销哨（分钟）", "Close within (min)", 1),
    number("min_share", "成为一方的最小占比（0–1）", "Least share that makes a street a side (0–1)", 0.000_001, 1),
    number("geofence_m", "多近算到场（米）", "How near counts as there (m)", 10, 20_000),
    number("accuracy_limit_m", "定位精度上限（米）", "Coarsest position that shows an arrival (m)", 1, 20_000),
    number("late_minutes", "无信号时最迟补传（分钟）", "An arrival may be sent in late by (min)", 0),
    number("skew_minutes", "手机时钟偏差上限（分钟）", "A device's clock may be off by (min)", 0, 1_440),
    {
      name: "vouching",
      words: { zh: "证明到场", en: "Vouching" },
      kind: "select",
      options: optionsOf(VOUCHING),
      required: true,
    },
    { name: "source", words: { zh: "依据", en: "Source" }, kind: "long", required: true, most: 500 },
    { name: "retired", words: { zh: "停用，不能再吹", en: "Retired: blown no more" }, kind: "check" },
  ];
}

const FRESH: Values = {
  code: "",
  name: "",
  name_en: "",
  source: "",
  retired: false,
  issuers: ["street"],
  answerers: ["department"],
  vouching: "accepted",
  check_in_minutes: "30",
  confirm_minutes: "60",
  measure_minutes: "1440",
  close_minutes: "10080",
  min_share: "0.05",
  geofence_m: "200",
  accuracy_limit_m: "100",
  late_minutes: "720",
  skew_minutes: "5",
};

function valuesOf(kind: Kind): Values {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, String(kind[name])]));
  const { code, name, name_en, source, retired, issuers, answerers, vouching } = kind;
  return {
    ...numbers,
    code,
    name,
    name_en,
    source,
    retired,
    vouching,
    issuers: [...issuers],
    answerers: [...answerers],
  };
}

function bodyOf(values: Values): Record<string, unknown> {
  return {
    ...Object.fromEntries(NUMBERS.map((name) => [name, numberOf(values, name)])),
    ...Object.fromEntries(["name", "name_en", "source", "vouching"].map((name) => [name, textOf(values, name)])),
    issuers: listOf(values, "issuers"),
    answerers: listOf(values, "answerers"),
    retired: flagOf(values, "retired"),
  };
}

const columns = (): Column<Kind>[] => {
  const minutes = (value: number): string =>
    value % 60 ? `${value} ${say("分钟", "min")}` : `${value / 60} ${say("小时", "h")}`;
  const joint = say("、", ", ");
  return [
    { name: "name", label: say("名称", "Name"), show: (row) => say(row.name, row.name_en || row.name) },
    {
      name: "issuers",
      label: say("谁可以吹", "May blow"),
      show: (row) => row.issuers.map((one) => named(ISSUERS, one)).join(joint),
    },
    {
      name: "answerers",
      label: say("谁应哨", "Answer"),
      show: (row) => row.answerers.map((one) => named(ANSWERERS, one)).join(joint),
    },
    { name: "confirm", label: say("确认", "Confirm"), show: (row) => minutes(row.confirm_minutes) },
    { name: "check_in", label: say("报到", "Check in"), show: (row) => minutes(row.check_in_minutes) },
    { name: "measure", label: say("措施", "Measures"), show: (row) => minutes(row.measure_minutes) },
    { name: "close", label: say("销哨", "Close"), show: (row) => minutes(row.close_minutes) },
    { name: "state", label: say("状态", "State"), show: (row) => <InUse retired={row.retired} /> },
  ];
};

export function WhistleKinds() {
  const rows = useLoaded(() => readAll<Kind>("/api/v1/whistle-kinds"));
  return (
    <Page
      title={say("吹哨类型", "Kinds of whistle")}
      lead={say(
        "谁可以吹、谁应哨、各步多久。已经吹响的哨按当时的规定。",
        "Who may blow, who answers, and how fast. Whistles keep the numbers they were blown by.",
      )}
    >
      <Book
        caption={{ zh: "吹哨类型", en: "Kinds of whistle" }}
        adding={{ zh: "新增类型", en: "Add a kind" }}
        rows={rows}
        id={(row) => row.code}
        name={(row) => say(row.name, row.name_en || row.name)}
        columns={columns}
        fields={(row) => fields(!row)}
        values={(row) => (row ? valuesOf(row) : FRESH)}
        put={(values) => ({ path: `/api/v1/whistle-kinds/${textOf(values, "code")}`, body: bodyOf(values) })}
        tools={<Exchange name="whistle_kinds" done={rows.reload} />}
      />
    </Page>
  );
}
