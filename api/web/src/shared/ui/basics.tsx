/** Buttons, notes, badges, and how failures and waiting are shown. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Problem, SomebodyElse } from "../api";
import { tongueOf } from "../heard";
import { loginAddress } from "../session";
import { say, said } from "../words";
import { useHeir } from "./focus";
import type { Loaded } from "./loaded";
import { detailsOf, wordsOf } from "./problems";
import "./ui.css";

export type Tone = "alert" | "warn" | "good" | "soft";

interface ButtonProps {
  children: ComponentChildren;
  act: () => unknown;
  kind?: "primary" | "danger" | "danger primary" | "plain";
  /** Why it cannot be done now: the button stays readable and says so, instead of doing nothing. */
  whyNot?: string | undefined;
  label?: string;
  pressed?: boolean;
}

/** A button that shows that it is at work, and does not do the same twice meanwhile. */
export function Button({ children, act, kind, whyNot, label, pressed }: ButtonProps) {
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLButtonElement>(null);
  useHeir(box);
  const press = async (): Promise<void> => {
    if (busy || whyNot) return;
    setBusy(true);
    try {
      await act();
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      ref={box}
      type="button"
      class={`ui-button ${kind ?? ""}`}
      aria-busy={busy}
      aria-disabled={whyNot ? true : undefined}
      aria-label={label ? (whyNot ? `${label}（${whyNot}）` : label) : undefined}
      aria-pressed={pressed}
      title={whyNot}
      onClick={() => void press()}
    >
      {children}
    </button>
  );
}

export function Badge({ children, tone }: { children: ComponentChildren; tone?: Tone }) {
  return <span class={`ui-badge ${tone ?? ""}`}>{children}</span>;
}

export function Note({ children, tone }: { children: ComponentChildren; tone?: Tone }) {
  return (
    <div class={`ui-note ${tone ?? ""}`} role={tone === "alert" ? "alert" : undefined}>
      {children}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  again?: () => unknown;
  /** What a field is called that the server names. */
  named?: (field: string) => string;
}

/** What went wrong: our words, and the server's beneath. */
export function Failure({ error, again, named }: FailureProps) {
  if (!error) return null;
  return (
    <Note tone="alert">
      <p>
        <strong>{said(wordsOf(error))}</strong>
      </p>
      {detailsOf(error, named).map((line) => (
        <p key={line} lang={tongueOf(line)} class="ui-soft">
          {line}
        </p>
      ))}
      {error instanceof Problem && error.status === 401 && <LoginBeside error={error} />}
      {error instanceof SomebodyElse && <LoginAfter error={error} />}
      {again && <Button act={again}>{say("重试", "Try again")}</Button>}
    </Note>
  );
}

/** The way to the login beside this page, which keeps all that was typed into it. */
function LoginBeside({ error }: { error: Problem }) {
  return (
    <p>
      {say(
        "在新标签页登录，再回到这里重试：填写的内容都还在。",
        "Log in in a new tab, come back here and try again: all that you typed is still here.",
      )}{" "}
      <LoginAfter error={error} />
    </p>
  );
}

/** The way to the login in a new tab, after what only a login helps against. */
export function LoginAfter({ error }: { error: unknown }) {
  const anew = error instanceof SomebodyElse;
  if (!anew && !(error instanceof Problem && error.status === 401)) return null;
  return (
    <a class="ui-button" href={loginAddress(anew)} target="_blank" rel="noopener">
      {say("去登录", "Log in")}
    </a>
  );
}

/** Shows what was read, or that it is being read, or what went wrong. */
export function Shown<T>({ of, children }: { of: Loaded<T>; children: (value: T) => ComponentChildren }) {
  const value = of.value.value;
  return (
    <>
      <Failure error={of.error.value} again={of.reload} />
      {value === null
        ? of.busy.value && (
            <p role="status" class="ui-soft">
              {say("正在读取…", "Reading…")}
            </p>
          )
        : children(value)}
    </>
  );
}
