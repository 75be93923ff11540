/** Tokens for programs: shown once, kept as a hash, revoked here. */

import { useCallback, useState } from "preact/hooks";
import { people_words } from "./words";
import { ActionNote, Card, Field, Show } from "../shared/parts";
import { type Action, useAction, useLoaded } from "../shared/requests";
import { people, type Token, type UserRole } from "./calls";
import { Moment, PeopleTable, Secret, text } from "../shared/tables";

interface Made {
  name: string;
  secret: string;
}

function Row({
  token,
  action,
  onChanged,
}: {
  token: Token;
  action: Action;
  onChanged: () => void;
}) {
  const w = people_words.value;
  const is_revoked = token.revoked_at !== null;
  return (
    <tr>
      <th scope="row">{token.name}</th>
      <td>{w.role_name(token.role)}</td>
      <td>{token.email}</td>
      <td>
        <Moment at={token.created_at} />
      </td>
      <td>
        <span class={is_revoked ? "tag is-blocked" : "tag"}>
          {is_revoked ? w.revoked : w.works}
        </span>
      </td>
      <td class="row-actions">
        {!is_revoked && (
          <button
            type="button"
            class="quiet-button"
            aria-label={w.action_for(w.revoke, token.name)}
            onClick={() =>
              action.run(async () => {
                await people.revokeToken(token.id);
                onChanged();
                return w.was_revoked(token.name);
              })
            }
          >
            {w.revoke}
          </button>
        )}
      </td>
    </tr>
  );
}

function NewToken({ onMade }: { onMade: (made: Made) => void }) {
  const w = people_words.value;
  const action = useAction();
  return (
    <Card title={w.new_token}>
      <form
        id="new-token"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const name = text(form, "name").trim();
          action.run(async () => {
            const { token } = await people.makeToken(name, text(form, "role") as UserRole);
            onMade({ name, secret: token });
            form.reset();
            return w.made_token(name);
          });
        }}
      >
        <Field id="token-name" label={w.name} hint={w.name_hint}>
          <input
            id="token-name"
            name="name"
            maxLength={100}
            autocomplete="off"
            aria-describedby="token-name-hint"
            required
          />
        </Field>
        <Field id="token-role" label={w.role}>
          <select id="token-role" name="role">
            <option value="reviewer">{w.role_name("reviewer")}</option>
            <option value="admin">{w.role_name("admin")}</option>
          </select>
        </Field>
        <div class="button-row">
          <button class="primary-button" disabled={action.state.kind === "busy"}>
            {w.make_token}
          </button>
          <ActionNote state={action.state} />
        </div>
      </form>
    </Card>
  );
}

export function Tokens() {
  const w = people_words.value;
  const action = useAction();
  const [made, setMade] = useState<Made | null>(null);
  const [n_changes, setChanges] = useState(0);
  const load = useCallback(() => people.tokens(), []);
  const loaded = useLoaded(load, String(n_changes));
  const changed = () => setChanges((n) => n + 1);
  return (
    <Show loaded={loaded}>
      {({ items }) => (
        <>
          <div class="lead">
            <h1 id="lead">
              {w.tokens_lead(items.filter(({ revoked_at }) => revoked_at === null).length)}
            </h1>
          </div>
          {made !== null && (
            <Secret
              key={made.secret}
              id="made-token"
              title={w.token_once(made.name)}
              secret={made.secret}
            />
          )}
          {items.length === 0 ? (
            <p class="quiet">{w.none_tokens}</p>
          ) : (
            <PeopleTable
              id="tokens"
              title={w.tokens}
              columns={[w.name, w.role, w.made_by, w.made_at, w.state, w.actions]}
            >
              {items.map((token) => (
                <Row key={token.id} token={token} action={action} onChanged={changed} />
              ))}
            </PeopleTable>
          )}
          <ActionNote state={action.state} />
          <p class="hint">{w.tokens_hint}</p>
          <NewToken
            onMade={(one) => {
              setMade(one);
              changed();
            }}
          />
        </>
      )}
    </Show>
  );
}
