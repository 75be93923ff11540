/** Tokens for programs: shown once, kept as a hash, revoked here. */

import { useCallback, useState } from "preact/hooks";
import { ActionNote, Card, Field, Show } from "../shared/parts";
import { type Action, useAction, useLoaded } from "../shared/requests";
import { Moment, PeopleTable, Secret, text } from "../shared/tables";
import { people, type Token, type UserRole } from "./calls";
import { peopleWords } from "./words";

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
  const w = peopleWords.value;
  const isRevoked = token.revoked_at !== null;
  return (
    <tr>
      <th scope="row">{token.name}</th>
      <td>{w.roleName(token.role)}</td>
      <td>{token.email}</td>
      <td>
        <Moment at={token.created_at} />
      </td>
      <td>
        <span class={isRevoked ? "tag is-blocked" : "tag"}>{isRevoked ? w.revoked : w.works}</span>
      </td>
      <td class="row-actions">
        {!isRevoked && (
          <button
            type="button"
            class="quiet-button"
            aria-label={w.actionFor(w.revoke, token.name)}
            onClick={() =>
              action.run(async () => {
                await people.revokeToken(token.id);
                onChanged();
                return w.wasRevoked(token.name);
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
  const w = peopleWords.value;
  const action = useAction();
  return (
    <Card title={w.newToken}>
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
            return w.madeToken(name);
          });
        }}
      >
        <Field id="token-name" label={w.name} hint={w.nameHint}>
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
            <option value="reviewer">{w.roleName("reviewer")}</option>
            <option value="admin">{w.roleName("admin")}</option>
          </select>
        </Field>
        <div class="button-row">
          <button class="primary-button" disabled={action.state.kind === "busy"}>
            {w.makeToken}
          </button>
          <ActionNote state={action.state} />
        </div>
      </form>
    </Card>
  );
}

export function Tokens() {
  const w = peopleWords.value;
  const action = useAction();
  const [made, setMade] = useState<Made | null>(null);
  const [nChanges, setChanges] = useState(0);
  const load = useCallback(() => people.tokens(), []);
  const loaded = useLoaded(load, String(nChanges));
  const changed = () => setChanges((n) => n + 1);
  return (
    <Show loaded={loaded}>
      {({ items }) => (
        <>
          <div class="lead">
            <h1 id="lead">
              {w.tokensLead(items.filter(({ revoked_at }) => revoked_at === null).length)}
            </h1>
          </div>
          {made !== null && (
            <Secret
              key={made.secret}
              id="made-token"
              title={w.tokenOnce(made.name)}
              secret={made.secret}
            />
          )}
          {items.length === 0 ? (
            <p class="quiet">{w.noneTokens}</p>
          ) : (
            <PeopleTable
              id="tokens"
              title={w.tokens}
              columns={[w.name, w.role, w.madeBy, w.madeAt, w.state, w.actions]}
            >
              {items.map((token) => (
                <Row key={token.id} token={token} action={action} onChanged={changed} />
              ))}
            </PeopleTable>
          )}
          <ActionNote state={action.state} />
          <p class="hint">{w.tokensHint}</p>
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
