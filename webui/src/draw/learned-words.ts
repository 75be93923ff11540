/** "Did it learn me?" in sentences. */

import { computed } from "@preact/signals";
import { words } from "../shared/language";
import { learned } from "./state";

export const learnedSentences = computed<string[]>(() => {
  const shown = learned.value;
  const w = words.value;
  if (shown?.version == null || shown.n === 0) return [];
  const { exam, previous_version, n_right_before } = shown;
  const before =
    previous_version === null || n_right_before === null
      ? ""
      : w.learned_before(previous_version, n_right_before);
  const first = `${w.learned_figures(shown.version, shown.n_right, shown.n)}${before}${w.full_stop}`;
  if (exam.n === 0) return [first];
  return [first, w.learned_exam(exam.n_right, exam.n, exam.n_right_before)];
});
