/** The form of the webhook. */

import { useState } from "preact/hooks";
import { words } from "../../shared/language";
import { runs_words } from "./words";
import { ActionNote, Field } from "../shared/parts";
import { text } from "../shared/tables";
import { useAction } from "../shared/requests";
import { runs_api, TOLD_ENDS, type Webhook } from "./calls";

interface WebhookFormProps {
  hook: Webhook;
  onSaved: (saved: Webhook) => void;
}

export function WebhookForm({ hook, onSaved }: WebhookFormProps) {
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
          {words.value.admin.save}
        </button>
        <ActionNote state={action.state} />
      </div>
    </form>
  );
}
