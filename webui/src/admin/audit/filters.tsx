/** Who, what, on what, and when: the filters stand in the address. */

import { ACTIONS, ACTORS, audit_words } from "./words";
import { stay } from "../state";
import type { User } from "../people/calls";
import { queryOf, type Filter } from "./filter";

export function Filters({ filter, users }: { filter: Filter; users: readonly User[] }) {
  const w = audit_words.value;
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
          <option value="">{w.any_action}</option>
          {ACTIONS.map((action) => (
            <option key={action} value={action}>
              {w.action_name(action)}
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
          placeholder={w.subject_hint}
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
