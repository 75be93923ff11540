/** A verdict rule by rule: what was measured, what was allowed, and a sentence for each. */

import type { Rule, Verdict } from "../../contract";
import { words } from "../../shared/language";
import { runs_words } from "./words";
import { CheckIcon, CrossIcon } from "../../shared/icons";
import { boundOf, measureOf, NO_FIGURE } from "./rule-figures";

function Row({ rule }: { rule: Rule }) {
  const w = runs_words.value;
  const admin = words.value.admin;
  const { name, passed, sentence } = rule;
  const { percent } = words.value;
  const { figure, is_least } = boundOf(rule, percent);
  const allowed = figure === NO_FIGURE ? figure : (is_least ? w.at_least : w.at_most)(figure);
  return (
    <tr class={passed ? "rule-row is-passed" : "rule-row is-failed"} data-rule={name}>
      <th scope="row">
        <span class="rule-words">
          {passed ? <CheckIcon /> : <CrossIcon />}
          <span class="visually-hidden">{passed ? admin.rule_passed : admin.rule_failed}: </span>
          <span>{sentence}</span>
        </span>
      </th>
      <td>{measureOf(rule, percent)}</td>
      <td>{allowed}</td>
    </tr>
  );
}

export function VerdictTable({ verdict }: { verdict: Verdict }) {
  const w = runs_words.value;
  return (
    <table class="verdict-table" id="rules">
      <thead>
        <tr>
          <th scope="col">{w.rule}</th>
          <th scope="col">{w.measured}</th>
          <th scope="col">{w.bound}</th>
        </tr>
      </thead>
      <tbody>
        {verdict.rules.map((rule) => (
          <Row key={rule.name} rule={rule} />
        ))}
      </tbody>
    </table>
  );
}
