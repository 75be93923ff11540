/** The query of the map's address: version, colouring and points. Pure. */

import { DIGITS, type Digit } from "../../shared/shapes";

export const COLOURINGS = ["digit", "agreement", "source"] as const;
export const SOURCES = ["all", "drawing", "mnist"] as const;
export const ONLY = ["all", "misread", "strays"] as const;

export type Colouring = (typeof COLOURINGS)[number];

export interface MapFilter {
  digits: readonly Digit[];
  source: (typeof SOURCES)[number];
  only: (typeof ONLY)[number];
}

export interface MapQuery extends MapFilter {
  /** null: the live version's. */
  version: number | null;
  colour: Colouring;
}

function choice<Choice extends string>(
  choices: readonly [Choice, ...Choice[]],
  value: string | null,
): Choice {
  return choices.find((one) => one === value) ?? choices[0];
}

/** Read the query; unknown values are ignored. */
export function readQuery(text: string): MapQuery {
  const params = new URLSearchParams(text);
  const version = params.get("version") ?? "";
  const named = params.get("digits") ?? "";
  const digits = DIGITS.filter((digit) => named.includes(String(digit)));
  return {
    version: /^[1-9]\d{0,8}$/.test(version) ? Number(version) : null,
    colour: choice(COLOURINGS, params.get("colour")),
    digits: digits.length === 0 ? DIGITS : digits,
    source: choice(SOURCES, params.get("source")),
    only: choice(ONLY, params.get("only")),
  };
}

/** The same query always gives the same text. */
export function writeQuery({ version, colour, digits, source, only }: MapQuery): string {
  const params = new URLSearchParams();
  if (version !== null) params.set("version", String(version));
  if (colour !== "digit") params.set("colour", colour);
  if (digits.length < DIGITS.length) params.set("digits", digits.join(""));
  if (source !== "all") params.set("source", source);
  if (only !== "all") params.set("only", only);
  return params.toString();
}

/** Select or unselect a digit: the first selection shows it alone, an empty one shows all. */
export function withDigit(query: MapQuery, digit: Digit): MapQuery {
  const { digits } = query;
  if (digits.length === DIGITS.length) return { ...query, digits: [digit] };
  const isIn = digits.includes(digit);
  const chosen = DIGITS.filter((one) => (one === digit ? !isIn : digits.includes(one)));
  return { ...query, digits: chosen.length === 0 ? DIGITS : chosen };
}
