/** Tasks for a person, each with a link to where it is done. */

import { CheckIcon } from "../../shared/icons";
import type { View } from "../pages";
import { Link } from "../shared/parts";
import type { Need, NeedKind } from "./calls";
import { overviewWords } from "./words";

type Words = typeof overviewWords.value;

interface Way {
  isUrgent: boolean;
  view: View;
  /** Rest of the address after the view; `{run_id}` is replaced by the fact of that name. */
  part?: string;
  does: keyof Words & `do${string}`;
}

const WAYS: Record<NeedKind, Way> = {
  model: { isUrgent: true, view: "models", does: "doModels" },
  worker: { isUrgent: true, view: "models", does: "doModels" },
  shared_file: { isUrgent: true, view: "runs", does: "doRuns" },
  trainer_silent: { isUrgent: true, view: "runs", does: "doRuns" },
  trainer_missing: { isUrgent: true, view: "runs", does: "doRuns" },
  sqlite: { isUrgent: true, view: "data", does: "doData" },
  disk: { isUrgent: true, view: "data", does: "doData" },
  no_model: { isUrgent: true, view: "runs", does: "doRuns" },
  run_failed: { isUrgent: true, view: "runs", part: "{run_id}", does: "doRun" },
  run_held: { isUrgent: false, view: "runs", part: "{run_id}", does: "doWhy" },
  quarantined: { isUrgent: false, view: "review", does: "doReview" },
  anchor: { isUrgent: false, view: "models", part: "{version}", does: "doAnchor" },
  import_ready: { isUrgent: false, view: "data", does: "doData" },
  webhook: { isUrgent: false, view: "runs", part: "webhook", does: "doWebhook" },
  schedule_off: { isUrgent: false, view: "schedule", does: "doSchedule" },
};

function partOf(way: Way, facts: Need["facts"]): string {
  return (way.part ?? "").replace(/\{(\w+)\}/, (_, name: string) => String(facts[name] ?? ""));
}

function OneNeed({ need }: { need: Need }) {
  const w = overviewWords.value;
  const { kind, facts } = need;
  const way = WAYS[kind];
  return (
    <li class={way.isUrgent ? "need is-urgent" : "need"} data-kind={kind}>
      <span class="need-sign" aria-hidden="true">
        {way.isUrgent ? "!" : "→"}
      </span>
      <div class="need-words">
        <p>
          <span class="visually-hidden">{way.isUrgent ? w.urgent : w.needed}: </span>
          {w.need[kind](facts)}
        </p>
        {facts["detail"] !== undefined && (
          <p class="hint" lang="en">
            {facts["detail"]}
          </p>
        )}
      </div>
      <Link view={way.view} part={partOf(way, facts)} class="plain-button">
        {w[way.does]}
      </Link>
    </li>
  );
}

export function Needs({ needs }: { needs: readonly Need[] }) {
  const w = overviewWords.value;
  return (
    <section class="needs" id="needs" aria-label={w.needs}>
      {needs.length === 0 ? (
        <div class="need is-nothing">
          <span class="need-sign">
            <CheckIcon />
          </span>
          <div class="need-words">
            <p>
              <strong>{w.nothing}</strong>
            </p>
            <p class="hint">{w.nothingMore}</p>
          </div>
        </div>
      ) : (
        <ul>
          {needs.map((need) => (
            <OneNeed key={need.kind} need={need} />
          ))}
        </ul>
      )}
    </section>
  );
}
