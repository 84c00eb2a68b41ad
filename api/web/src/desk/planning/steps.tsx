/** What became of a draft, step by step, each with its author. */
import { dayTime } from "../../shared/time";
import { Table } from "../../shared/ui/table";
import { say, type Words } from "../../shared/words";
import { named } from "../words";
import type { Step } from "./drafts_known";

const w = (zh: string, en: string): Words => ({ zh, en });

const DONE: Record<string, Words> = {
  create: w("新建", "Made"),
  edit: w("上传改动", "Edited"),
  rebase: w("移到最新版上", "Carried onto the newest"),
  propose: w("提请审批", "Proposed"),
  approve: w("批准", "Approved"),
  send_back: w("退回", "Sent back"),
  publish: w("发布", "Published"),
  call_off: w("取消发布", "Called off"),
  withdraw: w("撤回", "Withdrawn"),
};

export function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <Table
      caption={say("每一步", "Steps")}
      rows={[...steps].reverse()}
      id={(row) => String(row.revision)}
      columns={[
        { name: "act", label: say("做了什么", "What"), show: (row) => named(DONE, row.act) },
        { name: "author", label: say("谁", "Who"), show: (row) => row.author },
        { name: "at", label: say("时间", "When"), show: (row) => dayTime(row.at) },
        { name: "told", label: say("内容", "Content"), show: told },
      ]}
    />
  );
}

/** What a step says beside its name: somebody's words, how much changes, from when. */
function told({ data }: Step): string {
  const { note, at, changed, new: added, closed, faults } = data;
  const parts = [
    typeof note === "string" ? note : "",
    typeof at === "string" ? say(`${moment(at)} 起生效`, `in force from ${moment(at)}`) : "",
    counted(changed, (n) => say(`改动 ${n}`, `${n} changed`)),
    counted(added, (n) => say(`新增 ${n}`, `${n} new`)),
    counted(closed, (n) => say(`取消 ${n}`, `${n} closed`)),
    counted(faults, (n) => say(`错误 ${n}`, `${n} faults`)),
  ];
  return parts.filter(Boolean).join(say("；", "; ")) || "–";
}

const counted = (value: unknown, words: (n: number) => string): string =>
  typeof value === "number" && value > 0 ? words(value) : "";

const moment = (at: string): string => at.slice(0, 16).replace("T", " ");
