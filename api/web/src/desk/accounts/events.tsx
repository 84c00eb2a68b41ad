/** What befell an account, and by whose hand. */
import type { components } from "../../shared/schema";
import { dayTime } from "../../shared/time";
import { Table } from "../../shared/ui/table";
import { say, type Words } from "../../shared/words";
import { Earlier } from "../earlier";
import { told } from "../telling";
import { named } from "../words";

type Event = components["schemas"]["EventOut"];

const KINDS: Record<string, Words> = {
  made: { zh: "建立", en: "Made" },
  granted: { zh: "授予角色", en: "Role given" },
  withdrawn: { zh: "收回角色", en: "Role withdrawn" },
  logged_in: { zh: "登录", en: "Logged in" },
  signed_on: { zh: "统一身份认证登录", en: "Signed on" },
  linked: { zh: "关联统一身份", en: "Linked to single sign-on" },
  password_changed: { zh: "更换密码", en: "Password changed" },
  password_reset: { zh: "重置密码", en: "Password reset" },
  token_made: { zh: "新建令牌", en: "Token made" },
  token_ended: { zh: "停用令牌", en: "Token ended" },
  session_ended: { zh: "结束登录", en: "Session ended" },
  disabled: { zh: "停用", en: "Kept out" },
  enabled: { zh: "启用", en: "Let in again" },
  tied: { zh: "关联人员", en: "Tied to a person" },
  untied: { zh: "解除人员关联", en: "Untied from a person" },
  changed: { zh: "修改", en: "Changed" },
};

export function Events({ id }: { id: string }) {
  return (
    <Earlier<Event> path={`/api/v1/accounts/${id}/events?limit=100`}>
      {(rows) => (
        <Table
          caption={say("记录", "Events")}
          rows={rows}
          id={(row) => row.id}
          size={20}
          columns={[
            { name: "at", label: say("时间", "When"), show: (row) => dayTime(row.at) },
            { name: "kind", label: say("什么", "What"), show: (row) => named(KINDS, row.kind) },
            { name: "by", label: say("谁", "By"), show: (row) => row.by },
            { name: "data", label: say("内容", "Content"), show: (row) => told(row.data) },
          ]}
        />
      )}
    </Earlier>
  );
}
