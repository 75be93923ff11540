/** Signing in, and the first account from the one-time link. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Me } from "../shared/shapes";
import { LanguageSwitch } from "../shared/language-switch";
import { go, visitor } from "./state";
import { ActionNote, Field } from "./shared/parts";
import { useAction } from "./shared/requests";
import { adminWords } from "./words";

const MIN_PASSWORD_LENGTH = 12; // as the server asks; it checks again

function text(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}

function Door({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="door">
      <div class="door-top">
        <p class="wordmark">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          Inkloop
        </p>
        <LanguageSwitch />
      </div>
      <h1>{title}</h1>
      {children}
      <p>
        <a href="/">{adminWords.value.draw_page}</a>
      </p>
    </main>
  );
}

function Email() {
  return (
    <Field id="email" label={adminWords.value.email}>
      <input id="email" name="email" type="email" autocomplete="username" required />
    </Field>
  );
}

function entered(me: Me): string {
  visitor.value = { kind: "known", me };
  return "";
}

export function SignIn({ needs_setup }: { needs_setup: boolean }) {
  const w = adminWords.value;
  const action = useAction();
  if (needs_setup) {
    return (
      <Door title={w.needs_setup}>
        <p>{w.needs_setup_lead}</p>
      </Door>
    );
  }
  return (
    <Door title={w.sign_in}>
      <p class="quiet">{w.sign_in_lead}</p>
      <form
        id="sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          action.run(async () =>
            entered(await api.login(text(form, "email"), text(form, "password"))),
          );
        }}
      >
        <Email />
        <Field id="password" label={w.password}>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
        </Field>
        <button class="primary-button" disabled={action.state.kind === "busy"}>
          {action.state.kind === "busy" ? w.signing_in : w.sign_in}
        </button>
        <ActionNote state={action.state} />
      </form>
    </Door>
  );
}

export function SetUp({ needs_setup }: { needs_setup: boolean }) {
  const w = adminWords.value;
  const action = useAction();
  const [problem, setProblem] = useState("");
  const token = location.hash.slice(1);
  if (!needs_setup) {
    return (
      <Door title={w.setup}>
        <p>{w.setup_done}</p>
        <button type="button" class="primary-button" onClick={() => go("overview")}>
          {w.sign_in}
        </button>
      </Door>
    );
  }
  if (token === "") {
    return (
      <Door title={w.setup}>
        <p>{w.setup_no_token}</p>
      </Door>
    );
  }
  return (
    <Door title={w.setup}>
      <p class="quiet">{w.setup_lead}</p>
      <form
        id="set-up"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const password = text(form, "password");
          if (password !== text(form, "password-repeat")) {
            setProblem(w.passwords_differ);
            return;
          }
          setProblem("");
          action.run(async () => {
            const me = await api.setup(token, text(form, "email"), password);
            go("overview"); // the link is spent: it leaves the address bar
            return entered(me);
          });
        }}
      >
        <Email />
        <Field id="password" label={w.password} hint={w.password_hint}>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="new-password"
            minLength={MIN_PASSWORD_LENGTH}
            aria-describedby="password-hint"
            required
          />
        </Field>
        <Field id="password-repeat" label={w.password_repeat}>
          <input
            id="password-repeat"
            name="password-repeat"
            type="password"
            autocomplete="new-password"
            required
          />
        </Field>
        {problem !== "" && (
          <p class="note is-failed" role="alert">
            {problem}
          </p>
        )}
        <button class="primary-button" disabled={action.state.kind === "busy"}>
          {w.setup_button}
        </button>
        <ActionNote state={action.state} />
      </form>
    </Door>
  );
}
