/** What became of messages; what was given up gets another chance at a click. */
import { useState } from "preact/hooks";
import { read, send } from "../../shared/api";
import type { components } from "../../shared/schema";
import { dayTime, now } from "../../shared/time";
import { Badge, Button, Shown, type Tone } from "../../shared/ui/basics";
import { useLoaded } from "../../shared/ui/loaded";
import { Table } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { said, say, type Words } from "../../shared/words";
import { kindName } from "./kinds";

type Delivery = components["schemas"]["DeliveryOut"];

const STATES: Record<string, { words: Words; tone: Tone }> = {
  waiting: { words: { zh: "等待发送", en: "Waiting" }, tone: "warn" },
  sent: { words: { zh: "已送达", en: "Sent" }, tone: "good" },
  dead: { words: { zh: "放弃", en: "Given up" }, tone: "alert" },
  dropped: { words: { zh: "不再需要", en: "Dropped" }, tone: "soft" },
};
const DAY_MS = 86_400_000;

export function Deliveries() {
  const [dead, setDead] = useState(false);
  return (
    <>
      <p>
        <Button act={() => setDead(!dead)} pressed={dead}>
          {say("只看放弃的", "Only what was given up")}
        </Button>
      </p>
      <List key={String(dead)} dead={dead} />
    </>
  );
}

function List({ dead }: { dead: boolean }) {
  const rows = useLoaded(() => read<{ items: Delivery[] }>(`/api/v1/deliveries?limit=200${dead ? "&state=dead" : ""}`));
  const trying = async (act: () => Promise<unknown>): Promise<void> => {
    try {
      await act();
      toast(say("将重新发送。", "They are tried again."));
    } catch (error) {
      toastError(error);
    }
    await rows.reload();
  };
  const all = (): Promise<unknown> => {
    const since = new Date(now.peek() - 30 * DAY_MS).toISOString();
    return send("/api/v1/deliveries/retry", { since });
  };
  return (
    <Shown of={rows}>
      {({ items }) => (
        <Table
          caption={say("最近的推送", "The latest messages")}
          rows={items}
          id={(row) => row.id}
          size={20}
          tools={
            <Button
              act={() => trying(all)}
              whyNot={items.some((row) => row.state === "dead") ? undefined : say("没有放弃的", "None was given up")}
            >
              {say("重发最近 30 天放弃的", "Try again what was given up in 30 days")}
            </Button>
          }
          columns={[
            { name: "at", label: say("时间", "When"), show: (row) => dayTime(row.created_at) },
            { name: "kind", label: say("消息", "Of"), show: (row) => kindName(row.kind) },
            { name: "channel", label: say("通道", "By"), show: (row) => channel(row.channel) },
            { name: "state", label: say("情况", "State"), show: (row) => <State state={row.state} /> },
            { name: "attempts", label: say("次数", "Tries"), show: (row) => row.attempts, kind: "number" },
            { name: "said", label: say("对方回答", "What was answered"), show: (row) => row.said ?? "–" },
          ]}
          acts={(row) =>
            row.state === "dead" && (
              <Button act={() => trying(() => send(`/api/v1/deliveries/${row.id}/retry`, undefined))}>
                {say("重发", "Try again")}
              </Button>
            )
          }
        />
      )}
    </Shown>
  );
}

function State({ state }: { state: string }) {
  const known = STATES[state];
  return known ? <Badge tone={known.tone}>{said(known.words)}</Badge> : state;
}

const channel = (code: string): string =>
  ({ email: say("电子邮件", "E-mail"), webhook: say("推送", "Webhook") })[code] ?? code;
