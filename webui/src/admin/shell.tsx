/** The frame of the dashboard: rail, account, and the page that the address names. */

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "../shared/api";
import { PersonIcon } from "../shared/icons";
import { language } from "../shared/language";
import { LanguageSwitch } from "../shared/language-switch";
import type { Me } from "../shared/shapes";
import { pageOf, PAGES, type View } from "./pages";
import { Link } from "./shared/parts";
import { useAction } from "./shared/requests";
import { SetUp, SignIn } from "./sign-in";
import { askWhoIsHere, isAdmin, isServerAway, route, visitor } from "./state";
import { adminWords } from "./words";

type Module =
  { kind: "loading" } | { kind: "failed" } | { kind: "ready"; view: View; Shown: () => VNode };

/** The page, when its chunk is loaded. */
function ViewPlace({ view }: { view: View }) {
  const w = adminWords.value;
  const [module, setModule] = useState<Module>({ kind: "loading" });
  const load = pageOf(view)?.load;

  useEffect(() => {
    let isCurrent = true;
    load?.()
      .then(({ default: Shown }) => {
        if (isCurrent) setModule({ kind: "ready", view, Shown });
      })
      .catch(() => {
        // the chunk is missing after an update, or there is no network
        if (isCurrent) setModule({ kind: "failed" });
      });
    return () => {
      isCurrent = false;
    };
  }, [view, load]);

  if (load === undefined) return <h1>{w.notFound}</h1>;
  if (module.kind === "failed") {
    return (
      <div class="failed" role="alert">
        <p>
          <strong>{w.cannotLoad}</strong>
        </p>
        <p>{w.noModule}</p>
        <button type="button" class="plain-button" onClick={() => location.reload()}>
          {w.loadAgain}
        </button>
      </div>
    );
  }
  // While another page's chunk is loaded, the old page must not run at the new address.
  if (module.kind === "loading" || module.view !== view) return <p class="quiet">{w.loading}</p>;
  return <module.Shown />;
}

function Rail({ shown }: { shown: View | null }) {
  const w = adminWords.value;
  return (
    <nav class="rail" aria-label={w.navigation}>
      <ul>
        {PAGES.filter(({ seenBy }) => seenBy === "reviewer" || isAdmin.value).map((page) => (
          <li key={page.view}>
            <Link view={page.view} isCurrent={page.view === shown}>
              {page.title[language.value]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Account({ me }: { me: Me }) {
  const w = adminWords.value;
  const action = useAction();
  return (
    <div class="account">
      <Link view="people" part="account" id="account" class="account-link">
        <PersonIcon />
        <span class="account-name" title={w.signedInAs(me.email ?? "")}>
          {me.email}
        </span>
        <span class="visually-hidden">{w.yourAccount}</span>
      </Link>
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
        {w.signOut}
      </button>
    </div>
  );
}

function Dashboard({ me }: { me: Me }) {
  const w = adminWords.value;
  const shown = route.value.kind === "view" ? route.value.view : null;
  return (
    <div class="dashboard">
      <header class="admin-header">
        <a class="wordmark" href="/" title={w.drawPage}>
          <img src="/favicon.svg" alt="" width="28" height="28" />
          Inkloop
        </a>
        <a class="draw-link" href="/">
          {w.drawPage}
        </a>
        <Account me={me} />
        <LanguageSwitch />
      </header>
      <Rail shown={shown} />
      <main class="view" id="main" key={shown}>
        {isServerAway.value && (
          <p class="banner" role="status">
            {w.noConnection}
          </p>
        )}
        {!isAdmin.value && (shown === null || pageOf(shown)?.changedBy === "admin") && (
          <p class="banner">{w.notAdmin}</p>
        )}
        {shown === null ? <h1>{w.notFound}</h1> : <ViewPlace view={shown} />}
      </main>
    </div>
  );
}

export function Shell() {
  const w = adminWords.value;
  const current = visitor.value;
  if (current.kind !== "known") {
    return (
      <main class="door">
        <h1 class="visually-hidden">{w.name}</h1>
        <p class="quiet" role="status">
          {current.kind === "away" ? w.noConnection : w.loading}
        </p>
      </main>
    );
  }
  const { me } = current;
  if (me.role !== "anybody" && route.value.kind !== "setup") return <Dashboard me={me} />;
  if (route.value.kind === "setup") return <SetUp needsSetup={me.needs_setup} />;
  return <SignIn needsSetup={me.needs_setup} />;
}
