/** The log of a run: what happened, line by line. */

import { languageTag } from "../../shared/language";
import { runs_words } from "./words";
import { Card } from "../shared/parts";
import type { RunInFull } from "./calls";

export function RunLog({ run }: { run: RunInFull }) {
  const w = runs_words.value;
  const clock = new Intl.DateTimeFormat(languageTag.value, {
    timeStyle: "medium",
    hourCycle: "h23",
  });
  return (
    <Card id="run-log" title={w.log}>
      {run.lines.length === 0 ? (
        <p class="quiet">{w.log_none}</p>
      ) : (
        // Focus lets the keyboard scroll it where it is longer than its place.
        <div class="run-log" role="group" aria-label={w.log} tabIndex={0}>
          <ol>
            {run.lines.map(({ at, name, sentence }, index) => (
              <li key={index} class={`run-line-${name}`}>
                <time dateTime={at}>{clock.format(new Date(at))}</time>
                <span>{sentence}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </Card>
  );
}
