/** One version: what it takes for what, digit by digit, and making it live or the anchor. */

import { useCallback, useState } from "preact/hooks";
import type { Model } from "../../contract";
import { words } from "../../shared/language";
import { versions_words } from "./words";
import { AboutCard } from "./about-card";
import { is_admin, news_key } from "../state";
import { CalibrationCard } from "./calibration-card";
import { ConfusionCard } from "./confusion-card";
import { ActionNote, Card, Field, Link, Show } from "../shared/parts";
import { useAction, useLoaded } from "../shared/requests";
import { VerdictRules } from "../shared/run-parts";
import { versions_api } from "./calls";

const FILES = ["model.onnx", "weights.safetensors", "manifest.json"] as const;

function Steer({ model }: { model: Model }) {
  const w = versions_words.value;
  const action = useAction();
  const [reason, setReason] = useState("");
  const { version } = model;
  if (!is_admin.value) return null;
  const is_off = action.state.kind === "busy" || reason.trim() === "";
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
          disabled={is_off || model.status === "live"}
          onClick={() =>
            action.run(async () => {
              await versions_api.promote(version, reason);
              return w.promote_done(version);
            })
          }
        >
          {w.promote}
        </button>
        <button
          type="button"
          id="move-anchor"
          class="plain-button"
          disabled={is_off || model.is_anchor}
          onClick={() =>
            action.run(async () => {
              await versions_api.moveAnchor(version, reason);
              return w.anchor_done(version);
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
  const w = versions_words.value;
  const load = useCallback(() => versions_api.version(version), [version]);
  const loaded = useLoaded(load, news_key.value);
  return (
    <>
      <Link view="models">{w.back}</Link>
      <Show loaded={loaded}>
        {(model) => (
          <>
            <div class="lead">
              <h1>{w.version_lead(version, words.value.admin.model_status(model.status))}</h1>
            </div>
            {model.base_version !== null && (
              <p>
                <Link view="models" part={`compare/${model.base_version}/${version}`} id="compare">
                  {w.compare_link(model.base_version)}
                </Link>
              </p>
            )}
            {model.verdict !== null && (
              <Card title={words.value.admin.verdict}>
                <p class="verdict">{model.verdict.sentence}</p>
                <VerdictRules verdict={model.verdict} />
                {model.run_id !== null && (
                  <p>
                    <Link view="runs" part={String(model.run_id)} id="its-run">
                      {w.run_link(model.run_id)}
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
