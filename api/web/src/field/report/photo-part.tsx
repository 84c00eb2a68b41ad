/** Photos: taken with the camera, kept at once, shown small. */
import { useState } from "preact/hooks";
import { toastError } from "../../shared/ui/toasts";
import { say } from "../../shared/words";
import { Icon } from "../icons";
import { mebibytes } from "../storage";
import { writing } from "./draft";
import { addPhotos, dropPhoto, smaller } from "./writing";

export function PhotoPart() {
  const [busy, setBusy] = useState(false);
  const { shots } = writing.value;
  const take = async (input: HTMLInputElement): Promise<void> => {
    const files = [...(input.files ?? [])];
    input.value = "";
    setBusy(true);
    try {
      await addPhotos(files);
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="f-card">
      <h2>{say("照片", "Photos")}</h2>
      <div class="f-shots">
        <label class="f-camera" aria-busy={busy}>
          <Icon sign="camera" />
          <span>{busy ? say("处理中…", "Reading…") : say("拍照", "Take a photo")}</span>
          <input
            type="file"
            accept="image/*"
            capture="environment"
            multiple
            aria-label={say("拍照或选择照片", "Take or choose photos")}
            onChange={(event) => void take(event.currentTarget)}
          />
        </label>
        {shots.map((shot, at) => (
          <figure key={shot.id} class="f-shot">
            {shot.thumb ? <img src={shot.thumb} alt={say(`照片 ${at + 1}`, `Photo ${at + 1}`)} /> : <div>{at + 1}</div>}
            <button
              type="button"
              aria-label={say(`删除照片 ${at + 1}`, `Remove photo ${at + 1}`)}
              onClick={() => void dropPhoto(shot.id)}
            >
              ✕
            </button>
            <figcaption>{mebibytes(shot.size)}</figcaption>
          </figure>
        ))}
      </div>
      <label class="f-check">
        <input
          type="checkbox"
          checked={smaller.value}
          onChange={(event) => {
            smaller.value = event.currentTarget.checked;
          }}
        />
        {say("大于 2 MB 的照片先缩小（省流量）", "Make photos over 2 MB smaller (saves data)")}
      </label>
    </section>
  );
}
