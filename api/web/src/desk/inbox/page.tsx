/** The inbox: newest first, live, each notice with the way to its case. */
import { useSignalEffect } from "@preact/signals";
import { useState } from "preact/hooks";
import { me, permissions } from "../../shared/session";
import { dayTime } from "../../shared/time";
import { Badge, Button, Failure } from "../../shared/ui/basics";
import { say, tongue } from "../../shared/words";
import { news, unread } from "../live";
import { Page } from "../shell";
import { named, SEVERITIES } from "../words";
import { type Notice, whereTo, wordsOfNotice } from "./notices";
import { Pile } from "./pile";
import "./inbox.css";

export function Inbox() {
  const [pile] = useState(() => new Pile());
  useSignalEffect(() => {
    // Whenever something came, and once at the beginning.
    if (news.value >= 0) void pile.refresh();
  });
  const newest = pile.items.value[0];
  return (
    <Page
      title={say("消息", "Inbox")}
      lead={say(`${unread.value} 条未读，新消息会自动出现。`, `${unread.value} unread; new ones appear by themselves.`)}
      tools={
        <>
          <Button act={() => pile.only(!pile.onlyUnread.value)} pressed={pile.onlyUnread.value}>
            {say("只看未读", "Only unread")}
          </Button>
          <Button
            act={() => newest && pile.mark(newest.id, true)}
            whyNot={unread.value ? undefined : say("没有未读", "None is unread")}
          >
            {say("全部标为已读", "Mark all as read")}
          </Button>
        </>
      }
    >
      <Failure error={pile.error.value} again={pile.refresh} />
      <ol class="notices">
        {pile.items.value.map((notice) => (
          <Told key={notice.id} notice={notice} pile={pile} />
        ))}
      </ol>
      {pile.read.value && !pile.items.value.length && (
        <p class="ui-soft">{say("没有消息。", "There is nothing here.")}</p>
      )}
      {pile.next.value && <Button act={pile.more}>{say("更早的消息", "Earlier ones")}</Button>}
    </Page>
  );
}

function Told({ notice, pile }: { notice: Notice; pile: Pile }) {
  const { title, lines } = wordsOfNotice(notice, tongue.value);
  const roles = me.value?.grants.map((grant) => grant.role) ?? [];
  const to = whereTo(notice, permissions.value, roles);
  return (
    <li class={notice.read_at ? "ui-card" : "ui-card fresh"} data-notice={notice.id}>
      <div class="ui-row">
        <Badge tone={notice.severity === "urgent" ? "alert" : "soft"}>{named(SEVERITIES, notice.severity)}</Badge>
        {!notice.read_at && <Badge tone="good">{say("未读", "Unread")}</Badge>}
        <time class="ui-soft" dateTime={notice.at}>
          {dayTime(notice.at)}
        </time>
      </div>
      <h2>{title}</h2>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <div class="ui-row">
        {to && (
          <a class="ui-button" href={to}>
            {notice.whistle_id ? say("查看这次吹哨", "Open the whistle") : say("查看案卷", "Open the case")}
          </a>
        )}
        {!notice.read_at && (
          <Button
            act={() => pile.mark(notice.id)}
            kind="plain"
            label={say(`标为已读：${title}`, `Mark as read: ${title}`)}
          >
            {say("标为已读", "Mark as read")}
          </Button>
        )}
      </div>
    </li>
  );
}
