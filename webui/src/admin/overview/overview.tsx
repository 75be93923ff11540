/** Overview: tasks for a person, the live version, its scores, the collected drawings. */

import type { VNode } from "preact";
import { useCallback } from "preact/hooks";
import { api } from "../../shared/api";
import { InkCanvas } from "../../shared/ink";
import { languageTag } from "../../shared/language";
import { isOpen, type Stats } from "../../shared/shapes";
import { agoOf } from "../../shared/when";
import { words } from "../../shared/words";
import { Card, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { Retrain } from "../shared/run-parts";
import { stats } from "../state";
import { adminWords } from "../words";
import { AccuracyChart } from "./accuracy-chart";
import { overviewApi, type OverviewFigures } from "./calls";
import { Collected } from "./collected";
import { Needs } from "./needs";
import { Now } from "./now";
import { RunCard } from "./run-card";
import { overviewWords } from "./words";
import "./styles.css";

const N_LATEST = 60;
const MINUTE_MS = 60_000;
const DATASETS = ["mnist_test", "holdout_known", "holdout_new"] as const;

function leadSentence({ champion, n_new }: Stats, nNeeds: number | null): string {
  const w = overviewWords.value;
  const clauses = [
    champion === null
      ? overviewWords.value.noChampion
      : w.liveSince(champion.version, agoOf(champion.promoted_at, new Date(), languageTag.value)),
    w.leadWait(n_new),
  ];
  if (nNeeds !== null) clauses.push(overviewWords.value.nNeeds(nNeeds));
  return clauses.join(overviewWords.value.clauseGap) + words.value.fullStop;
}

/** Changes when the figures may have changed, and each minute: a silent trainer changes nothing else. */
function newsKey({ champion, run, n_drawings, n_new, by_status }: Stats): string {
  const minute = Math.floor(Date.now() / MINUTE_MS);
  const counts = Object.values(by_status).join(" ");
  return [
    ...[champion?.version, champion?.promoted_at, run?.id, run?.status],
    ...[n_drawings, n_new, counts, minute],
  ].join(" ");
}

function Reads({ figures }: { figures: OverviewFigures }) {
  const w = overviewWords.value;
  const { versions, promotions, anchor } = figures;
  return (
    <Card title={w.reads} id="reads">
      {versions.length === 0 ? (
        <p class="quiet">{w.noneMeasured}</p>
      ) : (
        <div class="charts is-wide">
          {DATASETS.map((dataset) => (
            <AccuracyChart
              key={dataset}
              dataset={dataset}
              versions={versions}
              promotions={promotions}
              anchor={dataset === "mnist_test" ? anchor : null}
            />
          ))}
        </div>
      )}
    </Card>
  );
}

function Latest({ nDrawings }: { nDrawings: number }) {
  const w = words.value;
  const load = useCallback(() => api.drawings(N_LATEST), []);
  const loaded = useLoaded(load, String(nDrawings));
  return (
    <Card title={overviewWords.value.latest} id="latest">
      <Show loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{overviewWords.value.latestNone}</p>
          ) : (
            <ul class="ink-wall">
              {items.map(({ id, label, ink, fate }) => (
                <li key={id} title={overviewWords.value.drawing(label, w.fate(fate))}>
                  <InkCanvas ink={ink} label={overviewWords.value.drawing(label, w.fate(fate))} />
                </li>
              ))}
            </ul>
          )
        }
      </Show>
    </Card>
  );
}

export default function OverviewPage(): VNode {
  const shown = stats.value;
  if (shown === null) return <p class="quiet">{adminWords.value.loading}</p>;
  return <WholeOverview shown={shown} />;
}

function WholeOverview({ shown }: { shown: Stats }) {
  const loaded = useLoaded(overviewApi.show, newsKey(shown));
  const nNeeds = loaded.kind === "ready" ? loaded.value.needs.length : null;
  const isRunOpen = isOpen(shown.run);
  return (
    <>
      <div class="lead">
        <h1 id="lead">{leadSentence(shown, nNeeds)}</h1>
        <Retrain />
      </div>
      <Show loaded={loaded}>
        {(figures) => (
          <>
            <Needs needs={figures.needs} />
            {shown.run !== null && isRunOpen && <RunCard run={shown.run} />}
            <Now
              figures={figures}
              accuracy={shown.champion?.accuracy ?? null}
              nextRunAt={shown.next_run_at}
              isOpen={isRunOpen}
            />
            <Reads figures={figures} />
            <Collected figures={figures} shown={shown} />
            <Latest nDrawings={shown.n_drawings} />
          </>
        )}
      </Show>
    </>
  );
}
