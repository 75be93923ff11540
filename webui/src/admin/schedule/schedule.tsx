/** Schedule: when runs start automatically. */

import type { VNode } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { SchedulePreviewOut } from "../../contract";
import { api, ask, query } from "../../shared/api";
import { languageTag } from "../../shared/language";
import type { Schedule, ScheduleNow } from "../../shared/shapes";
import { whenOf } from "../../shared/when";
import { words } from "../../shared/words";
import { ActionNote, Card, Field, Show } from "../shared/parts";
import { useAction, useLoaded } from "../shared/requests";
import { errorSentence, isAdmin, stats } from "../state";
import { adminWords } from "../words";
import { describe } from "./description";
import { scheduleWords } from "./words";
import "./styles.css";

const WAIT_MS = 300; // after the last key

/** The IANA names that this browser knows. */
function zones(): string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone")];
}

function format(zone: string): Intl.DateTimeFormat {
  const style = { dateStyle: "full", timeStyle: "short" } as const;
  try {
    return new Intl.DateTimeFormat(languageTag.value, { ...style, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(languageTag.value, style); // a zone that only the server knows
  }
}

function NextTimes({ times, zone }: { times: readonly string[]; zone: string }) {
  const w = scheduleWords.value;
  const shown = format(zone);
  return (
    <Card title={w.nextFive(zone)} id="next-times">
      {times.length === 0 ? (
        <p class="quiet">{w.nextNone}</p>
      ) : (
        <ol class="next-times">
          {times.map((at) => (
            <li key={at}>
              <time dateTime={at}>{shown.format(new Date(at))}</time>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

interface Rule {
  cron: string;
  timezone: string;
}

type Meaning =
  | { kind: "none" }
  | { kind: "read"; rule: SchedulePreviewOut }
  | { kind: "wrong"; sentence: string };

/** The rule in words while it is typed. */
function Preview({ rule: { cron, timezone } }: { rule: Rule }) {
  const w = scheduleWords.value;
  const [meaning, setMeaning] = useState<Meaning>({ kind: "none" });

  useEffect(() => {
    let isCurrent = true;
    async function read(): Promise<void> {
      if (cron === "") return;
      try {
        const found = await ask<SchedulePreviewOut>(query("/schedule/preview", { cron, timezone }));
        if (isCurrent) setMeaning({ kind: "read", rule: found });
      } catch (error) {
        const sentence = errorSentence(error, words.value.failedNetwork);
        if (isCurrent) setMeaning({ kind: "wrong", sentence });
      }
    }
    const timer = setTimeout(() => void read(), WAIT_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [cron, timezone]);

  return (
    <p class={meaning.kind === "wrong" ? "note is-failed" : "note"} role="status" id="cron-meaning">
      {meaning.kind === "read" &&
        w.preview(describe(meaning.rule.description, meaning.rule.sentence))}
      {meaning.kind === "wrong" && meaning.sentence}
    </p>
  );
}

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
    enabled: true,
  };
}

function momentWords(iso: string): string {
  return words.value.when(whenOf(iso, new Date(), languageTag.value));
}

function leadOf({ enabled, rule_description, rule_sentence, next_run_at }: ScheduleNow): string {
  const w = scheduleWords.value;
  const rule = describe(rule_description, rule_sentence);
  if (!enabled) return w.leadPaused(rule);
  if (next_run_at === null) return w.leadRunsWithout(rule);
  return w.leadRuns(rule, momentWords(next_run_at));
}

function LastRun({ shown }: { shown: ScheduleNow }) {
  const w = scheduleWords.value;
  const { last_run_at, last_outcome } = shown;
  return (
    <dl class="schedule-facts">
      <div>
        <dt>{w.lastRunWas}</dt>
        <dd>
          {last_run_at === null ? w.never : momentWords(last_run_at)}
          {last_outcome !== null && <span class="quiet"> · {w.tickOutcome(last_outcome)}</span>}
        </dd>
      </div>
    </dl>
  );
}

function Pause({ shown, onSaved }: { shown: ScheduleNow; onSaved: () => void }) {
  const w = scheduleWords.value;
  const action = useAction();
  const { cron, timezone, min_new_drawings, enabled } = shown;
  return (
    <div class="button-row">
      <button
        type="button"
        id="pause-schedule"
        class="plain-button"
        disabled={action.state.kind === "busy"}
        onClick={() =>
          action.run(async () => {
            await api.saveSchedule({ cron, timezone, min_new_drawings, enabled: !enabled });
            onSaved();
            return enabled ? w.paused : w.resumed;
          })
        }
      >
        {enabled ? w.pause : w.resume}
      </button>
      <ActionNote state={action.state} />
    </div>
  );
}

function ScheduleForm({ shown, onSaved }: { shown: ScheduleNow; onSaved: () => void }) {
  const w = scheduleWords.value;
  const action = useAction();
  const [wantedRule, setRule] = useState({ cron: shown.cron, timezone: shown.timezone });
  return (
    <form
      id="schedule-form"
      class="card"
      key={`${shown.cron} ${shown.timezone} ${shown.min_new_drawings}`}
      onInput={(event) => {
        const { cron, timezone } = scheduleOf(event.currentTarget);
        setRule({ cron, timezone });
      }}
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = { ...scheduleOf(event.currentTarget), enabled: shown.enabled };
        action.run(async () => {
          await api.saveSchedule(wanted);
          onSaved();
          return w.saved;
        });
      }}
    >
      <Field id="cron" label={w.cron} hint={w.cronHint}>
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
      <Field id="timezone" label={w.timezone} hint={w.timezoneHint}>
        <input
          id="timezone"
          name="timezone"
          defaultValue={shown.timezone}
          list="zones"
          placeholder={scheduleWords.value.ownZone(shown.zone)}
          aria-describedby="timezone-hint"
          autocomplete="off"
          spellcheck={false}
        />
      </Field>
      <datalist id="zones">
        {zones().map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <Preview rule={wantedRule} />
      <Field id="min_new_drawings" label={w.minNew} hint={w.minNewHint}>
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
      {isAdmin.value ? (
        <div class="button-row">
          <button class="primary-button" id="save-schedule" disabled={action.state.kind === "busy"}>
            {adminWords.value.save}
          </button>
          <ActionNote state={action.state} />
        </div>
      ) : (
        <p class="quiet">{w.readOnly}</p>
      )}
    </form>
  );
}

export default function SchedulePage(): VNode {
  const [nSaved, setSaved] = useState(0);
  const load = useCallback(() => api.schedule(), []);
  const loaded = useLoaded(load, String(nSaved));
  const saved = () => setSaved((n) => n + 1);
  return (
    <Show loaded={loaded}>
      {(shown) => (
        <>
          <div class="lead">
            <h1 id="schedule-sentence">{leadOf(shown)}</h1>
            {isAdmin.value && <Pause shown={shown} onSaved={saved} />}
          </div>
          {stats.value !== null && (
            <p class="quiet" id="schedule-new">
              {scheduleWords.value.tooFew(stats.value.n_new, shown.min_new_drawings)}
            </p>
          )}
          <LastRun shown={shown} />
          <NextTimes times={shown.next_runs} zone={shown.zone} />
          <ScheduleForm shown={shown} onSaved={saved} />
        </>
      )}
    </Show>
  );
}
