/** The frame of the dashboard: rail, who is signed in, and the view that the address names. */

import type { VNode } from "preact";
import { api } from "../api";
import type { Me } from "../contract";
import { words } from "../i18n/language";
import { LanguageSwitch } from "../language-switch";
import { askWhoIsHere, go, is_admin, is_server_away, route, visitor } from "./admin-state";
import { Models } from "./models";
import { Overview } from "./overview";
import { pathOf, VIEWS, type View } from "./routes";
import { Runs } from "./runs";
import { ScheduleView } from "./schedule";
import { SetUp, SignIn } from "./sign-in";
import { useAction } from "./use-action";

const COMPONENTS: Record<View, () => VNode> = {
  overview: Overview,
  models: Models,
  runs: Runs,
  schedule: ScheduleView,
};

function Rail({ shown }: { shown: View | null }) {
  const w = words.value.admin;
  return (
    <nav class="rail" aria-label={w.navigation}>
      <ul>
        {VIEWS.map((view) => (
          <li key={view}>
            <a
              href={pathOf(view)}
              aria-current={view === shown ? "page" : undefined}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                go(view);
              }}
            >
              {w[view]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Account({ me }: { me: Me }) {
  const w = words.value.admin;
  const action = useAction();
  return (
    <div class="account">
      <span class="account-name" title={w.signed_in_as(me.email ?? "")}>
        {me.email}
      </span>
      <button
        type="button"
        id="sign-out"
        class="quiet-button"
        onClick={() =>
          action.run(async () => {
            await api.logout();
            await askWhoIsHere();
            return "";
          })
        }
      >
        {w.sign_out}
      </button>
    </div>
  );
}

function Dashboard({ me }: { me: Me }) {
  const w = words.value.admin;
  const shown = route.value.kind === "view" ? route.value.view : null;
  const View = shown === null ? null : COMPONENTS[shown];
  return (
    <div class="dashboard">
      <header class="admin-header">
        <a class="wordmark" href="/" title={w.draw_page}>
          <img src="/favicon.svg" alt="" width="28" height="28" />
          Inkloop
        </a>
        <a class="draw-link" href="/">
          {w.draw_page}
        </a>
        <Account me={me} />
        <LanguageSwitch />
      </header>
      <Rail shown={shown} />
      <main class="view" id="main" key={shown}>
        {is_server_away.value && (
          <p class="banner" role="status">
            {w.no_connection}
          </p>
        )}
        {!is_admin.value && <p class="banner">{w.not_admin}</p>}
        {View === null ? <h1>{w.not_found}</h1> : <View />}
      </main>
    </div>
  );
}

export function Shell() {
  const w = words.value.admin;
  const current = visitor.value;
  if (current.kind !== "known") {
    return (
      <main class="door">
        <h1 class="visually-hidden">{w.name}</h1>
        <p class="quiet" role="status">
          {current.kind === "away" ? w.no_connection : w.loading}
        </p>
      </main>
    );
  }
  const { me } = current;
  if (me.role !== "anybody" && route.value.kind !== "setup") return <Dashboard me={me} />;
  if (route.value.kind === "setup") return <SetUp needs_setup={me.needs_setup} />;
  return <SignIn needs_setup={me.needs_setup} />;
}
