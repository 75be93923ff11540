/** Notification of the end of runs: address, events, a test, and the last ten deliveries. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { languageTag } from "../../shared/language";
import { words } from "../../shared/words";
import { ActionNote, Card, Field, Link, Show } from "../shared/parts";
import { useAction, useLoaded } from "../shared/requests";
import { Moment, Secret, text } from "../shared/tables";
import { isAdmin } from "../state";
import { adminWords } from "../words";
import { type Delivery, runsApi, TOLD_ENDS, type Webhook } from "./calls";
import { outcomeSentence } from "./sentences";
import { runsWords } from "./words";

interface WebhookFormProps {
  hook: Webhook;
  onSaved: (saved: Webhook) => void;
}

function WebhookForm({ hook, onSaved }: WebhookFormProps) {
  const w = runsWords.value;
  const action = useAction();
  const [isEmpty, setEmpty] = useState(false);
  return (
    <form
      id="webhook-form"
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const url = text(event.currentTarget, "url").trim();
        const events = TOLD_ENDS.filter((end) => data.has(end));
        const renewSecret = data.has("renew_secret");
        setEmpty(events.length === 0);
        if (events.length === 0) return;
        action.run(async () => {
          onSaved(await runsApi.saveWebhook({ url, events, renew_secret: renewSecret }));
          return w.hookSaved;
        });
      }}
    >
      <Field
        id="webhook-url"
        label={w.hookUrl}
        hint={[w.hookUrlHint, hook.allows_private ? w.hookPrivate : w.hookPublic].join(
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
        <legend>{w.hookEvents}</legend>
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
        {isEmpty && (
          <p class="note is-failed" role="alert">
            ! {w.hookChoose}
          </p>
        )}
      </fieldset>
      {hook.url !== null && (
        <label class="check">
          <input type="checkbox" name="renew_secret" />
          {w.hookRenew}
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
  const w = runsWords.value;
  const { event, run_id, is_waiting, outcome, created_at } = delivery;
  const state = outcome === "delivered" ? "right" : is_waiting ? "waiting" : "wrong";
  return (
    <li class={`delivery is-${state}`} data-outcome={outcome ?? ""}>
      <span class="delivery-what">
        {run_id === null ? (
          w.end(event)
        ) : (
          <Link view="runs" part={String(run_id)}>
            {adminWords.value.runNumber(run_id)}
          </Link>
        )}
        {run_id !== null && <> · {w.end(event)}</>}
      </span>
      <span class="quiet">
        <Moment at={created_at} />
      </span>
      <span class="delivery-outcome">
        {outcomeSentence(delivery) ?? w.hookWaiting} {is_waiting && outcome !== null && w.hookAgain}
      </span>
    </li>
  );
}

function Deliveries({ deliveries }: { deliveries: readonly Delivery[] }) {
  const w = runsWords.value;
  return (
    <Card id="deliveries" title={w.hookLast}>
      {deliveries.length === 0 ? (
        <p class="quiet">{w.hookNever}</p>
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
  const w = runsWords.value;
  if (url === null) return w.hookNobody;
  const ends = new Intl.ListFormat(languageTag.value, { type: "disjunction" });
  const told = TOLD_ENDS.filter((end) => events.includes(end)).map((end) => w.end(end));
  return w.hookNotifies(hostOf(url), ends.format(told));
}

interface ToolsProps {
  onChanged: () => void;
}

function Tools({ onChanged }: ToolsProps) {
  const w = runsWords.value;
  const action = useAction();
  const isBusy = action.state.kind === "busy";
  return (
    <div class="button-row">
      <button
        type="button"
        id="test-webhook"
        class="plain-button"
        disabled={isBusy}
        onClick={() =>
          action.run(async () => {
            await runsApi.testWebhook();
            onChanged();
            return w.hookTestAsked;
          })
        }
      >
        {w.hookTest}
      </button>
      <button
        type="button"
        id="remove-webhook"
        class="danger-button"
        disabled={isBusy}
        onClick={() =>
          action.run(async () => {
            await runsApi.removeWebhook();
            onChanged();
            return w.hookRemoved;
          })
        }
      >
        {w.hookRemove}
      </button>
      <ActionNote state={action.state} />
    </div>
  );
}

function Settings() {
  const w = runsWords.value;
  const [nLooks, setLooks] = useState(0);
  const [secret, setSecret] = useState<string | null>(null);
  const load = useCallback(() => runsApi.webhook(), []);
  const loaded = useLoaded(load, String(nLooks));
  const look = () => setLooks((n) => n + 1);
  const isWaiting =
    loaded.kind === "ready" && loaded.value.deliveries.some((one) => one.is_waiting);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => setLooks((n) => n + 1), LOOK_MS);
    return () => clearInterval(timer);
  }, [isWaiting]);
  return (
    <Show loaded={loaded}>
      {(hook) => (
        <>
          <div class="lead">
            <h1 id="lead">{leadOf(hook)}</h1>
          </div>
          <p class="hint">{w.hookHint}</p>
          {secret !== null && <Secret id="webhook-secret" title={w.hookSecret} secret={secret} />}
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
  const w = runsWords.value;
  return (
    <>
      <Link view="runs" id="all-runs">
        {w.back}
      </Link>
      {isAdmin.value ? <Settings /> : <p class="quiet">{w.adminsOnly}</p>}
    </>
  );
}
