/** What the server said where it would not, in the small forms of dialogs. */
import { tongueOf } from "../shared/heard";
import { detailsOf, wordsOf } from "../shared/ui/problems";
import { said } from "../shared/words";

export function Refused({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <div class="c-refusal" role="alert">
      <p>
        <strong>{said(wordsOf(error))}</strong>
      </p>
      {detailsOf(error).map((line) => (
        <p key={line}>
          <small lang={tongueOf(line)}>{line}</small>
        </p>
      ))}
    </div>
  );
}
