/** Accounts: who may sign in, and what they may do. */

import { useCallback, useState } from "preact/hooks";
import { people_words } from "./words";
import { ActionNote, Card, Field, Show } from "../shared/parts";
import { type Action, useAction, useLoaded } from "../shared/requests";
import { people, type NewPassword, type User, type UserRole } from "./calls";
import { Moment, PeopleTable, Secret, text } from "../shared/tables";

const ROLES: readonly UserRole[] = ["reviewer", "admin"];

interface RowProps {
  user: User;
  action: Action;
  onChanged: (made: NewPassword | null) => void;
}

function Row({ user, action, onChanged }: RowProps) {
  const w = people_words.value;
  const { id, email, disabled_at } = user;
  const is_disabled = disabled_at !== null;
  const [n_tries, setTries] = useState(0);
  return (
    <tr data-email={email}>
      <th scope="row">{email}</th>
      <td>
        <select
          key={n_tries}
          aria-label={w.role_of(email)}
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
              return w.has_role(email, w.role_name(role));
            });
          }}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {w.role_name(role)}
            </option>
          ))}
        </select>
      </td>
      <td>{user.last_sign_in_at === null ? w.never : <Moment at={user.last_sign_in_at} />}</td>
      <td class="figure">{user.n_sessions}</td>
      <td>
        <span class={is_disabled ? "tag is-blocked" : "tag"}>
          {is_disabled ? w.disabled : w.active}
        </span>
      </td>
      <td class="row-actions">
        <button
          type="button"
          class="quiet-button"
          aria-label={w.action_for(w.reset_password, email)}
          onClick={() =>
            action.run(async () => {
              onChanged(await people.resetPassword(id));
              return w.was_reset(email);
            })
          }
        >
          {w.reset_password}
        </button>
        <button
          type="button"
          class="quiet-button"
          aria-label={w.action_for(is_disabled ? w.enable : w.disable, email)}
          onClick={() =>
            action.run(async () => {
              await people.changeUser(id, { disabled: !is_disabled });
              onChanged(null);
              return is_disabled ? w.is_enabled(email) : w.is_disabled(email);
            })
          }
        >
          {is_disabled ? w.enable : w.disable}
        </button>
      </td>
    </tr>
  );
}

function NewUser({ onMade }: { onMade: (made: NewPassword) => void }) {
  const w = people_words.value;
  const action = useAction();
  return (
    <Card title={w.new_user}>
      <form
        id="new-user"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          action.run(async () => {
            const made = await people.makeUser(text(form, "email"), text(form, "role") as UserRole);
            onMade(made);
            form.reset();
            return w.made_user(made.email);
          });
        }}
      >
        <Field id="new-email" label={w.email} hint={w.new_user_hint}>
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
                {w.role_name(role)}
              </option>
            ))}
          </select>
        </Field>
        <div class="button-row">
          <button class="primary-button" disabled={action.state.kind === "busy"}>
            {w.make_user}
          </button>
          <ActionNote state={action.state} />
        </div>
      </form>
    </Card>
  );
}

export function Accounts() {
  const w = people_words.value;
  const action = useAction();
  const [made, setMade] = useState<NewPassword | null>(null);
  const [n_changes, setChanges] = useState(0);
  const load = useCallback(() => people.users(), []);
  const loaded = useLoaded(load, String(n_changes));
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
              {w.users_lead(items.filter(({ disabled_at }) => disabled_at === null).length)}
            </h1>
          </div>
          <PeopleTable
            id="users"
            title={w.users}
            columns={[w.email, w.role, w.last_sign_in, w.open_sessions, w.state, w.actions]}
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
              title={w.password_once(made.email)}
              secret={made.password}
            />
          )}
          <p class="hint">{w.users_hint}</p>
          <NewUser onMade={changed} />
        </>
      )}
    </Show>
  );
}
