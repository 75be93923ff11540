/** One's own account: the password, and where one is signed in. */

import { useState } from "preact/hooks";
import { people_words } from "./words";
import { visitor } from "../state";
import { ActionNote, Card, Field } from "../shared/parts";
import { useAction } from "../shared/requests";
import { people } from "./calls";
import { text } from "../shared/tables";
import { SessionList } from "./sessions";

const MIN_PASSWORD_LENGTH = 12; // as the server asks; it checks again

function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const w = people_words.value;
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
          setProblem(w.passwords_differ);
          return;
        }
        setProblem("");
        action.run(async () => {
          await people.changeOwnPassword(text(form, "current"), wanted);
          form.reset();
          onChanged();
          return w.password_changed;
        });
      }}
    >
      <Field id="current" label={w.current_password}>
        <input
          id="current"
          name="current"
          type="password"
          autocomplete="current-password"
          required
        />
      </Field>
      <Field id="new" label={w.new_password} hint={w.password_hint}>
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
      <Field id="again" label={w.new_password_again}>
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
      <p class="hint">{w.change_password_hint}</p>
    </form>
  );
}

export function OwnAccount() {
  const w = people_words.value;
  const [n_changes, setChanges] = useState(0);
  const email = visitor.value.kind === "known" ? (visitor.value.me.email ?? "") : "";
  return (
    <>
      <div class="lead">
        <h1 id="lead">{w.account_lead(email)}</h1>
      </div>
      <Card title={w.change_password}>
        <PasswordForm onChanged={() => setChanges((n) => n + 1)} />
      </Card>
      <Card title={w.your_sessions}>
        <SessionList key={n_changes} whose="mine" />
      </Card>
    </>
  );
}
