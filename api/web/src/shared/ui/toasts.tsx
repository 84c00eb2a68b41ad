/** Short messages that come and go; screen readers hear them. */
import { signal } from "@preact/signals";
import { said, say } from "../words";
import { LoginAfter } from "./basics";
import { detailsOf, wordsOf } from "./problems";
import { stack } from "./stack";
import "./ui.css";

interface Toast {
  id: number;
  /** Asked for when it is shown, so that it follows the tongue. */
  text: () => string;
  alert: boolean;
  /** What went wrong; null where nothing did. */
  error: unknown;
}

const SHOWN_MS = 6_000;
const toasts = signal<Toast[]>([]);
let last = 0;

const show = (toast: Omit<Toast, "id">): number => {
  const id = ++last;
  toasts.value = [...toasts.value, { id, ...toast }];
  return id;
};
const drop = (id: number): void => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
};

export function toast(text: string): void {
  const id = show({ text: () => text, alert: false, error: null });
  setTimeout(() => drop(id), SHOWN_MS);
}

/** Says what went wrong; it stays until it is closed. */
export function toastError(error: unknown): void {
  const text = (): string => [said(wordsOf(error)), ...detailsOf(error)].join(" ");
  show({ text, alert: true, error });
}

/**
 * Stands once on a page, and once in each dialog: the messages are shown where something can be pressed and heard at
 * the moment. Each place stands there before them, or a screen reader would not notice that one comes.
 */
export function Toasts({ within }: { within?: symbol }) {
  const here = stack.value.at(-1) === within;
  return (
    <div class="ui-toasts" role="status" aria-live="polite">
      {here &&
        toasts.value.map(({ id, text, alert, error }) => (
          <div key={id} class={`ui-toast ${alert ? "alert" : ""}`}>
            <span>{text()}</span>
            <LoginAfter error={error} />
            <button
              type="button"
              class="ui-button plain"
              aria-label={say("收起这条消息", "Put this message away")}
              onClick={() => drop(id)}
            >
              ✕
            </button>
          </div>
        ))}
    </div>
  );
}
