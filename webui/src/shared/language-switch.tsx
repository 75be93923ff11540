/** EN | 中文 */

import { LANGUAGES, language, setLanguage } from "./language";
import { words } from "./words";

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
