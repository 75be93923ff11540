/** Who is told when a run ends: the address, the ends, a test, and what became of the last ten. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { language, languageTag } from "../../shared/language";
import { ActionNote, Card, Field, Link, Show } from "../shared/parts";
import { useAction, useLoaded } from "../shared/requests";
import { Moment, Secret, text } from "../shared/tables";
import { is_admin } from "../state";
import { type Delivery, runs_api, TOLD_ENDS, type Webhook } from "./calls";
import { runs_words } from "./words";
import { words } from "../../shared/words";
import { adminWords } from "../words";

interface WebhookFormProps {
  hook: Webhook;
  onSaved: (saved: Webhook) => void;
}

function WebhookForm({ hook, onSaved }: WebhookFormProps) {
  const w = runs_words.value;
  const action = useAction();
  const [is_empty, setEmpty] = useState(false);
  return (
    <form
      id="webhook-form"
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const url = text(event.currentTarget, "url").trim();
        const events = TOLD_ENDS.filter((end) => data.has(end));
        const renew_secret = data.has("renew_secret");
        setEmpty(events.length === 0);
        if (events.length === 0) return;
        action.run(async () => {
          onSaved(await runs_api.saveWebhook({ url, events, renew_secret }));
          return w.hook_saved;
        });
      }}
    >
      <Field
        id="webhook-url"
        label={w.hook_url}
        hint={[w.hook_url_hint, hook.allows_private ? w.hook_private : w.hook_public].join(
          words.value.gap,
        )}
      >
        <input
          id="webhook-url"
          name="url"
          type="url"
          maxLength={1000}
          defaultValue={hook.url ?? ""}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="webhook-url-hint"
          required
        />
      </Field>
      <fieldset class="checks">
        <legend>{w.hook_events}</legend>
        {TOLD_ENDS.map((end) => (
          <label key={end} class="check">
            <input
              type="checkbox"
              name={end}
              defaultChecked={hook.url === null ? end !== "promoted" : hook.events.includes(end)}
            />
            {w.end(end)}
          </label>
        ))}
        {is_empty && (
          <p class="note is-failed" role="alert">
            ! {w.hook_choose}
          </p>
        )}
      </fieldset>
      {hook.url !== null && (
        <label class="check">
          <input type="checkbox" name="renew_secret" />
          {w.hook_renew}
        </label>
      )}
      <div class="button-row">
        <button class="primary-button" id="save-webhook" disabled={action.state.kind === "busy"}>
          {adminWords.value.save}
        </button>
        <ActionNote state={action.state} />
      </div>
    </form>
  );
}

function Row({ delivery }: { delivery: Delivery }) {
  const w = runs_words.value;
  const { event, run_id, is_waiting, outcome, sentence, created_at } = delivery;
  const state = outcome === "delivered" ? "right" : is_waiting ? "waiting" : "wrong";
  return (
    <li class={`delivery is-${state}`} data-outcome={outcome ?? ""}>
      <span class="delivery-what">
        {run_id === null ? (
          w.end(event)
        ) : (
          <Link view="runs" part={String(run_id)}>
            {adminWords.value.run_number(run_id)}
          </Link>
        )}
        {run_id !== null && <> · {w.end(event)}</>}
      </span>
      <span class="quiet">
        <Moment at={created_at} />
      </span>
      <span class="delivery-outcome">
        {sentence ?? w.hook_waiting} {is_waiting && outcome !== null && w.hook_again}
      </span>
    </li>
  );
}

function Deliveries({ deliveries }: { deliveries: readonly Delivery[] }) {
  const w = runs_words.value;
  return (
    <Card id="deliveries" title={w.hook_last}>
      {deliveries.length === 0 ? (
        <p class="quiet">{w.hook_never}</p>
      ) : (
        <ul class="deliveries">
          {deliveries.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      )}
    </Card>
  );
}

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
