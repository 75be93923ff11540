/** The canvas of the map: pan and zoom by mouse, wheel, fingers and keys; one point has the focus. */

import { quadtree } from "d3-quadtree";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { onMap, type Scene } from "./painter";
import { isDirection, nextTowards, type MapPoint } from "./points";
import { begin, type Stage } from "./stage";
import { mapWords } from "./words";

const KEY_ZOOM = 1.5;
const KEY_PAN_PX = 60;

interface MapCanvasProps extends Scene {
  onFocus: (point: MapPoint | null) => void;
  onOpen: (point: MapPoint) => void;
}

export function MapCanvas({ shown, colour, inks, focused, onFocus, onOpen }: MapCanvasProps) {
  const w = mapWords.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<Stage | null>(null);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const begun = begin(element);
    stage.current = begun;
    const observer = new ResizeObserver(() =>
      begun.resize(element.clientWidth, element.clientHeight),
    );
    observer.observe(element);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => begun.repaint();
    scheme.addEventListener("change", repaint);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", repaint);
      begun.stop();
      stage.current = null;
    };
  }, []);

  const tree = useMemo(
    () =>
      quadtree<MapPoint>()
        .x((point) => point.x)
        .y((point) => point.y)
        .addAll([...shown]),
    [shown],
  );

  useEffect(() => {
    if (stage.current === null) return;
    stage.current.tree = tree;
    stage.current.scene = { shown, colour, inks, focused };
    stage.current.repaint();
  }, [tree, shown, colour, inks, focused]);

  function pointAt(event: MouseEvent): MapPoint | null {
    return stage.current?.at(event.offsetX, event.offsetY) ?? null;
  }

  function focus(point: MapPoint): void {
    stage.current?.bring(point);
    onFocus(point);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const current = stage.current;
    if (current === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (isDirection(key) && event.shiftKey) {
      const x = key === "ArrowLeft" ? KEY_PAN_PX : key === "ArrowRight" ? -KEY_PAN_PX : 0;
      const y = key === "ArrowUp" ? KEY_PAN_PX : key === "ArrowDown" ? -KEY_PAN_PX : 0;
      current.pan(x, y);
    } else if (isDirection(key)) {
      const { width, height } = current.size;
      const middle = onMap(width / 2, height / 2, current.size, current.transform);
      const next = nextTowards(shown, focused ?? middle, key);
      if (next !== null) focus(next);
    } else if (key === "+" || key === "=") current.by(KEY_ZOOM);
    else if (key === "-") current.by(1 / KEY_ZOOM);
    else if (key === "0") current.whole();
    else if (key === "Enter" && focused !== null) onOpen(focused);
    else if (key === "Escape") onFocus(null);
    else return;
    event.preventDefault();
  }

  return (
    <div class="map-space">
      <div
        class="map-keys"
        id="map"
        role="application"
        tabIndex={0}
        aria-label={w.mapLabel(shown.length)}
        aria-describedby="map-keys-hint"
        onKeyDown={onKeyDown}
      >
        <canvas
          ref={canvas}
          class="map-canvas"
          aria-hidden="true"
          onPointerMove={(event) => {
            if (event.pointerType === "touch" || event.buttons !== 0) return;
            const point = pointAt(event);
            if (point !== null && point !== focused) onFocus(point);
          }}
          onClick={(event) => {
            const point = pointAt(event);
            if (point === null) return;
            // A finger cannot hover, so the first tap only shows the point.
            const isTouch = event instanceof PointerEvent && event.pointerType === "touch";
            if (isTouch && point !== focused) onFocus(point);
            else onOpen(point);
          }}
        />
      </div>
      <div class="map-buttons">
        <button type="button" aria-label={w.zoomIn} onClick={() => stage.current?.by(KEY_ZOOM)}>
          +
        </button>
        <button
          type="button"
          aria-label={w.zoomOut}
          onClick={() => stage.current?.by(1 / KEY_ZOOM)}
        >
          −
        </button>
        <button type="button" aria-label={w.zoomWhole} onClick={() => stage.current?.whole()}>
          ⤢
        </button>
      </div>
    </div>
  );
}
