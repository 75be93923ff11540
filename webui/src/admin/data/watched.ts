/** Which import the view is about. */

import { query, stay } from "../state";
import { isMoving, type Transfer } from "./calls";
import { withValue } from "./export-query";

/** In the address, so that it is still there after a reload; null: none. */
export function watch(id: number | null): void {
  const value = id === null ? "" : String(id);
  stay("data", "", withValue(query.value, "import", value), "replace");
}

/** The import that the address names; else one that waits for a word, or is on its way. */
export function watchedOf(items: readonly Transfer[]): Transfer | null {
  const named = Number(new URLSearchParams(query.value).get("import"));
  const imports = items.filter(({ kind }) => kind === "import");
  if (named > 0) return imports.find(({ id }) => id === named) ?? null;
  return imports.find((one) => isMoving(one) || one.status === "ready") ?? null;
}
