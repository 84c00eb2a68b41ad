/** Photos: taken with the camera, kept at once, shown small. */
import { useState } from "preact/hooks";
import { toastError } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { Icon } from "../icons";
import { sized } from "../storage";
import { type Shot, writing } from "./draft";
import { LARGE_BYTES, whileReading } from "./photos";
import { dropPhoto, shrinkPhotos } from "./writing";

/** Where the thumb is: one touch opens the camera. `still`: not while what the photo would belong to is being sent. */
export function Camera({ add, still = false }: { add: (files: File[]) => Promise<void>; still?: boolean }) {
  const [busy, setBusy] = useState(false);
  const take = async (input: HTMLInputElement): Promise<void> => {
    const files = [...(input.files ?? [])];
    input.value = "";
    setBusy(true);
    try {
      await whileReading(() => add(files));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <label class="f-camera" aria-busy={busy}>
      <Icon sign="camera" />
      <span>{busy ? say("处理中…", "Reading…") : say("拍照", "Photo")}</span>
      <input
        type="file"
        accept="image/*"
        capture="environment"
        multiple
        disabled={still}
        aria-label={say("拍照或选择照片", "Take or choose photos")}
        onChange={(event) => void take(event.currentTarget)}
      />
    </label>
  );
}

export function PhotoPart() {
  const { shots } = writing.value;
  if (shots.length === 0) return null;
  return (
    <section class="f-card">
      <h2>{say(`照片 ${shots.length} 张`, `Photos: ${shots.length}`)}</h2>
      <Shots shots={shots} drop={dropPhoto} />
      <Large />
    </section>
  );
}

/** Large photos are slow where it is paid by the byte: they are offered to be made smaller, and can be left as they are. */
function Large() {
  const large = writing.value.shots.filter((shot) => shot.size > LARGE_BYTES);
  if (large.length === 0) return null;
  return (
    <p class="f-row">
      <span class="grow">{say(`${large.length} 张大于 2 MB`, `${large.length} over 2 MB`)}</span>
      <button type="button" onClick={() => void whileReading(shrinkPhotos).catch(toastError)}>
        {say("缩小照片", "Make smaller")}
      </button>
    </p>
  );
}

export function Shots({ shots, drop }: { shots: readonly Shot[]; drop: (id: string) => Promise<void> }) {
  return (
    <div class="f-shots">
      {shots.map((shot, at) => (
        <figure key={shot.id} class="f-shot">
          {shot.thumb ? <img src={shot.thumb} alt={say(`照片 ${at + 1}`, `Photo ${at + 1}`)} /> : <div>{at + 1}</div>}
          <button
            type="button"
            aria-label={say(`删除照片 ${at + 1}`, `Remove photo ${at + 1}`)}
            onClick={() => void drop(shot.id)}
          >
            ✕
          </button>
          <figcaption>{sized(shot.size)}</figcaption>
        </figure>
      ))}
    </div>
  );
}
