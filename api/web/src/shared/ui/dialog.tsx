/** A dialog: the browser keeps the focus inside and gives it back; Escape closes. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { say } from "../words";
import "./ui.css";

interface Props {
  title: string;
  children: ComponentChildren;
  close: () => void;
  wide?: boolean;
}

export function Dialog({ title, children, close, wide }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={`ui-dialog ${wide ? "wide" : ""}`}
      aria-labelledby={name}
      onCancel={(event) => {
        // A file that was not chosen says so in the same word, and means only itself.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        close();
      }}
    >
      <header>
        <h2 id={name}>{title}</h2>
        <button type="button" class="ui-button plain" aria-label={say("关闭", "Close")} onClick={close}>
          ✕
        </button>
      </header>
      <div class="body">{children}</div>
    </dialog>
  );
}
