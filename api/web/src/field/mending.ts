/** Why something did not get through, in words of ours, and what it becomes when it is mended. Pure. */
import { say, type Words } from "../shared/words";
import type { Item, Trouble } from "./outbox/items";
import type { Shot } from "./report/draft";

const BY_STATUS: Record<number, Words> = {
  403: { zh: "您没有这项权限。", en: "No role of yours may do this." },
  404: { zh: "对象不存在，或您无权查看。", en: "It does not exist, or is not yours to see." },
  409: { zh: "服务器上已有不同的内容。", en: "Something else is stored already." },
  412: { zh: "您看过之后，别人已经办理。", en: "Somebody acted since you looked." },
  413: { zh: "太大，送不过去。", en: "It is too large to pass." },
  422: { zh: "内容有误，或此时不能办理。", en: "Something in it is wrong, or cannot be done now." },
};

/** Of photos. What the phone says of them by itself has no sentence of the server's. */
const OF_PHOTOS: Record<string, Words> = {
  "photo-lost": { zh: "照片已不在这部手机上：请另拍一张。", en: "The photo is no longer on this phone: take another." },
  "upload-refused": {
    zh: "服务器看过这张照片，不接受它：请另拍一张。",
    en: "The server has looked at this photo and does not take it: take another.",
  },
};
const PHOTO_409: Words = { zh: "服务器没有接受这张照片。", en: "The server did not take this photo." };
const OTHER: Words = { zh: "服务器没有接受。", en: "The server did not take it." };

export function whyOf({ kind, state, trouble }: Pick<Item, "kind" | "state" | "trouble">): Words {
  if (!trouble) return OTHER;
  if (state === "conflict" && trouble.status === 422) return BY_STATUS[412] ?? OTHER;
  const ofPhoto = kind === "evidence" && trouble.status === 409 ? PHOTO_409 : undefined;
  return OF_PHOTOS[trouble.kind] ?? ofPhoto ?? BY_STATUS[trouble.status] ?? OTHER;
}

const MOST_LINES = 3;

/** What the server said of it, line by line; nothing where the phone found it by itself. */
export function linesOf({ kind, message, faults }: Trouble): string[] {
  if (kind === "photo-lost" || kind.startsWith("upload-")) return [];
  return [...new Set([...faults.map((fault) => fault.message), message])].filter(Boolean).slice(0, MOST_LINES);
}

/** What was written in it. */
export function wordsOf(item: Item): string {
  const { text, reason, report } = item.request.body;
  return [text, reason, report].filter((one): one is string => typeof one === "string").join(" ");
}

/** What was meant as an act stays in the case as words, in the tongue of whoever wrote them. */
export function asNote(item: Item): Item {
  const { id, evidence } = item.request.body;
  const { zh, en } = item.label;
  const text = say(`${zh}（未能提交）：${wordsOf(item)}`, `${en} (could not be submitted): ${wordsOf(item)}`);
  const { method } = item.request;
  const path = item.request.path.replace(/\/acts\/\w+$/, "/acts/note");
  const body = { id, device_time: item.madeAt, text, ...(evidence ? { evidence } : {}) };
  const request = { method, path, body, stamped: true };
  return { ...item, label: { zh: `备注：${zh}`, en: `Note: ${en}` }, request };
}

/** A photo's item with another photo in its stead. */
export function withShot(item: Item, { name, type, size, sha256 }: Omit<Shot, "id" | "thumb">): Item {
  const body = { ...item.request.body, name, media_type: type, size, sha256 };
  return { ...item, request: { ...item.request, body } };
}
