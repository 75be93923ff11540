/** What the signs of the accuracy charts mean; only those that are to be seen. */

import { overview_words } from "./words";

interface AccuracyLegendProps {
  has_held: boolean;
  has_hand: boolean;
  anchor: number | null;
}

export function AccuracyLegend({ has_held, has_hand, anchor }: AccuracyLegendProps) {
  const w = overview_words.value;
  return (
    <ul class="plot-legend">
      <li>
        <span class="legend-line" aria-hidden="true" /> {w.legend_live}
      </li>
      <li>
        <span class="legend-dot" aria-hidden="true" /> {w.legend_promotion}
      </li>
      {has_hand && (
        <li>
          <span class="legend-dot is-hollow" aria-hidden="true" /> {w.legend_hand}
        </li>
      )}
      {anchor !== null && (
        <li>
          <span class="legend-anchor" aria-hidden="true" /> {w.legend_anchor(anchor)}
        </li>
      )}
      {has_held && (
        <li>
          <span class="legend-held" aria-hidden="true">
            ×
          </span>{" "}
          {w.legend_held}
        </li>
      )}
    </ul>
  );
}
