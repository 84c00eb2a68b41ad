import { useState } from "preact/hooks";
import { Dialog } from "../shared/ui/dialog";
import { detailsOf, wordsOf } from "../shared/ui/problems";
import { said, say } from "../shared/words";
import { asking, isShown, look, positions, purpose, refusal } from "./people";
import { past } from "./state";

const USUAL: [string, string][] = [
  ["值班调度：就近派人", "On duty: send whoever is near"],
  ["应急处置：核实到场", "Emergency: see who is there"],
];

/** What for somebody wants to see where people are: whoever is looked at can read it. */
export function Purpose() {
  const [words, setWords] = useState("");
  if (!asking.value) return null;
  const short = words.trim().length < 4;
  return (
    <Dialog title={say("查看在岗人员的位置", "See where people on duty are")} close={() => (asking.value = false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!short) look(words);
        }}
      >
        <p>
          {say(
            "每次查看都会记录，被看的人能看到是谁、为什么看。本页打开期间只问一次，每分钟更新一次。",
            "Every look is written down; whoever is looked at sees who looked, and what for. You are asked once while this page is open; it looks again every minute.",
          )}
        </p>
        <p class="c-field">
          <label for="purpose">{say("为什么要看（至少四个字）", "What for (at least four characters)")}</label>
          <input id="purpose" value={words} maxLength={200} onInput={(event) => setWords(event.currentTarget.value)} />
        </p>
        <div class="c-act-buttons">
          {USUAL.map(([zh, en]) => (
            <button key={en} type="button" onClick={() => setWords(say(zh, en))}>
              {say(zh, en)}
            </button>
          ))}
        </div>
        <p class="c-act-ends">
          <button type="submit" class="primary" aria-disabled={short}>
            {say("记录并查看", "Write it down, and look")}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

/** Says as long as people are shown that looks are logged. */
export function PeopleNote() {
  if (!isShown() || !purpose.value || past.value) return null;
  return (
    <p class="c-people" role="status">
      {refusal.value === null
        ? say(
            `在岗 ${positions.value.length} 人 · 查看已记录：${purpose.value}`,
            `${positions.value.length} on duty · this look is logged: ${purpose.value}`,
          )
        : `${said(wordsOf(refusal.value))} ${detailsOf(refusal.value).join(" ")}`}
    </p>
  );
}
