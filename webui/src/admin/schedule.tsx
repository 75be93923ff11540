/** Schedule: when runs start by themselves. */

import { useCallback, useState } from "preact/hooks";
import { api } from "../api";
import type { Schedule, ScheduleNow } from "../contract";
import { language, languageTag, words } from "../i18n/language";
import { whenOf } from "../when";
import { is_admin } from "./admin-state";
import { ActionNote, Field, Show } from "./parts";
import { useAction } from "./use-action";
import { useLoaded } from "./use-loaded";

function scheduleOf(form: HTMLFormElement): Schedule {
  const data = new FormData(form);
  const text = (name: string): string => {
    const value = data.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  return {
    cron: text("cron"),
    timezone: text("timezone"),
    min_new_drawings: Number(text("min_new_drawings")),
    enabled: data.has("enabled"),
  };
}

function NextRun({ shown }: { shown: ScheduleNow }) {
  const w = words.value;
  const { next_run_at, last_run_at, last_outcome, sentence } = shown;
  const moment = (iso: string) => w.when(whenOf(iso, new Date(), languageTag.value));
  return (
    <dl class="schedule-facts">
      <div>
        <dt>{w.admin.next_run}</dt>
        <dd id="schedule-sentence">
          {sentence}
          {next_run_at !== null && <span class="quiet"> · {moment(next_run_at)}</span>}
        </dd>
      </div>
      <div>
        <dt>{w.admin.last_run_was}</dt>
        <dd>
          {last_run_at === null ? w.admin.never : moment(last_run_at)}
          {last_outcome !== null && (
            <span class="quiet"> · {w.admin.tick_outcome(last_outcome)}</span>
          )}
        </dd>
      </div>
    </dl>
  );
}

function ScheduleForm({ shown, onSaved }: { shown: ScheduleNow; onSaved: () => void }) {
  const w = words.value.admin;
  const action = useAction();
  return (
    <form
      id="schedule-form"
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = scheduleOf(event.currentTarget);
        action.run(async () => {
          await api.saveSchedule(wanted);
          onSaved();
          return w.saved;
        });
      }}
    >
      <label class="check">
        <input type="checkbox" id="enabled" name="enabled" defaultChecked={shown.enabled} />
        {w.enabled}
      </label>
      <Field id="cron" label={w.cron} hint={w.cron_hint}>
        <input
          id="cron"
          name="cron"
          defaultValue={shown.cron}
          aria-describedby="cron-hint"
          autocomplete="off"
          spellcheck={false}
          required
        />
      </Field>
      <Field id="timezone" label={w.timezone} hint={w.timezone_hint}>
        <input
          id="timezone"
          name="timezone"
          defaultValue={shown.timezone}
          aria-describedby="timezone-hint"
          autocomplete="off"
          spellcheck={false}
        />
      </Field>
      <Field id="min_new_drawings" label={w.min_new} hint={w.min_new_hint}>
        <input
          id="min_new_drawings"
          name="min_new_drawings"
          type="number"
          min="1"
          max="1000000"
          defaultValue={shown.min_new_drawings}
          aria-describedby="min_new_drawings-hint"
          required
        />
      </Field>
      {is_admin.value ? (
        <div class="button-row">
          <button class="primary-button" id="save-schedule" disabled={action.state.kind === "busy"}>
            {w.save}
          </button>
          <ActionNote state={action.state} />
        </div>
      ) : (
        <p class="quiet">{w.read_only}</p>
      )}
    </form>
  );
}

export function ScheduleView() {
  const w = words.value.admin;
  const [n_saved, setSaved] = useState(0);
  const load = useCallback(() => api.schedule(), []);
  const loaded = useLoaded(load, `${n_saved} ${language.value}`);
  return (
    <>
      <div class="lead">
        <h1>{w.schedule_lead}</h1>
      </div>
      <Show loaded={loaded}>
        {(shown) => (
          <>
            <NextRun shown={shown} />
            <ScheduleForm shown={shown} onSaved={() => setSaved((n) => n + 1)} />
          </>
        )}
      </Show>
    </>
  );
}
