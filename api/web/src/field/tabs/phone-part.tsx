/** This phone: its room, and what its browser lacks here, with what works all the same. */
import { useEffect } from "preact/hooks";
import { say, type Words, said } from "../../shared/words";
import { installable } from "../install";
import { hurry } from "../phone";
import { sized, measure, persisted, room } from "../storage";
import { lack } from "../where";

export function Phone() {
  useEffect(() => void measure(), []);
  const lacks = lacksOf();
  return (
    <section class="f-card">
      <h2>{say("这部手机", "This phone")}</h2>
      <dl class="f-facts">
        <dt>{say("存储", "Room")}</dt>
        <dd>
          {room.value
            ? say(
                `已用 ${sized(room.value.usage)}，可用 ${sized(room.value.quota - room.value.usage)}`,
                `${sized(room.value.usage)} used, ${sized(room.value.quota - room.value.usage)} left`,
              )
            : say("浏览器未告知", "The browser does not say")}
        </dd>
        <dt>{say("保留", "Kept")}</dt>
        <dd>
          {persisted.value
            ? say("浏览器承诺不自行清除", "The browser promises not to clear it by itself")
            : say("存储紧张时浏览器可能清除：请及时发送", "The browser may clear it when room is short: send in time")}
        </dd>
      </dl>
      {lacks.length > 0 && (
        <>
          <h3>{say("此处缺少", "What is missing here")}</h3>
          <ul>
            {lacks.map((one) => (
              <li key={one.en}>{said(one)}</li>
            ))}
          </ul>
        </>
      )}
      <button type="button" class="f-wide" onClick={() => void hurry()}>
        {say("立即发送并更新", "Send now, and look what is new")}
      </button>
      <p class="f-soft">
        {say(
          "最低支持：安卓 Chrome 100、Safari 15.4、Firefox 115。",
          "Oldest supported: Chrome 100 (Android), Safari 15.4, Firefox 115.",
        )}
      </p>
    </section>
  );
}

function lacksOf(): Words[] {
  const found: Words[] = [];
  if (!installable) {
    found.push({
      zh: "离线打开：浏览器只在 https 下保存页面。已打开的页面断网照常可用，请勿关闭；发件箱不会丢。",
      en: "Opening without signal: browsers keep the page by https only. An open page goes on; the outbox stays.",
    });
  }
  if (lack.value === "insecure" || lack.value === "missing") {
    found.push({
      zh: "自动定位：请在地图上拖动选点。",
      en: "Positions: put the pin on the map by hand.",
    });
  }
  if (!("storage" in navigator)) {
    found.push({
      zh: "查看剩余空间：存满时会在此提示。",
      en: "How much room is left: you are told once it is full.",
    });
  }
  return found;
}
