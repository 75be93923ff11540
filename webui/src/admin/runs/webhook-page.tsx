/** Who is told when a run ends: the address, the ends, a test, and what became of the last ten. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { language, languageTag } from "../../shared/language";
import { runs_words } from "./words";
import { is_admin } from "../state";
import { ActionNote, Link, Show } from "../shared/parts";
import { Secret } from "../shared/tables";
import { useAction, useLoaded } from "../shared/requests";
import { runs_api, TOLD_ENDS, type Webhook } from "./calls";
import { Deliveries } from "./webhook-deliveries";
import { WebhookForm } from "./webhook-form";

const LOOK_MS = 1_000;

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

function leadOf({ url, events }: Webhook): string {
  const w = runs_words.value;
  if (url === null) return w.hook_nobody;
  const ends = new Intl.ListFormat(languageTag.value, { type: "disjunction" });
  const told = TOLD_ENDS.filter((end) => events.includes(end)).map((end) => w.end(end));
  return w.hook_told(hostOf(url), ends.format(told));
}

interface ToolsProps {
  onChanged: () => void;
}

function Tools({ onChanged }: ToolsProps) {
  const w = runs_words.value;
  const action = useAction();
  const is_busy = action.state.kind === "busy";
  return (
    <div class="button-row">
      <button
        type="button"
        id="test-webhook"
        class="plain-button"
        disabled={is_busy}
        onClick={() =>
          action.run(async () => {
            await runs_api.testWebhook();
            onChanged();
            return w.hook_test_asked;
          })
        }
      >
        {w.hook_test}
      </button>
      <button
        type="button"
        id="remove-webhook"
        class="danger-button"
        disabled={is_busy}
        onClick={() =>
          action.run(async () => {
            await runs_api.removeWebhook();
            onChanged();
            return w.hook_removed;
          })
        }
      >
        {w.hook_remove}
      </button>
      <ActionNote state={action.state} />
    </div>
  );
}

function Settings() {
  const w = runs_words.value;
  const [n_looks, setLooks] = useState(0);
  const [secret, setSecret] = useState<string | null>(null);
  const load = useCallback(() => runs_api.webhook(), []);
  const loaded = useLoaded(load, `${n_looks} ${language.value}`);
  const look = () => setLooks((n) => n + 1);
  const is_waiting =
    loaded.kind === "ready" && loaded.value.deliveries.some((one) => one.is_waiting);
  useEffect(() => {
    if (!is_waiting) return;
    const timer = setInterval(() => setLooks((n) => n + 1), LOOK_MS);
    return () => clearInterval(timer);
  }, [is_waiting]);
  return (
    <Show loaded={loaded}>
      {(hook) => (
        <>
          <div class="lead">
            <h1 id="lead">{leadOf(hook)}</h1>
          </div>
          <p class="hint">{w.hook_hint}</p>
          {secret !== null && <Secret id="webhook-secret" title={w.hook_secret} secret={secret} />}
          <WebhookForm
            key={hook.updated_at ?? ""}
            hook={hook}
            onSaved={(saved) => {
              setSecret(saved.secret);
              look();
            }}
          />
          {hook.url !== null && <Tools onChanged={look} />}
          <Deliveries deliveries={hook.deliveries} />
        </>
      )}
    </Show>
  );
}

export function WebhookPage() {
  const w = runs_words.value;
  return (
    <>
      <Link view="runs" id="all-runs">
        {w.back}
      </Link>
      {is_admin.value ? <Settings /> : <p class="quiet">{w.admins_only}</p>}
    </>
  );
}
