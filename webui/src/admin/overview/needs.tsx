/** What needs a person, each with the way to where it is done; or that nothing does. */

import { overview_words } from "./words";
import { CheckIcon } from "../../shared/icons";
import { Link } from "../shared/parts";
import type { View } from "../pages";
import type { Need, NeedKind } from "./calls";

type Words = typeof overview_words.value;

interface Way {
  is_urgent: boolean;
  view: View;
  /** What follows the view in the address; `{run_id}` stands for a fact. */
  part?: string;
  does: keyof Words & `do_${string}`;
}

const WAYS: Record<NeedKind, Way> = {
  model: { is_urgent: true, view: "models", does: "do_models" },
  worker: { is_urgent: true, view: "models", does: "do_models" },
  shared_file: { is_urgent: true, view: "runs", does: "do_runs" },
  trainer_silent: { is_urgent: true, view: "runs", does: "do_runs" },
  trainer_missing: { is_urgent: true, view: "runs", does: "do_runs" },
  sqlite: { is_urgent: true, view: "data", does: "do_data" },
  disk: { is_urgent: true, view: "data", does: "do_data" },
  no_model: { is_urgent: true, view: "runs", does: "do_runs" },
  run_failed: { is_urgent: true, view: "runs", part: "{run_id}", does: "do_run" },
  run_held: { is_urgent: false, view: "runs", part: "{run_id}", does: "do_why" },
  quarantined: { is_urgent: false, view: "review", does: "do_review" },
  anchor: { is_urgent: false, view: "models", part: "{version}", does: "do_anchor" },
  import_ready: { is_urgent: false, view: "data", does: "do_data" },
  webhook: { is_urgent: false, view: "runs", part: "webhook", does: "do_webhook" },
  schedule_off: { is_urgent: false, view: "schedule", does: "do_schedule" },
};

function partOf(way: Way, facts: Need["facts"]): string {
  return (way.part ?? "").replace(/\{(\w+)\}/, (_, name: string) => String(facts[name] ?? ""));
}

function OneNeed({ need }: { need: Need }) {
  const w = overview_words.value;
  const { kind, facts } = need;
  const way = WAYS[kind];
  return (
    <li class={way.is_urgent ? "need is-urgent" : "need"} data-kind={kind}>
      <span class="need-sign" aria-hidden="true">
        {way.is_urgent ? "!" : "→"}
      </span>
      <div class="need-words">
        <p>
          <span class="visually-hidden">{way.is_urgent ? w.urgent : w.needed}: </span>
          {w[`need_${kind}`](facts)}
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
  const w = overview_words.value;
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
            <p class="hint">{w.nothing_more}</p>
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
