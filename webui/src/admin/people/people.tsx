/** People: who draws, who may sign in, and with what. Each part has an address of its own. */

import type { VNode } from "preact";
import { Link } from "../shared/parts";
import { isAdmin, route } from "../state";
import { adminWords } from "../words";
import { Accounts } from "./accounts";
import { Contributor, Contributors } from "./contributors";
import { OwnAccount, Sessions } from "./sessions";
import { Tokens } from "./tokens";
import { peopleWords } from "./words";
import "./styles.css";

const PARTS = ["contributors", "users", "tokens", "sessions", "account"] as const;
type Part = (typeof PARTS)[number];

const COMPONENTS: Record<Part, () => VNode> = {
  contributors: Contributors,
  users: Accounts,
  tokens: Tokens,
  sessions: Sessions,
  account: OwnAccount,
};

/** The part and, for one contributor, the number; null for what does not exist. */
function partOf(path: string): { part: Part; number: number | null } | null {
  const [name = "", number, ...rest] = path.split("/");
  if (rest.length > 0) return null;
  if (name === "") return { part: "contributors", number: null };
  const part = PARTS.find((one) => one === name);
  if (part === undefined) return null;
  if (number === undefined) return { part, number: null };
  return part === "contributors" && /^[0-9]{1,9}$/.test(number)
    ? { part, number: Number(number) }
    : null;
}

export default function PeoplePage(): VNode {
  const w = peopleWords.value;
  const found = partOf(route.value.kind === "view" ? route.value.part : "");
  // Reviewers have an account here, too: the rest is the admins'.
  const parts = PARTS.filter((part) => isAdmin.value || part === "account");
  const Part = found === null ? null : COMPONENTS[found.part];
  return (
    <>
      <nav class="tabs" aria-label={w.tabs}>
        <ul>
          {parts.map((part) => (
            <li key={part}>
              <Link
                view="people"
                part={part === "contributors" ? "" : part}
                isCurrent={part === found?.part}
              >
                {w[part]}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {found === null || Part === null ? (
        <h1>{adminWords.value.notFound}</h1>
      ) : found.number === null ? (
        <Part />
      ) : (
        <Contributor key={found.number} number={found.number} />
      )}
    </>
  );
}
