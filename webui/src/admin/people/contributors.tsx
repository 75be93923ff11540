/** Who draws: what each gave, and how far the model agreed. */

import { useCallback } from "preact/hooks";
import { words } from "../../shared/words";
import { Link, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { Moment, PeopleTable, ShowMore, useMore } from "../shared/tables";
import { query, stats, stay } from "../state";
import { people, type ContributorOrder, type ContributorRow } from "./calls";
import { peopleWords } from "./words";

interface Filter {
  sort: ContributorOrder;
  isBlocked: boolean | null;
}

function filterOf(address: string): Filter {
  const given = new URLSearchParams(address);
  return {
    sort: given.get("sort") === "most" ? "most" : "newest",
    isBlocked: given.get("blocked") === "true" ? true : null,
  };
}

function change(filter: Filter): void {
  const wanted = new URLSearchParams();
  if (filter.sort === "most") wanted.set("sort", "most");
  if (filter.isBlocked === true) wanted.set("blocked", "true");
  stay("people", "", wanted.toString(), "push");
}

/** A whole percent; null where there is nothing to take a share of. */
export function shareOf(n: number, of: number): string | null {
  return of === 0 ? null : words.value.percent(String(Math.round((100 * n) / of)));
}

function Row({ row }: { row: ContributorRow }) {
  const w = peopleWords.value;
  return (
    <tr>
      <th scope="row">
        <Link view="people" part={`contributors/${row.number}`}>
          {w.number(row.number)}
        </Link>
        {row.blocked_at !== null && <span class="tag is-blocked">{w.blocked}</span>}
      </th>
      <td>
        <Moment at={row.created_at} />
      </td>
      <td class="figure">{row.n}</td>
      <td class="figure">{shareOf(row.n_agreed, row.n_read) ?? "–"}</td>
      <td class="figure">{shareOf(row.n_quarantined, row.n) ?? "–"}</td>
      <td class="figure">{shareOf(row.n_exam, row.n) ?? "–"}</td>
    </tr>
  );
}

function Filters({ filter }: { filter: Filter }) {
  const w = peopleWords.value;
  return (
    <div class="filters">
      <label>
        {w.sort}
        <select
          id="contributors-sort"
          value={filter.sort}
          onChange={(event) =>
            change({ ...filter, sort: event.currentTarget.value as ContributorOrder })
          }
        >
          <option value="newest">{w.newest}</option>
          <option value="most">{w.most}</option>
        </select>
      </label>
      <label>
        {w.show}
        <select
          id="contributors-blocked"
          value={filter.isBlocked === true ? "blocked" : "all"}
          onChange={(event) =>
            change({
              ...filter,
              isBlocked: event.currentTarget.value === "blocked" ? true : null,
            })
          }
        >
          <option value="all">{w.all}</option>
          <option value="blocked">{w.onlyBlocked}</option>
        </select>
      </label>
    </div>
  );
}

export function Contributors() {
  const w = peopleWords.value;
  const { sort, isBlocked } = filterOf(query.value);
  const load = useCallback(() => people.contributors(sort, isBlocked, null), [sort, isBlocked]);
  const loaded = useLoaded(load, "");
  const more = useMore(loaded, (after) => people.contributors(sort, isBlocked, after));

  return (
    <>
      <div class="lead">
        <h1 id="lead">{w.contributorsLead(stats.value?.n_contributors ?? 0)}</h1>
        <Filters filter={{ sort, isBlocked }} />
      </div>
      <Show loaded={loaded}>
        {({ items }) => {
          const rows = [...items, ...more.items];
          return (
            <>
              {rows.length === 0 ? (
                <p class="quiet">{w.noneContributors}</p>
              ) : (
                <PeopleTable
                  id="contributors"
                  title={w.contributors}
                  columns={[
                    w.contributor,
                    w.since,
                    w.drawings,
                    w.agreement,
                    w.inQuarantine,
                    w.exam,
                  ]}
                >
                  {rows.map((row) => (
                    <Row key={row.number} row={row} />
                  ))}
                </PeopleTable>
              )}
              <ShowMore more={more} />
            </>
          );
        }}
      </Show>
      <p class="hint">
        {w.agreementHint} {w.contributorsHint}
      </p>
    </>
  );
}
