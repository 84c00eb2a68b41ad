/** The map on paper: browsers print no canvas of WebGL, so it is copied, with its whistles, as the printing begins. */
import type { GlMap } from "../shared/map/drawing";
import { say } from "../shared/words";
import { gridDrawn } from "./grids";
import type { Markers } from "./markers";
import { signOf } from "./markers";
import { ground, whenDrawn } from "./printing";

const MARK_PX = 13;

/** Follows the browser's printing; returns the way to stop. */
export function followPrinting(map: GlMap, markers: Markers): () => void {
  const [figure, copy, source] = (["figure", "canvas", "figcaption"] as const).map((tag) =>
    document.createElement(tag),
  ) as [HTMLElement, HTMLCanvasElement, HTMLElement];
  figure.className = "c-paper";
  figure.append(copy, source);
  const begin = (): void => {
    lay(map, markers, copy);
    const named = map.getContainer().querySelector(".maplibregl-ctrl-attrib")?.textContent;
    source.textContent = [named, gridDrawn.peek(), asByNight()].filter(Boolean).join(" · ");
    map.getContainer().after(figure);
  };
  const end = (): void => figure.remove();
  whenDrawn(() => new Promise((resolve) => void map.once("idle", resolve)));
  addEventListener("beforeprint", begin);
  addEventListener("afterprint", end);
  return () => {
    whenDrawn(null);
    removeEventListener("beforeprint", begin);
    removeEventListener("afterprint", end);
    end();
  };
}

/** The browser's own menu prints at once what is drawn: no page can have it wait. */
function asByNight(): string {
  if (ground.peek() === "day") return "";
  return say(
    "地图为夜间配色：用本页的打印按钮或 Ctrl+P，会先换成白天的颜色",
    "The map is drawn as by night: the page's own button, or Ctrl+P, has it drawn as by day first",
  );
}

function lay(map: GlMap, markers: Markers, copy: HTMLCanvasElement): void {
  const drawn = map.getCanvas();
  copy.width = drawn.width;
  copy.height = drawn.height;
  const pen = copy.getContext("2d");
  if (!pen) return;
  // What is in the drawing buffer can be read until the browser has shown it.
  map.redraw();
  pen.drawImage(drawn, 0, 0);
  const ratio = drawn.width / map.getContainer().clientWidth;
  pen.scale(ratio, ratio);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `bold ${MARK_PX}px sans-serif`;
  for (const { row, x, y } of markers.inSight().reverse()) {
    pen.beginPath();
    pen.arc(x, y - MARK_PX, MARK_PX, 0, 2 * Math.PI);
    pen.fillStyle = "#ffffff";
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = pen.fillStyle = "#000000";
    pen.stroke();
    pen.fillText(signOf(row), x, y - MARK_PX);
  }
}
