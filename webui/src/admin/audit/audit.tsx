/** Audit: the log of what people and the gate did, filtered and as a file. */

import { useCallback } from "preact/hooks";
import { ask } from "../../shared/api";
import type { List } from "../../contract";
import { languageTag } from "../../shared/language";
import { audit_words } from "./words";
import { query } from "../state";
import { Link, Show } from "../shared/parts";
import { people } from "../people/calls";
import { PeopleTable, ShowMore, useMore } from "../shared/tables";
import { useLoaded } from "../shared/requests";
import "../people/styles.css";
import "./styles.css";
import { filterOf, queryOf, type Filter } from "./filter";
import { Filters } from "./filters";

interface AuditEvent {
  id: number;
  at: string;
  by: string;
  name: string | null;
  action: string;
  subject: string;
  subject_name: string | null;
  facts: Record<string, unknown>;
}

function addressOf(path: string, filter: Filter, after: string | null = null): string {
  const wanted = new URLSearchParams(queryOf(filter));
  if (after !== null) wanted.set("after", after);
  const text = wanted.toString();
  return text === "" ? path : `${path}?${text}`;
}

function factWords(facts: Record<string, unknown>): string {
  const w = audit_words.value;
  return Object.entries(facts)
    .map(([name, value]) => [
      w.fact_name(name),
      typeof value === "string" ? value : JSON.stringify(value),
    ])
    .map(([name, value]) => `${name}: ${value}`)
    .join(" · ");
}

/** What it was done to, with a way there. */
function Subject({ event: { subject, subject_name } }: { event: AuditEvent }) {
  const name = subject_name ?? audit_words.value.subject_name(subject);
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

function Row({ event }: { event: AuditEvent }) {
  const w = audit_words.value;
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
      <td>{w.action_name(event.action)}</td>
      <td class="audit-subject">
        <Subject event={event} />
      </td>
      <td class="audit-facts">{factWords(event.facts)}</td>
    </tr>
  );
}

function Files({ filter }: { filter: Filter }) {
  const w = audit_words.value;
  return (
    <p class="button-row">
      <a class="plain-button" id="audit-csv" href={addressOf("/api/v1/audit.csv", filter)} download>
        {w.as_csv}
      </a>
      <a
        class="plain-button"
        id="audit-jsonl"
        href={addressOf("/api/v1/audit.jsonl", filter)}
        download
      >
        {w.as_jsonl}
      </a>
    </p>
  );
}

export function AuditView() {
  const w = audit_words.value;
  const filter = filterOf(query.value);
  const path = addressOf("/audit", filter);
  const load = useCallback(() => ask<List<AuditEvent>>(path), [path]);
  const loaded = useLoaded(load, "");
  const users = useLoaded(people.users, "");
  const more = useMore(loaded, (after) =>
    ask<List<AuditEvent>>(addressOf("/audit", filter, after)),
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
