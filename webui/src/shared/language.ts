/** The language of the page: the browser's, or the one that the person chose. */

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";

export type Language = "en" | "zh";

export const LANGUAGES: readonly { code: Language; name: string; tag: string }[] = [
  { code: "en", name: "EN", tag: "en" },
  { code: "zh", name: "中文", tag: "zh-CN" },
];

const STORED_AS = "inkloop.language";

/** The first supported language of the browser; English if there is none. */
export function chooseLanguage(stored: string | null, preferred: readonly string[]): Language {
  if (stored === "en" || stored === "zh") return stored;
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split("-")[0];
    if (primary === "en" || primary === "zh") return primary;
  }
  return "en";
}

function readStored(): string | null {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null; // storage is forbidden: use the browser's language
  }
}

function inBrowser(): boolean {
  return typeof document !== "undefined";
}

export const language = signal<Language>(
  inBrowser() ? chooseLanguage(readStored(), navigator.languages) : "en",
);

/** BCP 47, for Intl and <html lang>. */
export const languageTag = computed(() => (language.value === "zh" ? "zh-CN" : "en"));

export function setLanguage(chosen: Language): void {
  language.value = chosen;
  try {
    localStorage.setItem(STORED_AS, chosen);
  } catch {
    // storage is forbidden: the choice lasts for this visit
  }
}

if (inBrowser()) {
  effect(() => {
    document.documentElement.lang = languageTag.value;
  });
}

/** Words in the language of the page: `const w = viewWords(en, zh)`, then `w.value.title`. The types
 * make both have the same keys. */
export function viewWords<Words>(en: Words, zh: NoInfer<Words>): ReadonlySignal<Words> {
  return computed(() => (language.value === "zh" ? zh : en));
}
