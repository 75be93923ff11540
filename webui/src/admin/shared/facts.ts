/** Names and figures that the server sends beside its English sentences. */

export type Facts = Readonly<Record<string, unknown>>;

/** What one language says for each name. */
export type Sentences = Readonly<Record<string, (facts: Facts) => string>>;

export function numberIn(facts: Facts, name: string): number {
  return Number(facts[name] ?? 0);
}

export function textIn(facts: Facts, name: string): string {
  const value = facts[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** `fallback` is the server's sentence, for a name that this page does not know yet. */
export function say(sentences: Sentences, name: string, facts: Facts, fallback: string): string {
  return sentences[name]?.(facts) ?? fallback;
}

/** A share as a percentage, cut rather than rounded: what missed 99 % never reads 99.00 %. */
export function cutPercent(share: number, decimals: number): string {
  const unit = 10 ** decimals;
  return (Math.floor(share * 100 * unit + 1e-6) / unit).toFixed(decimals);
}
