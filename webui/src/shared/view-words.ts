/**
 * Words of one view, in a file that only its chunk loads: what the dashboard says must not weigh
 * on the draw page, which loads `en.ts` and `zh.ts`.
 */

import { computed, type ReadonlySignal } from "@preact/signals";
import { language } from "./language";

/** `const w = viewWords(en, zh)`, then `w.value.title`; both have the same keys, by their type. */
export function viewWords<Words>(en: Words, zh: NoInfer<Words>): ReadonlySignal<Words> {
  return computed(() => (language.value === "zh" ? zh : en));
}
