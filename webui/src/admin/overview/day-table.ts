/** The days' figures as a table, under each chart of days. */

import { words } from "../../shared/language";
import { overview_words } from "./words";
import type { PlotTable } from "../shared/plot";
import type { PlotFormats } from "../shared/figures";
import type { Day } from "./calls";

/** Every day's figures, the newest first. */
export function dayTable(days: readonly Day[], formats: PlotFormats): PlotTable {
  const w = overview_words.value;
  return {
    columns: [w.day, words.value.admin.count, w.otherwise, w.share],
    rows: [...days].reverse().map(({ day, n, n_read, n_disagreed }) => ({
      key: day,
      cells: [
        formats.date(day),
        formats.number(n),
        formats.number(n_disagreed),
        n_read === 0 ? "–" : formats.percent(n_disagreed / n_read, 1),
      ],
    })),
  };
}
