/** Runs: every attempt to train, one of them in full, and who is told of their ends. */

import { runs_words } from "./words";
import { route } from "../state";
import { Link } from "../shared/parts";
import { RunPage } from "./run-page";
import { RunsList } from "./runs-list";
import { WebhookPage } from "./webhook-page";
import "../people/styles.css";
import "./styles.css";

/** `7` is one run, `webhook` whom to tell, nothing all of them. */
export function Runs() {
  const w = runs_words.value;
  const part = route.value.kind === "view" ? route.value.part : "";
  if (part === "") return <RunsList />;
  if (part === "webhook") return <WebhookPage />;
  if (/^\d{1,15}$/.test(part)) return <RunPage key={part} id={Number(part)} />;
  return (
    <>
      <h1>{w.no_such}</h1>
      <p>
        <Link view="runs">{w.back}</Link>
      </p>
    </>
  );
}
