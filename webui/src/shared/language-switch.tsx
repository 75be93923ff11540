/** EN | 中文 */

import { LANGUAGES, language, setLanguage, words } from "./language";

export function LanguageSwitch() {
  return (
    <div class="language-switch" role="group" aria-label={words.value.language}>
      {LANGUAGES.map(({ code, name, tag }) => (
        <button
          key={code}
          type="button"
          id={`language-${code}`}
          lang={tag}
          aria-pressed={language.value === code}
          onClick={() => setLanguage(code)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
