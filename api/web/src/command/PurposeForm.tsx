/** What for somebody looks at what is hidden: said before the look, and written down with it. */
import { useState } from "preact/hooks";
import { said, say, type Words } from "../shared/words";
import { Refused } from "./Refused";

interface Props {
  /** What is written down, and who reads it. */
  told: string;
  /** Purposes that are said most days. */
  usual: readonly Words[];
  look: (purpose: string) => void;
  busy?: boolean;
  refusal?: unknown;
}

const FEWEST = 4;
const MOST = 200;

export function PurposeForm({ told, usual, look, busy, refusal }: Props) {
  const [words, setWords] = useState("");
  const short = words.trim().length < FEWEST;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!short && !busy) look(words.trim());
      }}
    >
      <p>{told}</p>
      <p class="c-field">
        <label for="purpose">{say("为什么要看（至少四个字）", "What for (at least four characters)")}</label>
        <input id="purpose" value={words} maxLength={MOST} onInput={(event) => setWords(event.currentTarget.value)} />
      </p>
      <div class="c-act-buttons">
        {usual.map((one) => (
          <button key={one.en} type="button" onClick={() => setWords(said(one))}>
            {said(one)}
          </button>
        ))}
      </div>
      <Refused error={refusal} />
      <p class="c-act-ends">
        <button type="submit" class="primary" aria-disabled={short} aria-busy={busy ?? false}>
          {say("记录并查看", "Write it down, and look")}
        </button>
      </p>
    </form>
  );
}
