/** Which drawings an export has, as the address says it. Pure. */

import { FORMATS } from "./calls";

export const FIELDS = ["label", "status", "split", "source", "since", "until"] as const;
export type Field = (typeof FIELDS)[number];

/** What the choices of a field are, in the server's words. */
export const CHOICES: Readonly<Record<"label" | "status" | "split" | "source", readonly string[]>> =
  {
    label: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    status: ["accepted", "quarantined", "rejected"],
    split: ["train", "holdout_known", "holdout_new"],
    source: ["drawn", "uploaded", "imported"],
  };

/** Filters of the gallery that come along from there; the form has no field for them. */
const CARRIED = ["predicted", "confidence", "disagrees", "contributor", "version"] as const;

/** The query of an export: what the address has, with Parquet where it names no format. */
export function exportQuery(address: string): URLSearchParams {
  const given = new URLSearchParams(address);
  const made = new URLSearchParams();
  const format = given.get("format") ?? "";
  made.set("format", FORMATS.find((one) => one === format) ?? "parquet");
  for (const name of [...FIELDS, ...CARRIED]) {
    const value = given.get(name) ?? "";
    if (value !== "") made.set(name, value);
  }
  return made;
}

/** The same address with another value; an empty one takes the filter away. */
export function withValue(address: string, name: string, value: string): string {
  const made = new URLSearchParams(address);
  if (value === "") made.delete(name);
  else made.set(name, value);
  return made.toString();
}

const UNITS = ["B", "kB", "MB", "GB"] as const;

/** 1234567 -> "1.2 MB". */
export function sizeFigure(n_bytes: number): string {
  let size = n_bytes;
  let place = 0;
  while (size >= 1000 && place < UNITS.length - 1) {
    size /= 1000;
    place += 1;
  }
  const digits = place === 0 || size >= 100 ? 0 : 1;
  return `${size.toFixed(digits)} ${UNITS[place] ?? "GB"}`;
}
