/** Contributors: the list, and one contributor with blocking and erasing. */

import { useCallback, useState } from "preact/hooks";
import { Dialog } from "../../shared/dialog";
import { agoOf, versionList } from "../../shared/formats";
import { languageTag } from "../../shared/language";
import { words } from "../../shared/words";
import { ActionNote, Card, Field, Link, Show } from "../shared/parts";
import { DigitBars } from "../shared/plot";
import { type Action, useAction, useLoaded } from "../shared/requests";
import { Moment, PeopleTable, ShowMore, text, useMore } from "../shared/tables";
import { query, stats, stay } from "../state";
import { type ContributorOrder, type ContributorRow, type Erasure, people } from "./calls";
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

interface DialogProps {
  row: ContributorRow;
  action: Action;
  onClose: () => void;
  onChanged: () => void;
}

function BlockDialog({ row, action, onClose, onChanged }: DialogProps) {
  const w = peopleWords.value;
  const isBlocked = row.blocked_at !== null;
  const name = isBlocked ? w.unblock : w.block;
  return (
    <Dialog title={`${name}: ${w.number(row.number)}`} onClose={onClose}>
      <form
        id="block-form"
        onSubmit={(event) => {
          event.preventDefault();
          const reason = text(event.currentTarget, "reason");
          action.run(async () => {
            if (isBlocked) await people.unblock(row.number, reason);
            else await people.block(row.number, reason);
            onChanged();
            return isBlocked ? w.unblockedNow : w.blockedNow;
          });
          onClose();
        }}
      >
        <p>{isBlocked ? w.unblockLead : w.blockLead}</p>
        <Field id="reason" label={w.reason}>
          <input id="reason" name="reason" maxLength={500} required autocomplete="off" />
        </Field>
        <div class="button-row">
          <button class={isBlocked ? "primary-button" : "danger-button"}>{name}</button>
          <button type="button" class="plain-button" onClick={onClose}>
            {words.value.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function erasureSentences({ n_drawings, versions, live_version }: Erasure): string[] {
  const w = peopleWords.value;
  if (versions.length === 0) return [w.eraseLead(n_drawings), w.eraseNoVersions];
  const list = versionList(versions, languageTag.value);
  const isLive = live_version !== null && versions.includes(live_version);
  return [
    w.eraseLead(n_drawings),
    w.eraseVersions(list, versions.length),
    ...(isLive ? [w.eraseLive(live_version)] : []),
  ];
}

function EraseDialog({ row, action, onClose, onChanged }: DialogProps) {
  const w = peopleWords.value;
  const { number } = row;
  const load = useCallback(() => people.erasure(number), [number]);
  const loaded = useLoaded(load, "");
  return (
    <Dialog title={`${w.erase}: ${w.number(number)}`} onClose={onClose}>
      <Show loaded={loaded}>
        {(erasure) => (
          <>
            {erasureSentences(erasure).map((sentence) => (
              <p key={sentence} class="erasure-sentence">
                {sentence}
              </p>
            ))}
            <div class="button-row">
              <button
                type="button"
                id="erase-confirm"
                class="danger-button"
                onClick={() => {
                  action.run(async () => {
                    const { n_drawings } = await people.erase(number);
                    onChanged();
                    return w.erased(n_drawings);
                  });
                  onClose();
                }}
              >
                {w.eraseButton(erasure.n_drawings)}
              </button>
              <button type="button" class="plain-button" onClick={onClose}>
                {words.value.cancel}
              </button>
            </div>
          </>
        )}
      </Show>
    </Dialog>
  );
}

function Figures({ row }: { row: ContributorRow }) {
  const w = peopleWords.value;
  const facts: [string, string | number][] = [
    [w.drawings, row.n],
    [w.agreement, shareOf(row.n_agreed, row.n_read) ?? "–"],
    [w.inQuarantine, row.n_quarantined],
    [w.exam, row.n_exam],
    [w.rejected, row.n_rejected],
    [w.deleted, row.n_deleted],
  ];
  const most = row.by_label.indexOf(Math.max(...row.by_label));
  const least = row.by_label.indexOf(Math.min(...row.by_label));
  return (
    <Card title={w.drawings} id="contributor-figures">
      <dl class="run-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="figure">{value}</dd>
          </div>
        ))}
      </dl>
      {row.n > 0 && (
        <DigitBars
          id="contributor-digits"
          title={w.perDigit}
          finding={w.perDigitFinding(
            most,
            row.by_label[most] === row.by_label[least] ? most : least,
          )}
          byLabel={row.by_label}
        />
      )}
    </Card>
  );
}

function Shown({ row, onChanged }: { row: ContributorRow; onChanged: () => void }) {
  const w = peopleWords.value;
  const action = useAction();
  const [open, setOpen] = useState<"block" | "erase" | null>(null);
  const dialog = { row, action, onClose: () => setOpen(null), onChanged };
  const since =
    row.blocked_at && words.value.ago(agoOf(row.blocked_at, new Date(), languageTag.value));
  return (
    <>
      <div class="lead">
        <h1 id="lead">
          {row.n === 0
            ? w.gaveNone(row.number)
            : w.gave(row.number, row.n, shareOf(row.n_agreed, row.n_read))}
        </h1>
      </div>
      {since !== null && (
        <p class="banner" id="is-blocked">
          {w.isBlocked(since)}
        </p>
      )}
      {row.is_held_out && <p class="hint">{w.isHeldOut}</p>}
      <Figures row={row} />
      <div class="button-row">
        <Link view="drawings" query={`contributor=${row.id}`}>
          {w.seeDrawings}
        </Link>
        <button type="button" id="block" class="plain-button" onClick={() => setOpen("block")}>
          {row.blocked_at === null ? w.block : w.unblock}
        </button>
        <button
          type="button"
          id="erase"
          class="danger-button"
          disabled={row.n === 0}
          onClick={() => setOpen("erase")}
        >
          {w.erase}
        </button>
        <ActionNote state={action.state} />
      </div>
      {open === "block" && <BlockDialog {...dialog} />}
      {open === "erase" && <EraseDialog {...dialog} />}
    </>
  );
}

export function Contributor({ number }: { number: number }) {
  const [nChanges, setChanges] = useState(0);
  const load = useCallback(() => people.contributor(number), [number]);
  const loaded = useLoaded(load, String(nChanges));
  return (
    <>
      <p>
        <Link view="people">← {peopleWords.value.back}</Link>
      </p>
      <Show loaded={loaded}>
        {(row) => <Shown row={row} onChanged={() => setChanges((n) => n + 1)} />}
      </Show>
    </>
  );
}
