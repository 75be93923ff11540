/** Which view an address shows. Pure. */

export type View =
  | "overview"
  | "drawings"
  | "review"
  | "models"
  | "runs"
  | "map"
  | "schedule"
  | "people"
  | "data"
  | "audit";

/** `part` is what follows the view in the path: the drawing of /admin/drawings/<id>, or "". */
export type Route =
  { kind: "setup" } | { kind: "view"; view: View; part: string } | { kind: "unknown" };

/** In the order of the rail; a view is shown once `views.ts` knows where its module is. */
export const VIEWS: readonly View[] = [
  "overview",
  "drawings",
  "review",
  "models",
  "runs",
  "map",
  "schedule",
  "people",
  "data",
  "audit",
];

/** Views about people and what they did: the rail shows them to admins alone. */
export const ADMIN_VIEWS: ReadonlySet<View> = new Set<View>(["people", "audit"]);

/** Where reviewers may change things, too; elsewhere they look on. */
export const REVIEWERS_VIEWS: ReadonlySet<View> = new Set<View>(["drawings", "review", "people"]);

/** `query` goes behind the question mark; without one it may be left out. */
export function pathOf(view: View, part = "", query = ""): string {
  const path = view === "overview" ? "/admin" : `/admin/${view}`;
  const whole = part === "" ? path : `${path}/${part.split("/").map(encodeURIComponent).join("/")}`;
  return query === "" ? whole : `${whole}?${query}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % that somebody typed
  }
}

export function routeOf(path: string): Route {
  const trimmed = path.replace(/\/+$/, "").replace(/\.html$/, "");
  if (trimmed === "/setup") return { kind: "setup" };
  if (trimmed === "/admin") return { kind: "view", view: "overview", part: "" };
  const [, root, name, ...rest] = trimmed.split("/");
  const view = VIEWS.find((one) => one === name);
  if (root !== "admin" || view === undefined || view === "overview") return { kind: "unknown" };
  return { kind: "view", view, part: rest.map(decoded).join("/") };
}
