/** What this person may do now, in one click or by its letter; and why not the rest. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { heard, tongueOf } from "../shared/heard";
import { permissions } from "../shared/session";
import { said, say } from "../shared/words";
import { again, begin, fill, lacking, leaveAct, open, refused, send, sending, standingOf, type Target } from "./acting";
import type { Act } from "./acts";
import { Input } from "./Inputs";
import { askedOf, choicesOf, type Possible } from "./prospects";
import { Refusal } from "./Refusal";
import { nameOf } from "./state";

interface Props {
  target: Target;
  title: string;
  acts: readonly Possible[];
  /** Organisations that are likely, first; of acts upon whoever may be chosen. */
  organisations: readonly string[];
  /** The sides, of acts in which one is chosen among all. */
  streets?: readonly string[];
}

export function Acts(props: Props) {
  const { target, acts, title } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const can = acts.filter(({ possible }) => possible);
  const cannot = acts.filter(({ possible }) => !possible);
  const mine = open.value?.target.id === target.id ? open.value : null;
  return (
    <section class="c-acts" aria-label={title} data-of={target.kind}>
      <h3 ref={heading} tabIndex={-1}>
        {title}
      </h3>
      {can.length === 0 && (
        <p class="c-note">{say("您在此刻没有可办的动作。", "There is nothing that you may do now.")}</p>
      )}
      <div class="c-act-buttons">
        {can.map((one) => (
          <button
            key={one.act.name}
            type="button"
            class={one.act.grave ? "grave" : ""}
            data-act={one.act.name}
            aria-expanded={mine?.act.name === one.act.name}
            aria-keyshortcuts={shortcut(one.act.letter)}
            onClick={() => begin(target, one, true)}
          >
            {said(one.act.words)} {whom(one) && <small>{whom(one)}</small>}{" "}
            <kbd aria-hidden="true">{one.act.letter}</kbd>
          </button>
        ))}
      </div>
      {mine && <ActForm key={mine.act.name} {...props} heading={heading} />}
      {cannot.length > 0 && <WhyNot acts={cannot} />}
    </section>
  );
}

/** Whom a click would mean, where it does so at once. */
const whom = ({ atOnce, values }: Possible): string => (atOnce ? nameOf(values.organisation_code) : "");

const shortcut = (letter: string): string => (letter === letter.toUpperCase() ? `Shift+${letter}` : letter);

function Why({ said: sentence }: { said: string }) {
  const words = heard(sentence);
  return <small lang={tongueOf(words)}>{words}</small>;
}

function WhyNot({ acts }: { acts: readonly Possible[] }) {
  return (
    <details class="c-why-not">
      <summary>{say(`不能办的 ${acts.length} 项，及原因`, `${acts.length} that cannot be done, and why`)}</summary>
      <ul>
        {acts.map(({ act, whyNot }) => (
          <li key={act.name}>
            {said(act.words)}：{reason(act)} <Why said={whyNot ?? ""} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** By what permission a whistle's acts are done. */
const PERMISSIONS: Record<string, string> = {
  confirm: "whistle.confirm",
  lead: "whistle.confirm",
  summons: "whistle.confirm",
  release: "whistle.release",
  excuse: "whistle.release",
  rate: "whistle.rate",
  close: "whistle.close",
  withdraw: "whistle.close",
  vouch: "whistle.vouch",
};

/** Our own word before the server's sentence. */
function reason(act: Act): string {
  const ofWhistle = act.letter === act.letter.toUpperCase();
  const wanted = ofWhistle ? (PERMISSIONS[act.name] ?? "whistle.answer") : `case.${act.name}`;
  return permissions.value.has(wanted)
    ? say("现在的阶段不能办，或不归您这一方。", "Not at this stage, or not yours to do.")
    : say("不在您的权限内。", "Not within your role.");
}

/** Puts the focus there, where nothing has it: what had it is gone. */
function focusOn(place: RefObject<HTMLElement | null>): void {
  if (document.activeElement === document.body) place.current?.focus();
}

function ActForm({ organisations, streets, heading }: Props & { heading: RefObject<HTMLHeadingElement | null> }) {
  const form = useRef<HTMLFormElement>(null);
  const wanted = open.value;
  // Before it is drawn: Enter that follows the letter at once means this form.
  useLayoutEffect(() => {
    // Where nothing must be said, Enter does it; else what must be said comes first.
    const box = form.current;
    const first = box?.querySelector<HTMLElement>(":is(input:checked, textarea, select, input):required");
    (first ?? box?.querySelector<HTMLElement>("button[type=submit]"))?.focus();
    // Whoever works by keyboard stays where they worked, though the form is gone.
    return () => {
      if (box?.contains(document.activeElement)) queueMicrotask(() => focusOn(heading));
    };
  }, [heading]);
  if (!wanted) return null;
  const { act, spots, values } = wanted;
  const name = said(act.words);
  const only = spots.some((spot) => spot.organisation_code !== null);
  return (
    <form
      ref={form}
      class="c-act-form"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h4>{name}</h4>
      {askedOf(act, spots, values).map((asked) => (
        <Input
          key={asked.name}
          asked={asked}
          values={values}
          fill={fill}
          send={() => void send()}
          choices={{
            organisations: only ? choicesOf(spots, "organisation_code", values) : organisations,
            only,
            streets: asked.name === "street_code" ? choicesOf(spots, "street_code", values) : (streets ?? []),
          }}
        />
      ))}
      {refused.value ? <Refusal /> : <Overtaken />}
      <div class="c-act-ends">
        <button
          type="submit"
          class={act.grave ? "primary grave" : "primary"}
          aria-disabled={lacking.value.length > 0}
          aria-busy={sending.value}
        >
          {sending.value ? say("正在发送……", "Sending …") : say(`确认${name}`, `${name}: confirm`)}{" "}
          <kbd aria-hidden="true">↵</kbd>
        </button>
        <button type="button" onClick={leaveAct}>
          {say("取消", "Cancel")} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
    </form>
  );
}

/** Says while somebody still writes that others were quicker, before the server has to. */
function Overtaken() {
  const wanted = open.value;
  const standing = wanted && !sending.value ? standingOf(wanted) : null;
  if (!wanted || !standing) return null;
  const name = said(wanted.act.words);
  if (!standing.now?.possible) {
    return (
      <p class="c-then" role="status">
        {say(
          `情况已变，现在不能${name}了：别人先办了，或阶段已过。您填的还在。`,
          `It has changed: “${name}” is not possible any more. What you filled in is still here.`,
        )}
      </p>
    );
  }
  if (wanted.act.single || standing.etag === wanted.target.etag) return null;
  return (
    <p class="c-then" role="status">
      {say("您填写时情况已变，上面是现在的。", "It has changed while you were writing: above is how it stands now.")}{" "}
      <button type="button" class="c-small" disabled={lacking.value.length > 0} onClick={again}>
        {say(`按现在的情况${name}`, `${name} upon that`)}
      </button>
    </p>
  );
}
