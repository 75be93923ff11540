/** The header: the live version, the next training, and the progress of the current one. */

import { accuracyFigure, runPercent, whenOf } from "../shared/formats";
import { languageTag } from "../shared/language";
import { LanguageSwitch } from "../shared/language-switch";
import { isOpen, type Stats } from "../shared/shapes";
import { words } from "../shared/words";
import { isServerAway, stats } from "./state";
import { drawWords } from "./words";

const NEAR_MS = 24 * 3_600_000; // so near that the time of day is enough

function trainingWords(shown: Stats): string {
  const { run, champion, next_run_at } = shown;
  if (isOpen(run)) {
    if (champion === null) return drawWords.value.firstTraining(runPercent(run));
    if (run.status === "queued") return drawWords.value.trainingQueued;
    return drawWords.value.trainingRunning(words.value.phase(run.phase), runPercent(run));
  }
  if (next_run_at === null) return drawWords.value.noTraining;
  const now = new Date();
  const moment = whenOf(next_run_at, now, languageTag.value);
  const isNear = new Date(next_run_at).getTime() - now.getTime() < NEAR_MS;
  return isNear
    ? drawWords.value.nextTrainingShort(moment.time)
    : drawWords.value.nextTraining(moment);
}

function LiveLine({ shown }: { shown: Stats }) {
  const { champion } = shown;
  const w = drawWords.value;
  return (
    <p class="live-line" id="live">
      {champion !== null && (
        <>
          <span class="live-name">
            <span class="live-dot" aria-hidden="true" />
            {w.live}{" "}
            <strong id="live-version" key={champion.version} class="rolls-in">
              {words.value.version(champion.version)}
            </strong>
          </span>
          {champion.accuracy !== null && (
            <span id="live-accuracy" title={w.accuracyTitle}>
              {words.value.percent(accuracyFigure(champion.accuracy))}
            </span>
          )}
        </>
      )}
      <span id="next-training">{trainingWords(shown)}</span>
    </p>
  );
}

function TrainingProgress({ shown }: { shown: Stats | null }) {
  const run = shown?.run ?? null;
  if (!isOpen(run)) return null;
  const percent = runPercent(run);
  return percent === null ? (
    <progress class="training-progress" aria-label={words.value.progress} max={100} />
  ) : (
    <progress
      class="training-progress"
      aria-label={words.value.progress}
      max={100}
      value={percent}
    />
  );
}

export function Header() {
  const shown = stats.value;
  return (
    <header class="header">
      <h1 class="wordmark">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        Inkloop
      </h1>
      {shown === null || isServerAway.value ? (
        <p class="live-line" id="live">
          {isServerAway.value && <span class="is-away">{drawWords.value.serverAway}</span>}
        </p>
      ) : (
        <LiveLine shown={shown} />
      )}
      <LanguageSwitch />
      <TrainingProgress shown={shown} />
    </header>
  );
}
