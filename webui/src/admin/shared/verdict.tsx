/** A verdict: its sentence, and rule by rule what was measured. */

import type { Verdict } from "../../contract";
import { words } from "../../shared/language";
import { CheckIcon, CrossIcon } from "../../shared/icons";

export function VerdictRules({ verdict }: { verdict: Verdict }) {
  const w = words.value.admin;
  return (
    <ul class="rules" aria-label={w.rules}>
      {verdict.rules.map(({ name, passed, sentence }) => (
        <li key={name} class={passed ? "rule is-passed" : "rule is-failed"}>
          {passed ? <CheckIcon /> : <CrossIcon />}
          <span class="visually-hidden">{passed ? w.rule_passed : w.rule_failed}: </span>
          <span>{sentence}</span>
        </li>
      ))}
    </ul>
  );
}
