/** Audit: the log of what people and the gate did, with filters and downloads. */

import type { VNode } from "preact";
import { useCallback } from "preact/hooks";
import type { AuditEventOut } from "../../contract";
import { ask } from "../../shared/api";
import { languageTag } from "../../shared/language";
import type { List } from "../../shared/shapes";
import { people, type User } from "../people/calls";
import { Link, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { PeopleTable, ShowMore, useMore } from "../shared/tables";
import { query, stay } from "../state";
import { ACTIONS, ACTORS, auditWords } from "./words";
import "../people/styles.css";
import "./styles.css";

const FILTERS = ["by", "action", "subject", "since", "until"] as const;
export type Filter = Record<(typeof FILTERS)[number], string>;

export function filterOf(address: string): Filter {
  const given = new URLSearchParams(address);
  const of = (name: (typeof FILTERS)[number]) => given.get(name)?.trim() ?? "";
  return {
    by: of("by"),
    action: of("action"),
    subject: of("subject"),
    since: of("since"),
    until: of("until"),
  };
}

/** The filter as a query, without empty values. */
export function queryOf(filter: Filter): string {
  const given = FILTERS.filter((name) => filter[name] !== "");
  return new URLSearchParams(given.map((name) => [name, filter[name]])).toString();
}

export function Filters({ filter, users }: { filter: Filter; users: readonly User[] }) {
  const w = auditWords.value;
  const change = (name: keyof Filter, value: string) =>
    stay("audit", "", queryOf({ ...filter, [name]: value.trim() }), "replace");
  const pick =
    (name: keyof Filter) =>
    (event: Event & { currentTarget: HTMLInputElement | HTMLSelectElement }) =>
      change(name, event.currentTarget.value);
  const actors = [...ACTORS, ...users.map(({ id }) => `user:${id}`)];
  const nameOf = (by: string) => users.find(({ id }) => `user:${id}` === by)?.email ?? w.actor(by);
  return (
    <div class="filters" id="audit-filters">
      <label>
        {w.by}
        <select id="audit-by" value={filter.by} onChange={pick("by")}>
          <option value="">{w.anybody}</option>
          {(actors.includes(filter.by) || filter.by === "" ? actors : [...actors, filter.by]).map(
            (by) => (
              <option key={by} value={by}>
                {nameOf(by)}
              </option>
            ),
          )}
        </select>
      </label>
      <label>
        {w.action}
        <select id="audit-action" value={filter.action} onChange={pick("action")}>
          <option value="">{w.anyAction}</option>
          {ACTIONS.map((action) => (
            <option key={action} value={action}>
              {w.actionName(action)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {w.subject}
        <input
          id="audit-subject"
          key={filter.subject}
          defaultValue={filter.subject}
          placeholder={w.subjectHint}
          autocomplete="off"
          spellcheck={false}
          onChange={pick("subject")}
        />
      </label>
      <label>
        {w.since}
        <input id="audit-since" type="date" value={filter.since} onChange={pick("since")} />
      </label>
      <label>
        {w.until}
        <input id="audit-until" type="date" value={filter.until} onChange={pick("until")} />
      </label>
      {queryOf(filter) !== "" && (
        <button
          type="button"
          class="quiet-button"
          id="audit-clear"
          onClick={() => stay("audit", "", "", "replace")}
        >
          {w.clear}
        </button>
      )}
    </div>
  );
}

function addressOf(path: string, filter: Filter, after: string | null = null): string {
  const wanted = new URLSearchParams(queryOf(filter));
  if (after !== null) wanted.set("after", after);
  const text = wanted.toString();
  return text === "" ? path : `${path}?${text}`;
}

function factWords(facts: Record<string, unknown>): string {
  const w = auditWords.value;
  return Object.entries(facts)
    .map(([name, value]) => [
      w.factName(name),
      typeof value === "string" ? value : JSON.stringify(value),
    ])
    .map(([name, value]) => `${name}: ${value}`)
    .join(" · ");
}

/** The subject of an event, as a link where it has a page. */
function Subject({ event: { subject, subject_name } }: { event: AuditEventOut }) {
  const name = subject_name ?? auditWords.value.subjectName(subject);
  const [kind, of = ""] = subject.split(":");
  if (kind === "drawing") {
    return (
      <Link view="drawings" part={of}>
        {name}
      </Link>
    );
  }
  if (kind === "run" || subject === "webhook") {
    return (
      <Link view="runs" part={of === "" ? subject : of}>
        {name}
      </Link>
    );
  }
  if (kind === "contributor" && /^[0-9]+$/.test(of)) {
    return (
      <Link view="people" part={`contributors/${of}`}>
        {name}
      </Link>
    );
  }
  return <>{name}</>;
}

function Row({ event }: { event: AuditEventOut }) {
  const w = auditWords.value;
  const format = new Intl.DateTimeFormat(languageTag.value, {
    dateStyle: "medium",
    timeStyle: "medium",
  });
  return (
    <tr>
      <td class="figure">
        <time dateTime={event.at}>{format.format(new Date(event.at))}</time>
      </td>
      <td>{event.name ?? w.actor(event.by)}</td>
      <td>{w.actionName(event.action)}</td>
      <td class="audit-subject">
        <Subject event={event} />
      </td>
      <td class="audit-facts">{factWords(event.facts)}</td>
    </tr>
  );
}

function Files({ filter }: { filter: Filter }) {
  const w = auditWords.value;
  return (
    <p class="button-row">
      <a class="plain-button" id="audit-csv" href={addressOf("/api/v1/audit.csv", filter)} download>
        {w.asCsv}
      </a>
      <a
        class="plain-button"
        id="audit-jsonl"
        href={addressOf("/api/v1/audit.jsonl", filter)}
        download
      >
        {w.asJsonl}
      </a>
    </p>
  );
}

export default function AuditPage(): VNode {
  const w = auditWords.value;
  const filter = filterOf(query.value);
  const path = addressOf("/audit", filter);
  const load = useCallback(() => ask<List<AuditEventOut>>(path), [path]);
  const loaded = useLoaded(load, "");
  const users = useLoaded(people.users, "");
  const more = useMore(loaded, (after) =>
    ask<List<AuditEventOut>>(addressOf("/audit", filter, after)),
  );

  return (
    <>
      <div class="lead audit-lead">
        <h1 id="lead">{w.lead}</h1>
        <Files filter={filter} />
      </div>
      <Filters filter={filter} users={users.kind === "ready" ? users.value.items : []} />
      <Show loaded={loaded}>
        {({ items }) => {
          const rows = [...items, ...more.items];
          return (
            <>
              {rows.length === 0 ? (
                <p class="quiet" id="audit-none">
                  {w.none}
                </p>
              ) : (
                <PeopleTable
                  id="audit"
                  title={w.log}
                  columns={[w.when, w.by, w.action, w.subject, w.facts]}
                >
                  {rows.map((event) => (
                    <Row key={event.id} event={event} />
                  ))}
                </PeopleTable>
              )}
              <ShowMore more={more} />
            </>
          );
        }}
      </Show>
      <p class="hint">{w.hint}</p>
    </>
  );
}
