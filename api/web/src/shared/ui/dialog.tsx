/** A dialog: the browser keeps the focus inside and gives it back; Escape closes, and asks first what would be lost. */
import type { ComponentChildren } from "preact";
import { useContext, useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { say } from "../words";
import { Button } from "./basics";
import { openedFrom } from "./focus";
import { lay } from "./stack";
import { Toasts } from "./toasts";
import { Around, type Closable } from "./unsaved";
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
  const [asking, setAsking] = useState(false);
  const [mine] = useState(() => Symbol("dialog"));
  const [around] = useState<Closable>(() => ({ kept: new Set(), close }));
  around.close = () => (around.kept.size ? setAsking(true) : close());
  // Who had the focus is asked before what is inside takes it.
  const [before] = useState(() => document.activeElement);
  // Before anything is drawn: whoever types on at once types into the dialog.
  useLayoutEffect(() => {
    box.current?.showModal();
    return lay(mine);
  }, [mine]);
  // Once it is gone: as long as it stands, nothing beside it takes the focus.
  useEffect(() => (box.current ? openedFrom(box.current, before) : undefined), [before]);
  return (
    <dialog
      ref={box}
      class={`ui-dialog ${wide ? "wide" : ""}`}
      aria-labelledby={name}
      onCancel={(event) => {
        // A file that was not chosen says so in the same word, and means only itself.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        around.close();
      }}
    >
      <header>
        <h2 id={name}>{title}</h2>
        <button
          type="button"
          class="ui-button plain"
          aria-label={say("关闭", "Close")}
          title={say("关闭", "Close")}
          onClick={() => around.close()}
        >
          ✕
        </button>
      </header>
      <div class="body">
        <Around.Provider value={around}>{children}</Around.Provider>
      </div>
      {asking && <Losing stay={() => setAsking(false)} leave={close} />}
      <Toasts within={mine} />
    </dialog>
  );
}

/** Closes the dialog that it stands in, as ✕ does. */
export function Cancel() {
  const around = useContext(Around);
  return <Button act={() => around?.close()}>{say("取消", "Cancel")}</Button>;
}

/** Asks whoever is about to lose what they typed. */
export function Losing({ stay, leave }: { stay: () => void; leave: () => void }) {
  return (
    <Dialog title={say("有尚未保存的内容", "Something is not saved yet")} close={stay}>
      <p>{say("现在离开，刚才填写的内容就没有了。", "Leave now, and what you typed is gone.")}</p>
      <div class="ui-ends">
        <Button act={leave} kind="danger">
          {say("放弃填写的内容", "Drop what I typed")}
        </Button>
        <Button act={stay} kind="primary">
          {say("继续填写", "Go on editing")}
        </Button>
      </div>
    </Dialog>
  );
}
