/**
 * Where the module of each view is. Every view is a chunk of its own, loaded when it is first
 * shown; a view that is not listed here has no entry in the rail.
 */

import type { VNode } from "preact";
import { ADMIN_VIEWS, VIEWS, type View } from "./routes";

export type ViewComponent = () => VNode;

export const LOADERS: Partial<Record<View, () => Promise<ViewComponent>>> = {
  overview: async () => (await import("./overview/overview")).Overview,
  drawings: async () => (await import("./drawings/drawings")).DrawingsView,
  review: async () => (await import("./review/review")).ReviewView,
  models: async () => (await import("./models/models")).Models,
  runs: async () => (await import("./runs/runs")).Runs,
  map: async () => (await import("./map/map")).MapView,
  schedule: async () => (await import("./schedule/schedule")).ScheduleView,
  people: async () => (await import("./people/people")).PeopleView,
  data: async () => (await import("./data/data")).DataView,
  audit: async () => (await import("./audit/audit")).AuditView,
};

export function viewsFor(is_admin: boolean): View[] {
  return VIEWS.filter((view) => view in LOADERS && (is_admin || !ADMIN_VIEWS.has(view)));
}
