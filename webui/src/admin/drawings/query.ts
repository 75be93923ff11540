/** The filters of the gallery as the query of its address. Pure. */

import { DIGITS } from "../../shared/shapes";

const DIGIT_CHOICES: readonly string[] = DIGITS.map(String);

/** Filters with a few choices, in the order of their fields. */
export const CHOICES = {
  label: DIGIT_CHOICES,
  predicted: DIGIT_CHOICES,
  disagrees: ["true", "false"],
  confidence: ["below_60", "60_to_90", "90_to_99", "above_99", "unknown"],
  status: ["accepted", "quarantined", "rejected"],
  split: ["train", "holdout_known", "holdout_new"],
  source: ["drawn", "uploaded", "imported"],
} as const;

export type ChoiceName = keyof typeof CHOICES;
export const CHOICE_NAMES = Object.keys(CHOICES) as readonly ChoiceName[];

/** Filters that are typed, with their patterns. */
const TYPED = {
  since: /^\d{4}-\d{2}-\d{2}$/,
  until: /^\d{4}-\d{2}-\d{2}$/,
  version: /^[1-9]\d{0,8}$/,
  contributor: /^.{1,64}$/,
} as const;

export type TypedName = keyof typeof TYPED;
export const TYPED_NAMES = Object.keys(TYPED) as readonly TypedName[];
export type FilterName = ChoiceName | TypedName;

export const SORTS = ["newest", "oldest", "least_sure", "most_sure"] as const;
export type Sort = (typeof SORTS)[number];

export interface GalleryQuery {
  filters: Partial<Record<FilterName, string>>;
  sort: Sort;
}

function isFit(name: FilterName, value: string): boolean {
  if (name in TYPED) return TYPED[name as TypedName].test(value);
  return (CHOICES[name as ChoiceName] as readonly string[]).includes(value);
}

/** Read the query; unknown parameters are ignored. */
export function readQuery(text: string): GalleryQuery {
  const params = new URLSearchParams(text);
  const filters: GalleryQuery["filters"] = {};
  for (const name of [...CHOICE_NAMES, ...TYPED_NAMES]) {
    const value = params.get(name);
    if (value !== null && isFit(name, value)) filters[name] = value;
  }
  const sort = SORTS.find((one) => one === params.get("sort")) ?? "newest";
  return { filters, sort };
}

/** The same query always gives the same text. */
export function writeQuery({ filters, sort }: GalleryQuery): string {
  const params = new URLSearchParams();
  for (const name of [...CHOICE_NAMES, ...TYPED_NAMES]) {
    const value = filters[name];
    if (value !== undefined) params.set(name, value);
  }
  if (sort !== "newest") params.set("sort", sort);
  return params.toString();
}

/** The query with one filter changed, or removed by "". */
export function withFilter(query: GalleryQuery, name: FilterName, value: string): GalleryQuery {
  const others = Object.entries(query.filters).filter(([other]) => other !== name);
  const given: readonly [string, string][] = isFit(name, value) ? [[name, value]] : [];
  return { ...query, filters: Object.fromEntries([...others, ...given]) };
}

/** Common filters, each one click away. */
export const PRESETS = {
  doubtful: "disagrees=true&sort=most_sure",
  unsure: "sort=least_sure",
  checking: "status=quarantined",
} as const;
