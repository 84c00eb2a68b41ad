/** Programs that are told of what happens: where they listen, with which secret, and what could not be told. */
import { useState } from "preact/hooks";
import { ask, readAll, send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { Badge, Button, Note } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { type Field, listOf, orNull, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import type { Column } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { uuid7 } from "../../shared/uuid";
import { say } from "../../shared/words";
import { areas, needAreas } from "../areas";
import { Book, type Put } from "../book";
import { Confirming } from "../editing";
import { organisationName, organisationOptions, readOrganisations } from "../registers/organisations_known";
import { saving } from "../saving";
import { Secret } from "../secret";
import { Page } from "../shell";
import { Deliveries } from "./deliveries";
import { KINDS, kindName } from "./kinds";

type Endpoint = components["schemas"]["EndpointOut"];
type Made = components["schemas"]["EndpointMadeOut"];
/** A secret, as it is answered once; null where it was answered before, and to nobody who heard it. */
type Answered = Pick<Made, "secret">;

export function Webhooks() {
  const endpoints = useLoaded(async () => {
    const [found] = await Promise.all([
      readAll<Endpoint>("/api/v1/endpoints?limit=200"),
      readOrganisations().catch(() => []),
      needAreas(),
    ]);
    return found;
  });
  const [answered, setAnswered] = useState<Answered | null>(null);
  const [id, setId] = useState(() => uuid7());
  // What is made answers its secret; the next one is another.
  const store = async ({ path, body }: Put, row: Endpoint | null, ifMatch: string | undefined): Promise<unknown> => {
    if (row) return ask("PUT", path, { body, ifMatch });
    const made = await send<Made>(path, body);
    setAnswered(made);
    setId(uuid7());
    return made;
  };
  return (
    <Page
      title={say("消息推送", "Webhooks")}
      lead={say(
        "把事件和吹哨的消息推给别的程序（标准 Webhook，带签名）。",
        "Other programs are told of cases and whistles (Standard Webhooks, signed).",
      )}
    >
      <Book
        caption={{ zh: "接收程序", en: "Programs that listen" }}
        adding={{ zh: "新增接收程序", en: "Add a program" }}
        rows={endpoints}
        id={(row) => row.id}
        idOf={() => ""}
        name={(row) => row.name}
        columns={columns}
        fields={(row) => fields(!row)}
        values={valuesOf}
        put={(values, row) => ({
          path: row ? `/api/v1/endpoints/${row.id}` : "/api/v1/endpoints",
          body: row ? bodyOf(values) : { ...bodyOf(values), id, district_code: textOf(values, "district_code") },
        })}
        store={store}
        acts={(row) => <Acts endpoint={row} done={endpoints.reload} shown={setAnswered} />}
      />
      {answered && (
        <Dialog title={say("签名密钥", "The secret that signs")} close={() => setAnswered(null)}>
          {answered.secret === null ? <Unheard /> : <Secret value={answered.secret} />}
        </Dialog>
      )}
      <h2>{say("推送情况", "What became of messages")}</h2>
      <Deliveries />
    </Page>
  );
}

/** Its secret was answered when it was made, and the answer came to nobody. */
function Unheard() {
  return (
    <Note tone="warn">
      {say(
        "上一次保存时它已经建好，只是应答没有送到；密钥只在那时给出，现在谁也看不到。请在列表中点“更换密钥”，得到新的。",
        "It was made when you saved before, and the answer was lost on its way with the secret, which nobody can see again. Press “New secret” in the list for another.",
      )}
    </Note>
  );
}

interface ActsProps {
  endpoint: Endpoint;
  done: () => Promise<void>;
  shown: (answered: Answered) => void;
}

function Acts({ endpoint, done, shown }: ActsProps) {
  const [renewing, setRenewing] = useState(false);
  const path = `/api/v1/endpoints/${endpoint.id}`;
  const renew = async (): Promise<null> => {
    shown(await send<Answered>(`${path}/secret`, undefined));
    // The secret that is shown says what became of it.
    return null;
  };
  const disable = async (): Promise<void> => {
    try {
      const gone = await saving((ifMatch) => ask("DELETE", path, { ifMatch }), endpoint.etag);
      if (gone)
        toast(say("已停用；修改并保存即可重新启用。", "It is told nothing more; changing it lets it hear again."));
    } catch (error) {
      toastError(error);
    }
    await done();
  };
  const over = endpoint.disabled_at ? say("已停用", "It is off") : undefined;
  return (
    <>
      <Button
        act={() => setRenewing(true)}
        kind="plain"
        label={say(`更换密钥：${endpoint.name}`, `New secret: ${endpoint.name}`)}
      >
        {say("更换密钥", "New secret")}
      </Button>
      <Button
        act={disable}
        kind="plain"
        whyNot={over}
        label={say(`停用 ${endpoint.name}`, `Turn ${endpoint.name} off`)}
      >
        {say("停用", "Turn off")}
      </Button>
      {renewing && (
        <Confirming
          title={say(`更换“${endpoint.name}”的密钥`, `A new secret for ${endpoint.name}`)}
          lead={say(
            "旧密钥立即作废：在对方换上新密钥之前，它会拒收收到的每一条消息。新密钥只显示一次。",
            "The old secret is worth nothing at once: until the program has the new one, it refuses whatever it is told. The new one is shown once.",
          )}
          act={renew}
          close={() => setRenewing(false)}
          done={done}
          label={say("更换密钥", "New secret")}
          danger
        />
      )}
    </>
  );
}

function State({ row }: { row: Endpoint }) {
  if (row.disabled_at) return <Badge tone="soft">{say("已停用", "Off")}</Badge>;
  if (row.failures)
    return <Badge tone="alert">{say(`连续失败 ${row.failures} 次`, `Failed ${row.failures} times`)}</Badge>;
  return <Badge tone="good">{say("正常", "Listens")}</Badge>;
}

const columns = (): Column<Endpoint>[] => [
  { name: "name", label: say("名称", "Name"), show: (row) => row.name, sort: (row) => row.name },
  { name: "url", label: say("地址", "Address"), show: (row) => row.url, kind: "code" },
  {
    name: "kinds",
    label: say("消息", "Told of"),
    show: (row) => row.kinds?.map(kindName).join(say("、", ", ")) ?? say("全部", "all"),
  },
  {
    name: "organisation",
    label: say("机构", "Organisation"),
    show: (row) => (row.organisation_code ? organisationName(row.organisation_code) : say("全区", "the district")),
  },
  { name: "state", label: say("状态", "State"), show: (row) => <State row={row} /> },
];

function fields(fresh: boolean): Field[] {
  const districts = [...areas.value.values()].filter((area) => area.code.length === 6);
  return [
    { name: "name", words: { zh: "名称（谁在接收）", en: "Name (who hears)" }, required: true, most: 80 },
    {
      name: "url",
      words: { zh: "地址", en: "Address" },
      required: true,
      most: 2_000,
      hint: {
        zh: "https://主机/路径；内网主机先请系统维护人员写入 GRIDGOV_WEBHOOK_HOSTS。",
        en: "https://host/path; hosts of an inner network are named in GRIDGOV_WEBHOOK_HOSTS first.",
      },
    },
    ...(fresh
      ? [
          {
            name: "district_code",
            words: { zh: "区县", en: "District" },
            kind: "select",
            options: districts.map(({ code, name }) => ({ value: code, words: { zh: name, en: name } })),
            required: true,
          } satisfies Field,
        ]
      : []),
    {
      name: "kinds",
      words: { zh: "只推送这些（不选：全部）", en: "Only these (none: all)" },
      kind: "several",
      options: KINDS,
    },
    {
      name: "organisation_code",
      words: { zh: "只推送发给这个机构的（不选：全区）", en: "Only what this organisation is told (none: all)" },
      kind: "suggest",
      options: organisationOptions(),
    },
  ];
}

const valuesOf = (row: Endpoint | null): Values => ({
  name: row?.name ?? "",
  url: row?.url ?? "https://",
  ...(row ? {} : { district_code: "" }),
  kinds: row?.kinds ?? [],
  organisation_code: row?.organisation_code ?? "",
});

function bodyOf(values: Values): Record<string, unknown> {
  const kinds = listOf(values, "kinds");
  return {
    name: textOf(values, "name"),
    url: textOf(values, "url"),
    kinds: kinds.length ? kinds : null,
    organisation_code: orNull(values, "organisation_code"),
  };
}
