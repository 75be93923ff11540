/** Signing in, and the first account from the one-time link. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import { LanguageSwitch } from "../shared/language-switch";
import type { Me } from "../shared/shapes";
import { ActionNote, Field } from "./shared/parts";
import { useAction } from "./shared/requests";
import { go, visitor } from "./state";
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
        <a href="/">{adminWords.value.drawPage}</a>
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

export function SignIn({ needsSetup }: { needsSetup: boolean }) {
  const w = adminWords.value;
  const action = useAction();
  if (needsSetup) {
    return (
      <Door title={w.needsSetup}>
        <p>{w.needsSetupLead}</p>
      </Door>
    );
  }
  return (
    <Door title={w.signIn}>
      <p class="quiet">{w.signInLead}</p>
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
          {action.state.kind === "busy" ? w.signingIn : w.signIn}
        </button>
        <ActionNote state={action.state} />
      </form>
    </Door>
  );
}

export function SetUp({ needsSetup }: { needsSetup: boolean }) {
  const w = adminWords.value;
  const action = useAction();
  const [problem, setProblem] = useState("");
  const token = location.hash.slice(1);
  if (!needsSetup) {
    return (
      <Door title={w.setup}>
        <p>{w.setupDone}</p>
        <button type="button" class="primary-button" onClick={() => go("overview")}>
          {w.signIn}
        </button>
      </Door>
    );
  }
  if (token === "") {
    return (
      <Door title={w.setup}>
        <p>{w.setupNoToken}</p>
      </Door>
    );
  }
  return (
    <Door title={w.setup}>
      <p class="quiet">{w.setupLead}</p>
      <form
        id="set-up"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const password = text(form, "password");
          if (password !== text(form, "password-repeat")) {
            setProblem(w.passwordsDiffer);
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
        <Field id="password" label={w.password} hint={w.passwordHint}>
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
        <Field id="password-repeat" label={w.passwordRepeat}>
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
          {w.setupButton}
        </button>
        <ActionNote state={action.state} />
      </form>
    </Door>
  );
}
