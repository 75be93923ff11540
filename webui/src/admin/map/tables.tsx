/** Tables beside the map: the point in focus, the strays, the figures by digit. */

import { InkCanvas } from "../../shared/ink";
import { Card, Link } from "../shared/parts";
import { inkAt, isAmongOthers, isMisread, strays, type DigitRow, type MapPoint } from "./points";
import { mapWords } from "./words";

const N_STRAYS = 20;

interface PointCardProps {
  point: MapPoint | null;
  sheet: Uint8Array | null;
  version: number;
}

/** The point in focus. Its place is kept while there is none. */
export function PointCard({ point, sheet, version }: PointCardProps) {
  const w = mapWords.value;
  return (
    <section class="card map-point" id="map-point" aria-label={w.pointTitle}>
      <p class="visually-hidden" role="status">
        {point !== null && w.said(point, version)}
      </p>
      {point === null ? (
        <p class="quiet">{w.noPoint}</p>
      ) : (
        <>
          <div class="map-ink">
            <InkCanvas ink={inkAt(sheet, point.place)} />
          </div>
          <div class="map-said">
            <p>
              <strong>{w.what(point)}</strong>
            </p>
            <p class={isMisread(point) ? "is-wrong" : ""}>
              {isMisread(point) && <span aria-hidden="true">✗ </span>}
              {w.readAs(version, point.predicted)}
            </p>
            <p class={isAmongOthers(point) ? "is-waiting" : ""}>
              {isAmongOthers(point) && <span aria-hidden="true">! </span>}
              {w.among(point.nearLabel)}
            </p>
            {point.id !== null && (
              <Link view="drawings" part={point.id}>
                {w.open}
              </Link>
            )}
          </div>
        </>
      )}
    </section>
  );
}

interface StraysProps {
  shown: readonly MapPoint[];
  sheet: Uint8Array | null;
  onFocus: (point: MapPoint) => void;
}

export function Strays({ shown, sheet, onFocus }: StraysProps) {
  const w = mapWords.value;
  const found = strays(shown, N_STRAYS);
  return (
    <Card
      id="strays"
      title={found.length === 0 ? w.straysTitle(N_STRAYS) : w.straysTitle(found.length)}
    >
      {found.length === 0 ? (
        <p class="quiet">{w.straysNone}</p>
      ) : (
        <ul class="map-strays">
          {found.map((point) => {
            const named = w.stray(point.label, point.nearLabel);
            return (
              <li
                key={point.place}
                onMouseEnter={() => onFocus(point)}
                onFocusIn={() => onFocus(point)}
              >
                {point.id === null ? (
                  <button
                    type="button"
                    class="map-stray"
                    aria-label={`${w.what(point)}: ${named}. ${w.showOnMap}`}
                    onClick={() => {
                      onFocus(point);
                      document.getElementById("map")?.focus();
                    }}
                  >
                    <InkCanvas ink={inkAt(sheet, point.place)} />
                    <span>{named}</span>
                    <span class="quiet">{w.keyMnist}</span>
                  </button>
                ) : (
                  <Link view="drawings" part={point.id} class="map-stray">
                    <InkCanvas ink={inkAt(sheet, point.place)} />
                    <span>{named}</span>
                    <span class="quiet">{w.keyDrawing}</span>
                  </Link>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

export function ByDigit({ rows }: { rows: readonly DigitRow[] }) {
  const w = mapWords.value;
  return (
    <Card id="by-digit" title={w.byDigit}>
      <div class="table-space" tabIndex={0} role="region" aria-label={w.digits}>
        <table class="map-table">
          <thead>
            <tr>
              <th scope="col">{w.digit}</th>
              <th scope="col">{w.nPoints}</th>
              <th scope="col">{w.nMisread}</th>
              <th scope="col">{w.nStrays}</th>
              <th scope="col">{w.inGallery}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ digit, n, nMisread, nAmongOthers }) => (
              <tr key={digit}>
                <th scope="row">
                  <span class={`map-chip is-${digit}`} aria-hidden="true" />
                  {digit}
                </th>
                <td>{n}</td>
                <td>{nMisread}</td>
                <td>{nAmongOthers}</td>
                <td>
                  <Link view="drawings" query={`label=${digit}&disagrees=true`}>
                    {w.doubtful(digit)}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
