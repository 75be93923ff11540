/** Which digits the model reads as another one, with the way to those drawings. */

import { useCallback, useMemo } from "preact/hooks";
import { DIGITS } from "../../contract";
import { languageTag, words } from "../../shared/language";
import { overview_words } from "./words";
import { Link } from "../shared/parts";
import { PlotFigure, type DrawPlot } from "../shared/plot";
import { plotFormats, type Share, shareOf } from "../shared/figures";
import type { Agreement } from "./calls";

const HEIGHT = 180;

interface DigitShare extends Share {
  label: string;
  colour: string;
}

export function Disagreement({ by_digit }: { by_digit: readonly Agreement[] }) {
  const w = overview_words.value;
  const formats = plotFormats(languageTag.value);
  const shares = useMemo(
    () =>
      by_digit.flatMap(({ n_read, n_disagreed }, digit): DigitShare[] => {
        const share = shareOf(n_disagreed, n_read);
        const colour = `var(--digit-${digit})`;
        return share === null ? [] : [{ label: String(digit), colour, ...share }];
      }),
    [by_digit],
  );
  const most = shares.reduce<DigitShare | null>(
    (worst, one) => (one.share > (worst?.share ?? 0) ? one : worst),
    null,
  );

  const draw: DrawPlot = useCallback(
    (plot, { formats: f }) => ({
      marginTop: 12,
      marginLeft: 48,
      marginRight: 0,
      marginBottom: 28,
      x: { type: "point", label: null, domain: DIGITS.map(String), padding: 0.5 },
      y: { label: null, ticks: 4, zero: true, nice: true, tickFormat: (y: number) => f.percent(y) },
      marks: [
        plot.gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
        plot.ruleX(shares, { x: "label", y1: "low", y2: "high", stroke: "colour", strokeWidth: 2 }),
        plot.dot(shares, { x: "label", y: "share", fill: "colour", r: 5 }),
        plot.axisX({ tickSize: 0, label: null }),
        plot.ruleY([0], { stroke: "var(--edge)" }),
      ],
    }),
    [shares],
  );

  return (
    <PlotFigure
      id="by-digit"
      title={w.by_digit}
      finding={
        most === null
          ? w.by_digit_none
          : w.by_digit_finding(Number(most.label), formats.percent(most.share, 1))
      }
      draw={draw}
      height={HEIGHT}
      table={{
        columns: [w.digit, words.value.admin.count, w.otherwise, w.share, w.of_them],
        rows: by_digit.map(({ n, n_read, n_disagreed }, digit) => ({
          key: String(digit),
          cells: [
            digit,
            formats.number(n),
            formats.number(n_disagreed),
            n_read === 0 ? "–" : formats.percent(n_disagreed / n_read, 1),
            <Link key="link" view="drawings" query={`label=${digit}&disagrees=true`}>
              {w.of_them} {digit}
            </Link>,
          ],
        })),
      }}
    />
  );
}
