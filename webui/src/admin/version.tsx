/** One version: what it takes for what, digit by digit, and making it live or the anchor. */

import { useCallback, useState } from "preact/hooks";
import { DIGITS, type Model } from "../contract";
import { words } from "../i18n/language";
import { versions_words } from "../i18n/versions";
import { InkCanvas } from "../ink-canvas";
import { is_admin, news_key, query, stay } from "./admin-state";
import { Link } from "./link";
import { ActionNote, Card, Field, Show } from "./parts";
import { useAction } from "./use-action";
import { useLoaded } from "./use-loaded";
import { VerdictRules } from "./verdict";
import { versions_api, type Confusion } from "./versions-api";

const FILES = ["model.onnx", "weights.safetensors", "manifest.json"] as const;

function share(value: number | null | undefined): string {
  return value === null || value === undefined
    ? "–"
    : words.value.percent((value * 100).toFixed(2));
}

function Matrix({ confusion }: { confusion: Confusion }) {
  const w = versions_words.value;
  const { rows, version } = confusion;
  return (
    <div class="table-space" tabIndex={0} role="region" aria-label={w.matrix}>
      <table class="confusion" id="confusion">
        <thead>
          <tr>
            <th scope="col">{w.digit}</th>
            {DIGITS.map((read) => (
              <th key={read} scope="col">
                {read}
              </th>
            ))}
            <th scope="col">{w.precision}</th>
            <th scope="col">{w.recall}</th>
            <th scope="col">F1</th>
          </tr>
        </thead>
        <tbody>
          {DIGITS.map((label) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {DIGITS.map((read) => {
                const n = rows[label]?.[read] ?? 0;
                const kind = n === 0 ? "is-empty" : label === read ? "is-right" : "is-wrong";
                return (
                  <td key={read} class={kind}>
                    {n === 0 ? (
                      "·"
                    ) : (
                      <button
                        type="button"
                        class="cell-button"
                        aria-label={w.cell(label, read, n)}
                        onClick={() =>
                          stay("models", String(version), `cell=${label}${read}`, "push")
                        }
                      >
                        {n}
                      </button>
                    )}
                  </td>
                );
              })}
              <td>{share(confusion.precision[label])}</td>
              <td>{share(confusion.recall[label])}</td>
              <td>{share(confusion.f1[label])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CellDigits({ version, cell }: { version: number; cell: string }) {
  const w = versions_words.value;
  const [label, read] = [Number(cell[0]), Number(cell[1])];
  const load = useCallback(() => versions_api.cell(version, label, read), [version, label, read]);
  const loaded = useLoaded(load, cell);
  return (
    <Show loaded={loaded}>
      {({ n, items }) => (
        <section id="cell" aria-live="polite">
          <h3>{w.cell_title(label, read, n)}</h3>
          <ul class="ink-wall">
            {items.map(({ place, ink }) => (
              <li key={place} title={w.image(place)}>
                <InkCanvas ink={ink} label={w.image(place)} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </Show>
  );
}

function ConfusionCard({ version }: { version: number }) {
  const w = versions_words.value;
  const load = useCallback(() => versions_api.confusion(version), [version]);
  const loaded = useLoaded(load, String(version));
  const cell = new URLSearchParams(query.value).get("cell") ?? "";
  return (
    <Card title={w.confusion}>
      <p class="hint">{w.confusion_hint}</p>
      <Show loaded={loaded}>{(confusion) => <Matrix confusion={confusion} />}</Show>
      <p class="hint">{w.scores_hint}</p>
      {/^\d\d$/.test(cell) && <CellDigits version={version} cell={cell} />}
    </Card>
  );
}

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
              </Card>
            )}
            <ConfusionCard version={version} />
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
