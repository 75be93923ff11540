/** Two versions side by side: the digits that got better and those that got worse. */

import { useCallback } from "preact/hooks";
import { InkCanvas } from "../../shared/ink";
import { Card, Link, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { isAdmin } from "../state";
import { versionsApi, type Comparison, type Difference, type Flip } from "./calls";
import { versionsWords } from "./words";

function Figures({ name, found }: { name: string; found: Difference }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {found.n_right_a} / {found.n}
      </td>
      <td>
        {found.n_right_b} / {found.n}
      </td>
      <td>{found.n_better}</td>
      <td>{found.n_worse}</td>
      <td>{found.p.toFixed(3)}</td>
    </tr>
  );
}

function Flips({ id, title, flips }: { id: string; title: string; flips: readonly Flip[] }) {
  const w = versionsWords.value;
  return (
    <Card id={id} title={title}>
      {flips.length === 0 ? (
        <p class="quiet">{w.none}</p>
      ) : (
        <ul class="flips">
          {flips.map(({ source, place, drawing_id, label, a, b, ink }) => (
            <li key={`${source}${place}`}>
              <InkCanvas ink={ink} />
              {drawing_id === null ? (
                <span>{w.flip(label, a, b)}</span>
              ) : (
                <Link view="drawings" part={drawing_id}>
                  {w.flip(label, a, b)}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Admins get a link to the contributor. */
function Contributor({ number }: { number: number }) {
  const name = versionsWords.value.contributorNumber(number);
  if (!isAdmin.value) return <>{name}</>;
  return (
    <Link view="people" part={`contributors/${number}`}>
      {name}
    </Link>
  );
}

function Shown({ comparison }: { comparison: Comparison }) {
  const w = versionsWords.value;
  const { a, b, mnist_test, drawings, better, worse, contributors } = comparison;
  const nBetter = (mnist_test?.n_better ?? 0) + drawings.n_better;
  const nWorse = (mnist_test?.n_worse ?? 0) + drawings.n_worse;
  return (
    <>
      <div class="lead">
        <h1>{w.compareLead(a, b, nBetter, nWorse)}</h1>
      </div>
      <div class="table-space" tabIndex={0} role="region" aria-label={w.on}>
        <table class="models-table">
          <thead>
            <tr>
              <th scope="col">{w.on}</th>
              <th scope="col">{a}</th>
              <th scope="col">{b}</th>
              <th scope="col">{w.better}</th>
              <th scope="col">{w.worse}</th>
              <th scope="col">{w.chance}</th>
            </tr>
          </thead>
          <tbody>
            {mnist_test !== null && <Figures name={w.mnist} found={mnist_test} />}
            <Figures name={w.drawings} found={drawings} />
          </tbody>
        </table>
      </div>
      <Flips id="worse" title={w.worse} flips={worse} />
      <Flips id="better" title={w.better} flips={better} />
      {contributors.length > 0 && (
        <Card title={w.byContributor}>
          <table class="figures-table">
            <thead>
              <tr>
                <th scope="col">{w.contributor}</th>
                <th scope="col">{w.better}</th>
                <th scope="col">{w.worse}</th>
              </tr>
            </thead>
            <tbody>
              {contributors.map((one) => (
                <tr key={one.contributor}>
                  <th scope="row">
                    <Contributor number={one.contributor} />
                  </th>
                  <td>{one.n_better}</td>
                  <td>{one.n_worse}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </>
  );
}

export function ComparePage({ a, b }: { a: number; b: number }) {
  const load = useCallback(() => versionsApi.compare(a, b), [a, b]);
  const loaded = useLoaded(load, `${a} ${b}`);
  return (
    <>
      <Link view="models" part={String(b)}>
        {versionsWords.value.versionLead(b, "").replace(/[:：]\s*$/, "")}
      </Link>
      <Show loaded={loaded}>{(comparison) => <Shown comparison={comparison} />}</Show>
    </>
  );
}
