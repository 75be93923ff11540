/** Which view an address shows. Pure. */

export type View = "overview" | "models" | "runs" | "schedule";
export type Route = { kind: "setup" } | { kind: "view"; view: View } | { kind: "unknown" };

/** In the order of the rail; a new view is one more line, and its component in `shell.tsx`. */
export const VIEWS: readonly View[] = ["overview", "models", "runs", "schedule"];

export function pathOf(view: View): string {
  return view === "overview" ? "/admin" : `/admin/${view}`;
}

export function routeOf(path: string): Route {
  const trimmed = path.replace(/\/+$/, "").replace(/\.html$/, "");
  if (trimmed === "/setup") return { kind: "setup" };
  const view = VIEWS.find((one) => pathOf(one) === trimmed);
  return view === undefined ? { kind: "unknown" } : { kind: "view", view };
}
