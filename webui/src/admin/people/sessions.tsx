/** Signed-in browsers: everybody's for admins, one's own for everybody. */

import { useCallback, useState } from "preact/hooks";
import { people_words } from "./words";
import { askWhoIsHere } from "../state";
import { ActionNote, Show } from "../shared/parts";
import { useAction, useLoaded } from "../shared/requests";
import { people, type Session } from "./calls";
import { Moment, PeopleTable } from "../shared/tables";

interface TableProps {
  sessions: readonly Session[];
  has_owners: boolean;
  onChanged: () => void;
}

function SessionTable({ sessions, has_owners, onChanged }: TableProps) {
  const w = people_words.value;
  const action = useAction();
  const owner = has_owners ? [w.whose] : [];
  return (
    <>
      <PeopleTable
        id="sessions"
        title={w.sessions}
        columns={[w.browser, ...owner, w.signed_in_at, w.actions]}
      >
        {sessions.map((session) => (
          <tr key={session.id}>
            <th scope="row">
              {session.browser ?? w.unknown_browser}
              {session.is_current && <span class="tag is-live">{w.this_one}</span>}
            </th>
            {has_owners && <td>{session.email}</td>}
            <td>
              <Moment at={session.created_at} />
            </td>
            <td class="row-actions">
              <button
                type="button"
                class="quiet-button"
                aria-label={w.action_for(w.end_session, session.browser ?? w.unknown_browser)}
                onClick={() =>
                  action.run(async () => {
                    await people.endSession(session.id);
                    if (session.is_current) await askWhoIsHere();
                    else onChanged();
                    return w.session_ended;
                  })
                }
              >
                {w.end_session}
              </button>
            </td>
          </tr>
        ))}
      </PeopleTable>
      <ActionNote state={action.state} />
    </>
  );
}

export function SessionList({ whose }: { whose: "mine" | "all" }) {
  const w = people_words.value;
  const [n_changes, setChanges] = useState(0);
  const load = useCallback(() => people.sessions(whose), [whose]);
  const loaded = useLoaded(load, String(n_changes));
  return (
    <Show loaded={loaded}>
      {({ items }) => (
        <>
          {whose === "all" && (
            <div class="lead">
              <h1 id="lead">{w.sessions_lead(items.length)}</h1>
            </div>
          )}
          <SessionTable
            sessions={items}
            has_owners={whose === "all"}
            onChanged={() => setChanges((n) => n + 1)}
          />
        </>
      )}
    </Show>
  );
}

export function Sessions() {
  return <SessionList whose="all" />;
}
