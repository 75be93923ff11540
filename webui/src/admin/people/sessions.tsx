/** Signed-in browsers, and one's own account with its password. */

import { useCallback, useState } from "preact/hooks";
import { ActionNote, Card, Field, Show } from "../shared/parts";
import { useAction, useLoaded } from "../shared/requests";
import { Moment, PeopleTable, text } from "../shared/tables";
import { askWhoIsHere, visitor } from "../state";
import { people, type Session } from "./calls";
import { peopleWords } from "./words";

interface TableProps {
  sessions: readonly Session[];
  hasOwners: boolean;
  onChanged: () => void;
}

function SessionTable({ sessions, hasOwners, onChanged }: TableProps) {
  const w = peopleWords.value;
  const action = useAction();
  const owner = hasOwners ? [w.whose] : [];
  return (
    <>
      <PeopleTable
        id="sessions"
        title={w.sessions}
        columns={[w.browser, ...owner, w.signedInAt, w.actions]}
      >
        {sessions.map((session) => (
          <tr key={session.id}>
            <th scope="row">
              {session.browser ?? w.unknownBrowser}
              {session.is_current && <span class="tag is-live">{w.thisOne}</span>}
            </th>
            {hasOwners && <td>{session.email}</td>}
            <td>
              <Moment at={session.created_at} />
            </td>
            <td class="row-actions">
              <button
                type="button"
                class="quiet-button"
                aria-label={w.actionFor(w.endSession, session.browser ?? w.unknownBrowser)}
                onClick={() =>
                  action.run(async () => {
                    await people.endSession(session.id);
                    if (session.is_current) await askWhoIsHere();
                    else onChanged();
                    return w.sessionEnded;
                  })
                }
              >
                {w.endSession}
              </button>
            </td>
          </tr>
        ))}
      </PeopleTable>
      <ActionNote state={action.state} />
    </>
  );
}

function SessionList({ whose }: { whose: "mine" | "all" }) {
  const w = peopleWords.value;
  const [nChanges, setChanges] = useState(0);
  const load = useCallback(() => people.sessions(whose), [whose]);
  const loaded = useLoaded(load, String(nChanges));
  return (
    <Show loaded={loaded}>
      {({ items }) => (
        <>
          {whose === "all" && (
            <div class="lead">
              <h1 id="lead">{w.sessionsLead(items.length)}</h1>
            </div>
          )}
          <SessionTable
            sessions={items}
            hasOwners={whose === "all"}
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

const MIN_PASSWORD_LENGTH = 12; // as the server asks; it checks again

function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const w = peopleWords.value;
  const action = useAction();
  const [problem, setProblem] = useState("");
  return (
    <form
      id="change-password"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const wanted = text(form, "new");
        if (wanted !== text(form, "again")) {
          setProblem(w.passwordsDiffer);
          return;
        }
        setProblem("");
        action.run(async () => {
          await people.changeOwnPassword(text(form, "current"), wanted);
          form.reset();
          onChanged();
          return w.passwordChanged;
        });
      }}
    >
      <Field id="current" label={w.currentPassword}>
        <input
          id="current"
          name="current"
          type="password"
          autocomplete="current-password"
          required
        />
      </Field>
      <Field id="new" label={w.newPassword} hint={w.passwordHint}>
        <input
          id="new"
          name="new"
          type="password"
          autocomplete="new-password"
          minLength={MIN_PASSWORD_LENGTH}
          aria-describedby="new-hint"
          required
        />
      </Field>
      <Field id="again" label={w.newPasswordAgain}>
        <input id="again" name="again" type="password" autocomplete="new-password" required />
      </Field>
      {problem !== "" && (
        <p class="note is-failed" role="alert">
          {problem}
        </p>
      )}
      <div class="button-row">
        <button class="primary-button" disabled={action.state.kind === "busy"}>
          {w.change}
        </button>
        <ActionNote state={action.state} />
      </div>
      <p class="hint">{w.changePasswordHint}</p>
    </form>
  );
}

export function OwnAccount() {
  const w = peopleWords.value;
  const [nChanges, setChanges] = useState(0);
  const email = visitor.value.kind === "known" ? (visitor.value.me.email ?? "") : "";
  return (
    <>
      <div class="lead">
        <h1 id="lead">{w.accountLead(email)}</h1>
      </div>
      <Card title={w.changePassword}>
        <PasswordForm onChanged={() => setChanges((n) => n + 1)} />
      </Card>
      <Card title={w.yourSessions}>
        <SessionList key={nChanges} whose="mine" />
      </Card>
    </>
  );
}
