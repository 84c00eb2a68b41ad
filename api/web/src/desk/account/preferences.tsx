/** How I want to be told outside the inbox, which gets everything. */
import { ask } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Shown } from "../../shared/ui/basics";
import { Form } from "../../shared/ui/form";
import { type Field, listOf, orNull, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { toast } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { saving } from "../saving";
import { CHANNELS, LANGUAGES, optionsOf } from "../words";

type Body = components["schemas"]["PreferencesBody"];
interface Kept {
  body: Body;
  etag: string | null;
}

const PATH = "/api/v1/me/preferences";

const MUTABLE = [
  { value: "case.*", words: { zh: "案卷", en: "Cases" } },
  { value: "whistle.*", words: { zh: "吹哨", en: "Whistles" } },
];

function options(known: readonly { value: string; words: { zh: string; en: string } }[], kept: readonly string[]) {
  const more = kept.filter((value) => !known.some((one) => one.value === value));
  return [...known, ...more.map((value) => ({ value, words: { zh: value, en: value } }))];
}

function fieldsOf(body: Body): Field[] {
  const hours = Array.from({ length: 24 }, (_, hour) => String(hour));
  return [
    {
      name: "language",
      words: { zh: "消息的语言", en: "Language of messages" },
      kind: "select",
      options: optionsOf(LANGUAGES),
      required: true,
    },
    {
      name: "channels",
      words: { zh: "除收件箱外，还发到", en: "Beside the inbox, tell me by" },
      kind: "checks",
      options: options(optionsOf(CHANNELS), body.channels),
    },
    {
      name: "muted",
      words: { zh: "不外发的消息", en: "What is sent nowhere" },
      kind: "checks",
      options: options(MUTABLE, body.muted ?? []),
      hint: { zh: "收件箱里仍然都有。", en: "The inbox still has all of it." },
    },
    { name: "quiet_from", words: { zh: "免打扰开始", en: "Quiet from" }, kind: "time", required: true },
    {
      name: "quiet_until",
      words: { zh: "免打扰结束", en: "Quiet until" },
      kind: "time",
      required: true,
      hint: {
        zh: "两个时间相同表示从不免打扰；紧急消息不受影响。",
        en: "The same time twice: never quiet. What is urgent comes anyway.",
      },
    },
    {
      name: "digest_hour",
      words: { zh: "不急的消息合成一封，每天几点发", en: "What is not urgent as one message, at the hour" },
      kind: "select",
      options: [
        { value: "", words: { zh: "不合并", en: "Not as one" } },
        ...hours.map((hour) => ({ value: hour, words: { zh: `${hour} 点`, en: `${hour}:00` } })),
      ],
    },
  ];
}

const valuesOf = (body: Body): Values => ({
  language: body.language,
  channels: body.channels,
  muted: body.muted ?? [],
  quiet_from: body.quiet_from.slice(0, 5),
  quiet_until: body.quiet_until.slice(0, 5),
  digest_hour: String(body.digest_hour ?? ""),
});

function bodyOf(values: Values): Body {
  const hour = orNull(values, "digest_hour");
  return {
    language: textOf(values, "language"),
    channels: listOf(values, "channels"),
    muted: listOf(values, "muted"),
    quiet_from: textOf(values, "quiet_from"),
    quiet_until: textOf(values, "quiet_until"),
    digest_hour: hour === null ? null : Number(hour),
  };
}

export function Preferences() {
  const kept = useLoaded(async (): Promise<Kept> => {
    const { value, etag } = await ask<Body>("GET", PATH);
    return { body: value, etag };
  });
  const submit = async (values: Values): Promise<void> => {
    const wanted = bodyOf(values);
    const done = await saving(
      (ifMatch) => ask<Body>("PUT", PATH, { body: wanted, ifMatch }),
      kept.value.value?.etag ?? undefined,
    );
    if (done) toast(say("已保存。", "Saved."));
    await kept.reload();
  };
  return (
    <section class="ui-card" aria-labelledby="told">
      <h2 id="told">{say("消息提醒方式", "How I am told")}</h2>
      <Shown of={kept}>
        {({ body, etag }) => <Form key={etag ?? ""} fields={fieldsOf(body)} initial={valuesOf(body)} submit={submit} />}
      </Shown>
    </section>
  );
}
