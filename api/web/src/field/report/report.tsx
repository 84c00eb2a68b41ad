/** Reporting: what, where, how it looks, in words; all on one screen, and sent with the thumb. */
import { useSignalEffect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { toast, toastError } from "../../shared/ui/toasts";
import { said, say } from "../../shared/words";
import { Icon } from "../icons";
import { holder, pack, reached } from "../phone";
import { measure } from "../storage";
import { fix, look } from "../where";
import { goTo } from "../tab";
import { type Finding, followed, missing, writing } from "./draft";
import { MatterPart } from "./matter";
import { Camera, PhotoPart } from "./photo-part";
import { reading } from "./photos";
import { PlacePart } from "./place-part";
import { addPhotos, leaveFinding, sendOff, write } from "./writing";

export function Report() {
  useEffect(() => look(), []);
  // At once: what is written may have been taken up from the disk before the next picture is drawn.
  useSignalEffect(() => {
    const place = followed(writing.value, fix.value);
    if (place !== writing.value.place) write({ place });
  });
  if (!pack.value) return <NoPack />;
  if (!holder.value?.permissions.includes("case.report")) {
    return (
      <p class="f-card">{say("您的角色不能上报，其他功能照常可用。", "No role of yours reports; the rest works.")}</p>
    );
  }
  return (
    <div class="f-report">
      <h1 class="hidden-but-read">{say("上报问题", "Report something")}</h1>
      {writing.value.finding && <FindingBar finding={writing.value.finding} />}
      <MatterPart />
      <PhotoPart />
      <PlacePart />
      <Words />
      <SendBar />
    </div>
  );
}

/** The report is one of a patrol: which item it is about, and the way back. */
function FindingBar({ finding }: { finding: Finding }) {
  const leave = async (): Promise<void> => {
    await leaveFinding();
    goTo("grid");
  };
  return (
    <section class="f-card f-finding">
      <p>
        {say("巡查发现：", "Found on patrol: ")}
        <strong>{said(finding.words)}</strong>
      </p>
      <button type="button" class="f-wide" onClick={() => void leave()}>
        {say("不上报，返回巡查", "Back to the patrol without a report")}
      </button>
    </section>
  );
}

function NoPack() {
  return (
    <p class="f-card" role="status">
      {reached.value
        ? say("正在取本辖区的地图和清单…", "Fetching the map and the lists of your place…")
        : say(
            "首次使用需要信号，以取得本辖区的地图和清单。",
            "The first time needs signal, to fetch your place's map.",
          )}
    </p>
  );
}

function Words() {
  return (
    <section class="f-card">
      <label class="f-label" for="words">
        {say("说明（可不填）", "In words (may stay empty)")}
      </label>
      <textarea
        id="words"
        rows={2}
        maxLength={2_000}
        value={writing.value.text}
        placeholder={say("默认用事项名称", "Without words: the matter's name")}
        onInput={(event) => write({ text: event.currentTarget.value })}
      />
    </section>
  );
}

function SendBar() {
  const [busy, setBusy] = useState(false);
  const lack = missing(writing.value, pack.value?.matters.items ?? []);
  const why = reading.value
    ? say("照片处理中，请稍候", "A photo is being read: a moment")
    : lack === "matter"
      ? say("请先选择事项", "Choose a matter first")
      : lack === "place"
        ? say("请在地图上定位，或填写地址", "Put it on the map, or write its address")
        : null;
  const press = async (): Promise<void> => {
    if (busy || why) return;
    setBusy(true);
    const ofPatrol = writing.value.finding !== undefined;
    try {
      const kept = await sendOff();
      toast(
        kept
          ? reached.value
            ? say("已上报，正在发送", "Reported: on its way")
            : say("已保存，有信号时自动发送", "Kept: it goes by itself once there is signal")
          : say("存储已满，仅在内存中，请勿关闭页面", "The phone is full: kept in memory only, do not close this page"),
      );
      void measure();
      if (ofPatrol) goTo("grid");
      else document.querySelector(".f-main")?.scrollTo(0, 0);
    } catch (error) {
      // Nothing was sent, and what is written is still there.
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="f-send">
      {why && (
        <p id="why-not" class="f-why">
          {why}
        </p>
      )}
      <div class="f-thumb">
        <Camera add={addPhotos} still={busy} />
        <button
          type="button"
          class="f-go"
          aria-disabled={why !== null || busy}
          aria-describedby={why ? "why-not" : undefined}
          onClick={() => void press()}
        >
          <Icon sign="send" />
          {say("上报", "Report")}
        </button>
      </div>
    </div>
  );
}
