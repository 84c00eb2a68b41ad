/** Where I am logged in, and ending what is not mine any more. */
import { ask, readAll } from "../../shared/api";
import type { components } from "../../shared/schema";
import { dayTime } from "../../shared/time";
import { Badge, Button, Shown } from "../../shared/ui/basics";
import { useLoaded } from "../../shared/ui/loaded";
import { type Column, Table } from "../../shared/ui/table";
import { toast, toastError } from "../../shared/ui/toasts";
import { say } from "../../shared/words";

type Session = components["schemas"]["SessionOut"];

export function Sessions() {
  const sessions = useLoaded(() => readAll<Session>("/api/v1/sessions"));
  const end = async (session: Session): Promise<void> => {
    try {
      await ask("DELETE", `/api/v1/sessions/${session.id}`);
      toast(say("这次登录已结束。", "That session is over."));
    } catch (error) {
      toastError(error);
    }
    await sessions.reload();
  };
  const columns: Column<Session>[] = [
    { name: "name", label: say("浏览器", "Browser"), show: (row) => browser(row.name) },
    {
      name: "created",
      label: say("登录于", "Since"),
      show: (row) => dayTime(row.created_at),
      sort: (row) => row.created_at,
    },
    { name: "seen", label: say("最近使用", "Seen"), show: (row) => (row.seen_at ? dayTime(row.seen_at) : "–") },
    { name: "expires", label: say("到期", "Ends"), show: (row) => dayTime(row.expires_at) },
  ];
  return (
    <section>
      <h2>{say("登录中的设备", "Where I am logged in")}</h2>
      <Shown of={sessions}>
        {(rows) => (
          <Table
            caption={say("登录", "Sessions")}
            columns={columns}
            rows={rows}
            id={(row) => row.id}
            acts={(row) =>
              row.current ? (
                <Badge tone="good">{say("本次登录", "This one")}</Badge>
              ) : (
                <Button act={() => end(row)} kind="danger">
                  {say("结束", "End")}
                </Button>
              )
            }
          />
        )}
      </Shown>
    </section>
  );
}

/** A browser's own words in short: which one, on what. */
function browser(words: string): string {
  const name = /(Edg|Firefox|Chrome|Safari)\w*\/(\d+)/.exec(words);
  const machine = /(Android|iPhone|iPad|Windows|Macintosh|Linux)/.exec(words);
  return name ? `${name[1] === "Edg" ? "Edge" : name[1]} ${name[2]}${machine ? ` · ${machine[1]}` : ""}` : words || "–";
}
