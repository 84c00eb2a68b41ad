/** Short messages that come and go; screen readers hear them. */
import { signal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { detailsOf, wordsOf } from "./problems";
import { said, say } from "../words";
import "./ui.css";

interface Toast {
  id: number;
  /** Asked for when it is shown, so that it follows the tongue. */
  text: () => string;
  alert: boolean;
}

const SHOWN_MS = 6_000;
const toasts = signal<Toast[]>([]);
let last = 0;

const drop = (id: number): void => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
};

export function toast(text: string): void {
  const id = ++last;
  toasts.value = [...toasts.value, { id, text: () => text, alert: false }];
  setTimeout(() => drop(id), SHOWN_MS);
}

/** Says what went wrong; it stays until it is closed. */
export function toastError(error: unknown): void {
  const text = (): string => [said(wordsOf(error)), ...detailsOf(error)].join(" ");
  toasts.value = [...toasts.value, { id: ++last, text, alert: true }];
}

/** Stands once on a page. */
export function Toasts() {
  const box = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    if (!toasts.value.length || !("popover" in HTMLElement.prototype)) return;
    // Above a dialog that was opened before: what came last lies on top.
    box.current?.hidePopover();
    box.current?.showPopover();
  });
  return (
    <div ref={box} class="ui-toasts" role="status" aria-live="polite" popover="manual">
      {toasts.value.map(({ id, text, alert }) => (
        <div key={id} class={`ui-toast ${alert ? "alert" : ""}`}>
          <span>{text()}</span>
          <button type="button" class="ui-button plain" aria-label={say("关闭", "Close")} onClick={() => drop(id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
