/** Which page an address shows. Pure. */

import { PAGES, type View } from "./pages";

/** `part` is what follows the view in the path: the drawing of /admin/drawings/<id>, or "". */
export type Route =
  { kind: "setup" } | { kind: "view"; view: View; part: string } | { kind: "unknown" };

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
  const view = PAGES.find((one) => one.view === name)?.view;
  if (root !== "admin" || view === undefined || view === "overview") return { kind: "unknown" };
  return { kind: "view", view, part: rest.map(decoded).join("/") };
}
