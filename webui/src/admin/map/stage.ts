/** The canvas of a map with pan and zoom (d3-zoom), outside of Preact. */

import { quadtree, type Quadtree } from "d3-quadtree";
import { select } from "d3-selection";
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomBehavior } from "d3-zoom";
import { coloursOf, onMap, onScreen, paint, reach, Stamps, type Scene, type Size } from "./painter";
import type { MapPoint } from "./points";

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
