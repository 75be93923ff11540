/** Accounts: who may sign in, and what they may do. */

import { useCallback, useState } from "preact/hooks";
import { ActionNote, Card, Field, Show } from "../shared/parts";
import { type Action, useAction, useLoaded } from "../shared/requests";
import { Moment, PeopleTable, Secret, text } from "../shared/tables";
import { people, type NewPassword, type User, type UserRole } from "./calls";
import { peopleWords } from "./words";

const ROLES: readonly UserRole[] = ["reviewer", "admin"];

interface RowProps {
  user: User;
  action: Action;
  onChanged: (made: NewPassword | null) => void;
}

function Row({ user, action, onChanged }: RowProps) {
  const w = peopleWords.value;
  const { id, email, disabled_at } = user;
  const isDisabled = disabled_at !== null;
  const [nTries, setTries] = useState(0);
  return (
    <tr data-email={email}>
      <th scope="row">{email}</th>
      <td>
        <select
          key={nTries}
          aria-label={w.roleOf(email)}
          value={user.role}
          onChange={(event) => {
            const role = event.currentTarget.value as UserRole;
            action.run(async () => {
              try {
                await people.changeUser(id, { role });
              } finally {
                setTries((n) => n + 1); // a role that was refused must not stay on show
              }
              onChanged(null);
              return w.hasRole(email, w.roleName(role));
            });
          }}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {w.roleName(role)}
            </option>
          ))}
        </select>
      </td>
      <td>{user.last_sign_in_at === null ? w.never : <Moment at={user.last_sign_in_at} />}</td>
      <td class="figure">{user.n_sessions}</td>
      <td>
        <span class={isDisabled ? "tag is-blocked" : "tag"}>
          {isDisabled ? w.disabled : w.active}
        </span>
      </td>
      <td class="row-actions">
        <button
          type="button"
          class="quiet-button"
          aria-label={w.actionFor(w.resetPassword, email)}
          onClick={() =>
            action.run(async () => {
              onChanged(await people.resetPassword(id));
              return w.wasReset(email);
            })
          }
        >
          {w.resetPassword}
        </button>
        <button
          type="button"
          class="quiet-button"
          aria-label={w.actionFor(isDisabled ? w.enable : w.disable, email)}
          onClick={() =>
            action.run(async () => {
              await people.changeUser(id, { disabled: !isDisabled });
              onChanged(null);
              return isDisabled ? w.isEnabled(email) : w.isDisabled(email);
            })
          }
        >
          {isDisabled ? w.enable : w.disable}
        </button>
      </td>
    </tr>
  );
}

function NewUser({ onMade }: { onMade: (made: NewPassword) => void }) {
  const w = peopleWords.value;
  const action = useAction();
  return (
    <Card title={w.newUser}>
      <form
        id="new-user"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          action.run(async () => {
            const made = await people.makeUser(text(form, "email"), text(form, "role") as UserRole);
            onMade(made);
            form.reset();
            return w.madeUser(made.email);
          });
        }}
      >
        <Field id="new-email" label={w.email} hint={w.newUserHint}>
          <input
            id="new-email"
            name="email"
            type="email"
            autocomplete="off"
            aria-describedby="new-email-hint"
            required
          />
        </Field>
        <Field id="new-role" label={w.role}>
          <select id="new-role" name="role">
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {w.roleName(role)}
              </option>
            ))}
          </select>
        </Field>
        <div class="button-row">
          <button class="primary-button" disabled={action.state.kind === "busy"}>
            {w.makeUser}
          </button>
          <ActionNote state={action.state} />
        </div>
      </form>
    </Card>
  );
}

export function Accounts() {
  const w = peopleWords.value;
  const action = useAction();
  const [made, setMade] = useState<NewPassword | null>(null);
  const [nChanges, setChanges] = useState(0);
  const load = useCallback(() => people.users(), []);
  const loaded = useLoaded(load, String(nChanges));
  const changed = (password: NewPassword | null) => {
    setMade(password);
    setChanges((n) => n + 1);
  };
  return (
    <Show loaded={loaded}>
      {({ items }) => (
        <>
          <div class="lead">
            <h1 id="lead">
              {w.usersLead(items.filter(({ disabled_at }) => disabled_at === null).length)}
            </h1>
          </div>
          <PeopleTable
            id="users"
            title={w.users}
            columns={[w.email, w.role, w.lastSignIn, w.openSessions, w.state, w.actions]}
          >
            {items.map((user) => (
              <Row key={user.id} user={user} action={action} onChanged={changed} />
            ))}
          </PeopleTable>
          <ActionNote state={action.state} />
          {made?.password != null && (
            <Secret
              key={made.password}
              id="made-password"
              title={w.passwordOnce(made.email)}
              secret={made.password}
            />
          )}
          <p class="hint">{w.usersHint}</p>
          <NewUser onMade={changed} />
        </>
      )}
    </Show>
  );
}
