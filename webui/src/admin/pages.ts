/**
 * The pages of the dashboard, in the order of the rail. To add one, write a folder whose main
 * module exports its component as default, and add a line here.
 *
 * A page is a chunk of its own that is loaded when it is first shown. Its address is /admin/<view>;
 * the first page is also the one at /admin.
 */

import type { VNode } from "preact";
import type { Language } from "../shared/language";

type Role = "reviewer" | "admin";

interface Page<View extends string> {
  view: View;
  title: Record<Language, string>;
  /** The lowest role that finds it in the rail. */
  seenBy: Role;
  /** The lowest role that may change something on it. */
  changedBy: Role;
  load: () => Promise<{ default: () => VNode }>;
}

function page<View extends string>(
  view: View,
  en: string,
  zh: string,
  seenBy: Role,
  changedBy: Role,
  load: Page<View>["load"],
): Page<View> {
  return { view, title: { en, zh }, seenBy, changedBy, load };
}

export const PAGES = [
  page("overview", "Overview", "概览", "reviewer", "admin", () => import("./overview/overview")),
  page("drawings", "Drawings", "笔迹", "reviewer", "reviewer", () => import("./drawings/drawings")),
  page("review", "Review", "审核", "reviewer", "reviewer", () => import("./review/review")),
  page("models", "Models", "模型", "reviewer", "admin", () => import("./models/models")),
  page("runs", "Runs", "训练", "reviewer", "admin", () => import("./runs/runs")),
  page("map", "Map", "分布图", "reviewer", "admin", () => import("./map/map")),
  page("schedule", "Schedule", "计划", "reviewer", "admin", () => import("./schedule/schedule")),
  page("people", "People", "人员", "admin", "reviewer", () => import("./people/people")),
  page("data", "Data", "数据", "reviewer", "admin", () => import("./data/data")),
  page("audit", "Audit", "审计", "admin", "admin", () => import("./audit/audit")),
];

export type View = (typeof PAGES)[number]["view"];

export function pageOf(view: View): Page<View> | undefined {
  return PAGES.find((one) => one.view === view);
}
