/** One version: confusion matrix, calibration, how it was made; make it live or the anchor. */

import { useCallback, useState } from "preact/hooks";
import { languageTag } from "../../shared/language";
import type { Model } from "../../shared/shapes";
import { plotFormats } from "../shared/figures";
import { ActionNote, Card, Field, Link, Show } from "../shared/parts";
import { useAction, useLoaded } from "../shared/requests";
import { VerdictRules } from "../shared/run-parts";
import { verdictSentence } from "../shared/verdict-words";
import { isAdmin, newsKey } from "../state";
import { CalibrationCard } from "./calibration";
import { versionsApi } from "./calls";
import { ConfusionCard } from "./confusion";
import { versionsWords } from "./words";

const HASH_SHOWN = 12;

/** A value of a recipe as text, nested settings on one line. */
function told(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "object") return typeof value === "string" ? value : JSON.stringify(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${told(one)}`)
    .join(", ");
}

function AboutCard({ model }: { model: Model }) {
  const w = versionsWords.value;
  const { number } = plotFormats(languageTag.value);
  const { about, network, base_version, n_drawings, n_new } = model;
  const facts: [string, string][] = [
    [w.network, network],
    [w.parameters, about?.n_parameters == null ? "–" : number(about.n_parameters)],
    [w.parent, base_version === null ? w.fromScratch : w.versionName(base_version)],
    [w.learnedFrom, n_drawings === null ? w.onlyMnist : w.nLearned(n_drawings, n_new ?? 0)],
    [w.temperature, about?.temperature == null ? "–" : about.temperature.toFixed(3)],
    [w.seed, told(about?.seed)],
    ["SHA-256", about == null ? "–" : `${about.onnx_sha256.slice(0, HASH_SHOWN)}…`],
  ];
  const recipe = Object.entries(about?.recipe ?? {});
  return (
    <Card title={w.about} id="about">
      <dl class="about-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {recipe.length > 0 && (
        <details>
          <summary>{w.recipe}</summary>
          <dl class="about-recipe">
            {recipe.map(([name, value]) => (
              <div key={name}>
                <dt>
                  <code>{name}</code>
                </dt>
                <dd>{told(value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </Card>
  );
}

const FILES = ["model.onnx", "weights.safetensors", "manifest.json"] as const;

function Steer({ model }: { model: Model }) {
  const w = versionsWords.value;
  const action = useAction();
  const [reason, setReason] = useState("");
  const { version } = model;
  if (!isAdmin.value) return null;
  const isOff = action.state.kind === "busy" || reason.trim() === "";
  return (
    <div class="version-steer">
      <Field id="reason" label={w.reason}>
        <input
          id="reason"
          maxLength={500}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </Field>
      <div class="button-row">
        <button
          type="button"
          id="promote"
          class="primary-button"
          disabled={isOff || model.status === "live"}
          onClick={() =>
            action.run(async () => {
              await versionsApi.promote(version, reason);
              return w.promoteDone(version);
            })
          }
        >
          {w.promote}
        </button>
        <button
          type="button"
          id="move-anchor"
          class="plain-button"
          disabled={isOff || model.is_anchor}
          onClick={() =>
            action.run(async () => {
              await versionsApi.moveAnchor(version, reason);
              return w.anchorDone(version);
            })
          }
        >
          {w.anchor}
        </button>
      </div>
      {action.state.kind === "busy" && <p role="status">{w.switching}</p>}
      <ActionNote state={action.state} />
    </div>
  );
}

export function VersionPage({ version }: { version: number }) {
  const w = versionsWords.value;
  const load = useCallback(() => versionsApi.version(version), [version]);
  const loaded = useLoaded(load, newsKey.value);
  return (
    <>
      <Link view="models">{w.back}</Link>
      <Show loaded={loaded}>
        {(model) => (
          <>
            <div class="lead">
              <h1>{w.versionLead(version, versionsWords.value.modelStatus(model.status))}</h1>
            </div>
            {model.base_version !== null && (
              <p>
                <Link view="models" part={`compare/${model.base_version}/${version}`} id="compare">
                  {w.compareLink(model.base_version)}
                </Link>
              </p>
            )}
            {model.verdict !== null && (
              <Card title={versionsWords.value.verdict}>
                <p class="verdict">{verdictSentence(model.verdict)}</p>
                <VerdictRules verdict={model.verdict} />
                {model.run_id !== null && (
                  <p>
                    <Link view="runs" part={String(model.run_id)} id="its-run">
                      {w.runLink(model.run_id)}
                    </Link>
                  </p>
                )}
              </Card>
            )}
            <ConfusionCard version={version} />
            <CalibrationCard score={model.scores.mnist_test} />
            <AboutCard model={model} />
            <p class="button-row" id="downloads">
              {FILES.map((name) => (
                <a key={name} href={`/api/v1/models/${version}/files/${name}`} download>
                  {name}
                </a>
              ))}
            </p>
            <Steer model={model} />
          </>
        )}
      </Show>
    </>
  );
}
