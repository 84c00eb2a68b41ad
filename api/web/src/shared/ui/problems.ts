/** What went wrong, in the tongue of the reader: the page's own sentence first, what the server says as the detail. */
import { Problem, SomebodyElse, Unreachable } from "../api";
import { heard } from "../heard";
import type { Words } from "../words";
import { Refusal } from "./forms";

const BY_STATUS: Record<number, Words> = {
  401: { zh: "登录已过期，请重新登录。", en: "Your session is over: log in again." },
  403: { zh: "您的角色没有这项权限。", en: "No role of yours may do this." },
  404: { zh: "没有找到，或您无权查看。", en: "There is no such thing, or it is not yours to see." },
  409: { zh: "与已有的内容冲突，没有保存。", en: "This contradicts what is there already; nothing was stored." },
  412: {
    zh: "您打开之后，别人已经改过。请对照两个版本再决定。",
    en: "Somebody changed this since you opened it: compare both.",
  },
  413: { zh: "文件太大。", en: "The file is too large." },
  422: { zh: "填写有误，没有保存。", en: "Something is filled in wrongly; nothing was stored." },
  429: { zh: "请求过于频繁，请稍候再试。", en: "Too many requests: wait a moment." },
  503: { zh: "服务暂时不可用，请稍后再试。", en: "The service is not ready: try again in a moment." },
};
const AWAY: Words = {
  zh: "服务器没有应答，请检查网络后再试。",
  en: "The server does not answer: check the network, try again.",
};
const UNKNOWN: Words = { zh: "出了意外的错误，没有保存。", en: "Something unexpected went wrong; nothing was stored." };

/** Our own saying for an error. */
export function wordsOf(error: unknown): Words {
  if (error instanceof Unreachable) return AWAY;
  if (error instanceof Refusal) return error.words;
  if (error instanceof SomebodyElse) return elseWords(error);
  return (error instanceof Problem ? BY_STATUS[error.status] : undefined) ?? UNKNOWN;
}

/** Whose session it is by now, and what to do. */
function elseWords({ here, now }: SomebodyElse): Words {
  const [mine, theirs] = [here, now].map(({ name, login }) => `${name}（${login}）`);
  return {
    zh: `没有办成：这个浏览器现在登录的是${theirs}，而这一页是${mine}打开的。请在新标签页重新以${mine}登录，再回到这里办一次；填写的内容都还在。`,
    en: `Not done: ${theirs} is logged in in this browser by now, and this page is ${mine}'s. Log in as ${mine} in a new tab, come back here and do it again: all that you typed is still here.`,
  };
}

/** What the server says itself, line by line, each beginning with what it is about; for the page's own errors nothing. */
export function detailsOf(error: unknown, named: (field: string) => string = (field) => field): string[] {
  // Of an overtaken change and of a session that is over the server says what our own sentence has said.
  if (!(error instanceof Problem) || error.status === 412 || error.status === 401) return [];
  if (error instanceof SomebodyElse) return [];
  // A fault of the same words as the whole says nothing more.
  const faults = error.faults.map(({ field, message }) =>
    field && message !== error.message ? `${named(field)}: ${heard(message)}` : heard(message),
  );
  return faults.length ? [...new Set(faults)] : [heard(error.message)];
}
