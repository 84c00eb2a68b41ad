import { signal } from "@preact/signals";
import type { TargetedKeyboardEvent } from "preact";
import { clockTime, fullTime, now } from "../shared/time";
import { say } from "../shared/words";
import { gridDrawn } from "./grids";
import { PastIcon } from "./icons";
import { past, moment } from "./state";
import {
  dayOf,
  dayShown,
  minuteShown,
  momentOf,
  play,
  playing,
  STEP_MIN,
  stepTime,
  toLive,
  travel,
  travelling,
} from "./time-travel";

/** The minute that the hand is at while it still holds the slider. */
const held = signal<number | null>(null);

/** Under the map: closed while the picture is of now. */
export function TimeBar() {
  if (!past.value && !travelling.value) {
    return (
      <div class="c-time closed">
        <button type="button" onClick={() => (travelling.value = true)}>
          <PastIcon /> {say("回看", "Look back")}
        </button>
      </div>
    );
  }
  const at = moment.value;
  const minute = held.value ?? minuteShown.value;
  const shownTime = clockTime(momentOf(dayShown.value, minute));
  return (
    <section class="c-time" aria-label={say("回看某一时刻", "A moment of the past")}>
      <label>
        {say("日期", "Day")}{" "}
        <input
          type="date"
          value={dayShown.value}
          max={dayOf(now.value)}
          onChange={(event) => travel(event.currentTarget.value, minuteShown.value)}
        />
      </label>
      <label class="c-slider">
        <span>{shownTime}</span>
        <input
          type="range"
          min={0}
          max={1_439}
          step={STEP_MIN / 2}
          value={minute}
          aria-label={say("时刻", "Time of day")}
          aria-valuetext={shownTime}
          onKeyDown={overMidnight}
          onInput={(event) => (held.value = event.currentTarget.valueAsNumber)}
          onChange={(event) => {
            held.value = null;
            travel(dayShown.value, event.currentTarget.valueAsNumber);
          }}
        />
      </label>
      <button type="button" aria-pressed={playing.value} onClick={play}>
        {playing.value ? say("⏸ 暂停", "⏸ Pause") : say("▶ 播放", "▶ Play")}
      </button>
      <button type="button" class="primary" onClick={toLive}>
        {say("回到实时", "Back to now")} <kbd aria-hidden="true">0</kbd>
      </button>
      {at && (
        <p role="status" class="c-past">
          {say(`您在看过去：${fullTime(at)}`, `You are looking at the past: ${fullTime(at)}`)}
          {gridDrawn.value && ` · ${gridDrawn.value}`}
        </p>
      )}
    </section>
  );
}

/** Arrow keys go on at the ends of a day: soon after midnight, what just was lies in the day before. */
function overMidnight(event: TargetedKeyboardEvent<HTMLInputElement>): void {
  const { key, currentTarget: slider } = event;
  const by = ["ArrowLeft", "ArrowDown"].includes(key) ? -1 : ["ArrowRight", "ArrowUp"].includes(key) ? 1 : null;
  const last = 1_440 - Number(slider.step);
  if (by === null || slider.valueAsNumber !== (by < 0 ? 0 : last)) return;
  event.preventDefault();
  stepTime(by);
}
