/** The verdict on a candidate, rule by rule, and what to do about it. */

import { CheckIcon, CrossIcon } from "../../shared/icons";
import type { Rule, Verdict } from "../../shared/shapes";
import { words } from "../../shared/words";
import { cutPercent } from "../shared/facts";
import { runMessage } from "../shared/failure-words";
import { Card, Link } from "../shared/parts";
import { Retrain } from "../shared/run-parts";
import { ruleSentence, verdictSentence } from "../shared/verdict-words";
import { adminWords } from "../words";
import type { RunInFull } from "./calls";
import { adviceText, outcomeSentence } from "./sentences";
import { runsWords } from "./words";

/** Rules about a share, with the decimals to show. */
const SHARES: Readonly<Record<string, number>> = {
  first_accuracy: 2,
  first_per_digit: 2,
  calibration: 3,
};
const LEAST: ReadonlySet<string> = new Set(["first_accuracy", "first_per_digit"]);

/** Shown for a rule that had nothing to measure. */
export const NO_FIGURE = "–";

type Percent = (figure: string) => string;

function figureOf(name: string, value: unknown, percent: Percent): string {
  if (typeof value !== "number") return NO_FIGURE;
  const decimals = SHARES[name];
  if (decimals === undefined) return String(value).replace("-", "−");
  return percent(cutPercent(value, decimals));
}

/** `percent` writes a percentage as the language does. */
export function measureOf({ name, value }: Rule, percent: Percent): string {
  return figureOf(name, value, percent);
}

export function boundOf(
  { name, bound }: Rule,
  percent: Percent,
): { figure: string; isLeast: boolean } {
  return { figure: figureOf(name, bound, percent), isLeast: LEAST.has(name) };
}

function Row({ rule }: { rule: Rule }) {
  const w = runsWords.value;
  const admin = adminWords.value;
  const { name, passed } = rule;
  const { percent } = words.value;
  const { figure, isLeast } = boundOf(rule, percent);
  const allowed = figure === NO_FIGURE ? figure : (isLeast ? w.atLeast : w.atMost)(figure);
  return (
    <tr class={passed ? "rule-row is-passed" : "rule-row is-failed"} data-rule={name}>
      <th scope="row">
        <span class="rule-words">
          {passed ? <CheckIcon /> : <CrossIcon />}
          <span class="visually-hidden">{passed ? admin.rulePassed : admin.ruleFailed}: </span>
          <span>{ruleSentence(rule)}</span>
        </span>
      </th>
      <td>{measureOf(rule, percent)}</td>
      <td>{allowed}</td>
    </tr>
  );
}

function VerdictTable({ verdict }: { verdict: Verdict }) {
  const w = runsWords.value;
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

function Ways({ run }: { run: RunInFull }) {
  const w = runsWords.value;
  const { status, version, base_version, n_checking } = run;
  return (
    <p class="run-ways">
      {status === "held" && n_checking > 0 && (
        <Link view="drawings" query="status=quarantined" id="check-these">
          {w.checkThese(n_checking)}
        </Link>
      )}
      {version !== null && (
        <Link view="models" part={String(version)} id="open-version">
          {w.openVersion(version)}
        </Link>
      )}
      {version !== null && base_version !== null && (
        <Link view="models" part={`compare/${base_version}/${version}`}>
          {w.compare(base_version, version)}
        </Link>
      )}
    </p>
  );
}

/** Shown once the run is over. */
export function RunAdvice({ run }: { run: RunInFull }) {
  const w = runsWords.value;
  const { what_to_do, advice, verdict, status, told } = run;
  const message = runMessage(run);
  const isLost = status === "failed" || status === "cancelled";
  return (
    <>
      <section class={`card run-end is-${status}`} id="run-end">
        {verdict !== null && (
          <p class="verdict" id="verdict">
            {verdictSentence(verdict)}
          </p>
        )}
        {status === "failed" && message !== null && (
          <>
            <h2>{w.happened}</h2>
            <p class="run-message">{message}</p>
          </>
        )}
        {what_to_do !== null && (
          <>
            <h2>{w.whatNow}</h2>
            <p id="what-to-do">{adviceText(advice, what_to_do, words.value.gap)}</p>
          </>
        )}
        <Ways run={run} />
        {isLost && <Retrain />}
        {told !== null && (
          <p class="quiet" id="told">
            {w.hookNotification}: {outcomeSentence(told) ?? w.hookWaiting}{" "}
            {told.is_waiting && told.outcome !== null && w.hookAgain}
          </p>
        )}
      </section>
      {verdict !== null && (
        <Card id="run-verdict" title={verdict.passed ? w.verdictPassed : w.verdictHeld}>
          <VerdictTable verdict={verdict} />
        </Card>
      )}
      {verdict === null && status === "promoted" && (
        <p class="quiet">{runsWords.value.noVerdict}</p>
      )}
    </>
  );
}
