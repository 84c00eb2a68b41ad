/** Tokens for my programs: made with what they may do and until when, shown once, ended at a click. */
import { useState } from "preact/hooks";
import { ask, readAll, send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { permissions } from "../../shared/session";
import { dayTime } from "../../shared/time";
import { Button, Note, Shown } from "../../shared/ui/basics";
import { Dialog } from "../../shared/ui/dialog";
import { Form } from "../../shared/ui/form";
import { type Field, listOf, numberOf, textOf, type Values } from "../../shared/ui/forms";
import { useLoaded } from "../../shared/ui/loaded";
import { type Column, Table } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { uuid7 } from "../../shared/uuid";
import { say } from "../../shared/words";
import { Secret } from "../secret";
import { named, PERMISSIONS } from "../words";
import { usage } from "./rules";

type Token = components["schemas"]["TokenOut"];
type NewToken = components["schemas"]["NewTokenOut"];

export function Tokens() {
  const tokens = useLoaded(() => readAll<Token>("/api/v1/tokens"));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const end = async (token: Token): Promise<void> => {
    try {
      await ask("DELETE", `/api/v1/tokens/${token.id}`);
      toast(say("令牌已停用。", "The token is over."));
    } catch (error) {
      toastError(error);
    }
    await tokens.reload();
  };
  const columns: Column<Token>[] = [
    { name: "name", label: say("用途", "What for"), show: (row) => row.name, sort: (row) => row.name },
    { name: "prefix", label: say("开头", "Begins"), show: (row) => `${row.prefix ?? ""}…`, kind: "code" },
    { name: "scopes", label: say("可以做", "May"), show: scopes },
    { name: "seen", label: say("最近使用", "Seen"), show: (row) => (row.seen_at ? dayTime(row.seen_at) : "–") },
    {
      name: "expires",
      label: say("到期", "Ends"),
      show: (row) => dayTime(row.expires_at),
      sort: (row) => row.expires_at,
    },
  ];
  return (
    <section>
      <h2>{say("程序令牌（GDAL、QGIS、脚本）", "Tokens for programs (GDAL, QGIS, scripts)")}</h2>
      <Shown of={tokens}>
        {(rows) => (
          <Table
            caption={say("令牌", "Tokens")}
            columns={columns}
            rows={rows}
            id={(row) => row.id}
            tools={
              <Button act={() => setMaking(true)} kind="primary">
                {say("新建令牌", "Make a token")}
              </Button>
            }
            acts={(row) => (
              <Button act={() => end(row)} kind="danger" label={say(`停用 ${row.name}`, `End ${row.name}`)}>
                {say("停用", "End")}
              </Button>
            )}
          />
        )}
      </Shown>
      {making && (
        <Making
          close={() => setMaking(false)}
          made={(secret) => {
            setMaking(false);
            setMade(secret);
            void tokens.reload();
          }}
        />
      )}
      {made !== null && <Made secret={made} close={() => setMade(null)} />}
    </section>
  );
}

function scopes(token: Token): string {
  if (!token.scopes?.length) return say("我能做的一切", "All that I may");
  return token.scopes.map((one) => named(PERMISSIONS, one)).join(say("、", ", "));
}

function fields(): Field[] {
  const options = [...permissions.value].sort().map((value) => ({
    value,
    words: PERMISSIONS[value] ?? { zh: value, en: value },
  }));
  return [
    {
      name: "name",
      words: { zh: "用途", en: "What it is for" },
      required: true,
      most: 120,
      hint: { zh: "例如：规划桌上的 QGIS", en: "For instance: QGIS on the planner's desk" },
    },
    {
      name: "days",
      words: { zh: "有效天数", en: "Days until it ends" },
      kind: "number",
      required: true,
      least: 1,
      most: 366,
    },
    {
      name: "scopes",
      words: { zh: "只允许做这些", en: "May do only this" },
      kind: "checks",
      options,
      hint: { zh: "一项都不选，就和您的权限一样大。", en: "With none chosen it may do all that you may." },
    },
  ];
}

function Making({ close, made }: { close: () => void; made: (secret: string | null) => void }) {
  // One id for this dialog: sent again, it makes no second token.
  const [id] = useState(() => uuid7());
  const submit = async (values: Values): Promise<void> => {
    const body = { id, name: textOf(values, "name"), scopes: listOf(values, "scopes"), days: numberOf(values, "days") };
    made((await send<NewToken>("/api/v1/tokens", body)).token);
  };
  const initial = { name: "", days: "90", scopes: permissions.value.has("grid.read") ? ["grid.read"] : [] };
  return (
    <Dialog title={say("新建令牌", "Make a token")} close={close}>
      <Form fields={fields()} initial={initial} submit={submit} label={say("新建", "Make")} />
    </Dialog>
  );
}

function Made({ secret, close }: { secret: string | null; close: () => void }) {
  const ways = usage(location.origin, secret ?? "");
  return (
    <Dialog title={say("令牌已建好", "The token is made")} close={close}>
      {secret ? (
        <>
          <Secret value={secret} />
          <h3>QGIS</h3>
          <p>
            {say(
              "“图层 → 添加矢量图层 → 协议 HTTP”，地址填下面的网址，验证方式新建“自定义头”，内容为：",
              "Layer → Add vector layer → Protocol HTTP: the address below, and an authentication of custom headers with:",
            )}
          </p>
          <pre>{`${location.origin}/api/v1/cells\n${ways.header}`}</pre>
          <h3>GDAL</h3>
          <pre>{ways.gdal}</pre>
          <h3>curl</h3>
          <pre>{ways.curl}</pre>
        </>
      ) : (
        <Note tone="warn">
          {say(
            "它之前已经建好，内容只显示过一次。请停用它，再建一个。",
            "It was made before, and is shown only once: end it and make another.",
          )}
        </Note>
      )}
    </Dialog>
  );
}
