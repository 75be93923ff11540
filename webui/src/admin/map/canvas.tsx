/** The canvas of the map: pan and zoom (d3-zoom) by mouse, wheel, fingers and keys. */

import { quadtree, type Quadtree } from "d3-quadtree";
import { select } from "d3-selection";
import { type D3ZoomEvent, zoom, type ZoomBehavior, zoomIdentity } from "d3-zoom";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { coloursOf, onMap, onScreen, paint, reach, type Scene, type Size, Stamps } from "./painter";
import { isDirection, type MapPoint, nextTowards } from "./points";
import { mapWords } from "./words";

const MOST_ZOOM = 30;
const NEAR_PX = 14; // the pointer selects a point within this distance

type Zoom = ZoomBehavior<HTMLCanvasElement, unknown>;

/** What the canvas shows. */
export class Stage {
  readonly stamps = new Stamps();
  size: Size = { width: 0, height: 0 };
  transform = zoomIdentity;
  scene: Scene = { shown: [], colour: "digit", inks: null, focused: null };
  tree: Quadtree<MapPoint> = quadtree<MapPoint>();
  private readonly canvas: HTMLCanvasElement;
  private readonly zoom: Zoom;
  private frame = 0;

  constructor(canvas: HTMLCanvasElement, zoom: Zoom) {
    this.canvas = canvas;
    this.zoom = zoom;
  }

  /** Paint before the next frame, once. */
  repaint(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const context = this.canvas.getContext("2d");
      if (context === null) return;
      const ratio = devicePixelRatio;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const colours = coloursOf(this.canvas);
      paint(context, this.scene, this.size, this.transform, colours, this.stamps);
    });
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  resize(width: number, height: number): void {
    this.size = { width, height };
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    const corners: [[number, number], [number, number]] = [
      [0, 0],
      [width, height],
    ];
    this.zoom.extent(corners).translateExtent(corners);
    this.repaint();
  }

  at(x: number, y: number): MapPoint | null {
    const place = onMap(x, y, this.size, this.transform);
    const radius = NEAR_PX / this.transform.k / reach(this.size);
    return this.tree.find(place.x, place.y, radius) ?? null;
  }

  /** Move so that a point is in sight, if it is not. */
  bring(point: MapPoint): void {
    const [x, y] = onScreen(point, this.size, this.transform);
    const { width, height } = this.size;
    if (x >= 8 && y >= 8 && x <= width - 8 && y <= height - 8) return;
    const [left, top] = onScreen(point, this.size, zoomIdentity);
    select(this.canvas).call((chosen) => {
      this.zoom.translateTo(chosen, left, top);
    });
  }

  by(factor: number): void {
    this.zoom.scaleBy(select(this.canvas), factor);
  }

  whole(): void {
    this.zoom.transform(select(this.canvas), zoomIdentity);
  }

  pan(x: number, y: number): void {
    this.zoom.translateBy(select(this.canvas), x / this.transform.k, y / this.transform.k);
  }
}

/** Zoomed out, wheel and finger scroll the page instead of the map. */
function isForMap(event: Event, k: number): boolean {
  if (event instanceof WheelEvent) return k > 1 || event.deltaY < 0;
  if (event.type === "touchstart") return k > 1 || (event as TouchEvent).touches.length > 1;
  return !(event instanceof MouseEvent) || (event.button === 0 && !event.ctrlKey);
}

export function begin(canvas: HTMLCanvasElement): Stage {
  const behaviour: Zoom = zoom<HTMLCanvasElement, unknown>().scaleExtent([1, MOST_ZOOM]);
  const stage = new Stage(canvas, behaviour);
  behaviour.filter((event: Event) => isForMap(event, stage.transform.k));
  behaviour.on("zoom", ({ transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
    stage.transform = transform;
    canvas.classList.toggle("is-near", transform.k > 1);
    canvas.dataset["zoom"] = transform.k.toFixed(2);
    stage.repaint();
  });
  select(canvas).call(behaviour).on("dblclick.zoom", null);
  return stage;
}

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
