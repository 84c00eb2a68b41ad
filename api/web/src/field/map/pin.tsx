/** The pin in the middle of a map: the map is dragged under it, or it is dragged itself. */
import { useState } from "preact/hooks";
import { Icon } from "../icons";

interface Pull {
  pointer: number;
  from: [number, number];
  by: [number, number];
}

/** `settle` is called with how far it was dragged, in pixels to the right and down. */
export function Pin({ settle }: { settle: (right: number, down: number) => void }) {
  const [pull, setPull] = useState<Pull | null>(null);
  const held = (event: PointerEvent): boolean => pull?.pointer === event.pointerId;
  const [right, down] = pull?.by ?? [0, 0];
  return (
    <span
      class={pull ? "f-pin held" : "f-pin"}
      aria-hidden="true"
      style={{ "--right": `${right}px`, "--down": `${down}px` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setPull({ pointer: event.pointerId, from: [event.clientX, event.clientY], by: [0, 0] });
      }}
      onPointerMove={(event) => {
        if (pull && held(event)) {
          setPull({ ...pull, by: [event.clientX - pull.from[0], event.clientY - pull.from[1]] });
        }
      }}
      onPointerUp={(event) => {
        if (!pull || !held(event)) return;
        setPull(null);
        if (right || down) settle(right, down);
      }}
      onPointerCancel={(event) => {
        if (held(event)) setPull(null);
      }}
    >
      <Icon sign="pin" />
    </span>
  );
}
