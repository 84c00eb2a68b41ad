/** Where this device is, for whoever checks in or vouches on site: told by the browser, never typed. */
import { useEffect, useState } from "preact/hooks";
import { say } from "../shared/words";
import { NOWHERE, type Values } from "./acts";

interface Props {
  values: Values;
  fill: (name: string, value: string) => void;
}

type Lack = "looking" | "insecure" | "denied" | "no-fix";

export function Position({ values, fill }: Props) {
  const [lack, setLack] = useState<Lack>("looking");
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!globalThis.isSecureContext || !("geolocation" in navigator)) {
      setLack("insecure");
      fill("position", NOWHERE);
      return;
    }
    setLack("looking");
    fill("position", "");
    let gone = false;
    navigator.geolocation.getCurrentPosition(
      ({ coords: { longitude: lon, latitude: lat, accuracy } }) => {
        if (!gone) fill("position", JSON.stringify({ datum: "wgs84", lon, lat, accuracy_m: Math.round(accuracy) }));
      },
      ({ code, PERMISSION_DENIED }) => {
        if (gone) return;
        setLack(code === PERMISSION_DENIED ? "denied" : "no-fix");
        fill("position", NOWHERE);
      },
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 30_000 },
    );
    return () => {
      gone = true;
    };
  }, [turn, fill]);
  const metres = accuracyOf(values.position);
  return (
    <p class="c-field c-position" role="status">
      {metres === null ? saying(lack) : say(`已定位，精度 ±${metres} 米。`, `The position is known, ±${metres} m.`)}{" "}
      <button type="button" class="c-small" onClick={() => setTurn(turn + 1)}>
        {say("重新定位", "Look again")}
      </button>
    </p>
  );
}

function accuracyOf(position: string | undefined): number | null {
  return position && position !== NOWHERE ? (JSON.parse(position) as { accuracy_m: number }).accuracy_m : null;
}

function saying(lack: Lack): string {
  const vouched = say("没有位置的报到要由在场的另一人见证。", "Without a position somebody else on site must vouch.");
  switch (lack) {
    case "looking":
      return say("正在定位……", "Looking for the position …");
    case "insecure":
      return (
        say("这个页面不能定位（需要 https）。", "This page cannot know where it is (that takes https). ") + vouched
      );
    case "denied":
      return say("浏览器不允许定位。", "The browser does not allow positioning. ") + vouched;
    case "no-fix":
      return say("没有定到位置。", "No position was found. ") + vouched;
  }
}
