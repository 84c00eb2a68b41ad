import { signal } from "@preact/signals";
import { fullTime } from "../shared/time";
import { Dialog } from "../shared/ui/dialog";
import { say } from "../shared/words";
import type { Evidence as Attachment } from "./state";

const viewed = signal<string | null>(null);

/** Small pictures; one opens large, the arrows lead to the others. */
export function Evidence({ items }: { items: readonly Attachment[] }) {
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="evidence-title">
      <h3 id="evidence-title">{say(`现场照片与视频（${items.length}）`, `Photos and videos (${items.length})`)}</h3>
      <ul class="c-thumbs">
        {items.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              onClick={() => (viewed.value = one.id)}
              aria-label={say(`查看 ${one.name}`, `View ${one.name}`)}
            >
              {one.has_thumbnail ? (
                <img src={`/api/v1/evidence/${one.id}/thumbnail`} alt="" loading="lazy" />
              ) : (
                <span aria-hidden="true">▶</span>
              )}
            </button>
          </li>
        ))}
      </ul>
      <Viewer items={items} />
    </section>
  );
}

function Viewer({ items }: { items: readonly Attachment[] }) {
  const at = items.findIndex(({ id }) => id === viewed.value);
  const one = items[at];
  if (!one) return null;
  const content = `/api/v1/evidence/${one.id}/content`;
  const turn = (by: number): void => {
    viewed.value = items[(at + by + items.length) % items.length]?.id ?? null;
  };
  const byKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowRight") turn(1);
    if (event.key === "ArrowLeft") turn(-1);
  };
  return (
    <Dialog title={one.name} close={() => (viewed.value = null)} wide>
      <div class="c-viewer" onKeyDown={byKey}>
        {one.media_type.startsWith("video/") ? (
          <video src={content} controls preload="metadata" />
        ) : (
          <img src={content} alt={say(`${one.name}，${one.author} 上传`, `${one.name}, added by ${one.author}`)} />
        )}
        <p>
          {one.author} · {fullTime(one.added_at)} · {at + 1}/{items.length}
        </p>
        {items.length > 1 && (
          <p class="c-act-ends">
            <button type="button" class="ui-button" onClick={() => turn(-1)}>
              {say("上一张", "Previous")}
            </button>
            <button type="button" class="ui-button" onClick={() => turn(1)}>
              {say("下一张", "Next")}
            </button>
          </p>
        )}
      </div>
    </Dialog>
  );
}
