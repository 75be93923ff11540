/** Bar chart of the count of each digit. */

import { useCallback } from "preact/hooks";
import { DIGITS } from "../../shared/shapes";
import { adminWords } from "../words";
import { PlotFigure, type DrawPlot } from "./plot";

interface DigitBarsProps {
  id: string;
  title: string;
  finding: string;
  byLabel: readonly number[];
}

interface Bar {
  label: string;
  n: number;
  colour: string;
}

const HEIGHT = 180;

export function DigitBars({ id, title, finding, byLabel }: DigitBarsProps) {
  const counts = byLabel.join(" "); // each answer has a new array, mostly with the same counts
  const draw: DrawPlot = useCallback(
    (plot, { formats }) => {
      const bars = counts.split(" ").map((n, digit): Bar => {
        return { label: String(digit), n: Number(n), colour: `var(--digit-${digit})` };
      });
      return {
        marginTop: 24,
        marginLeft: 0,
        marginRight: 0,
        marginBottom: 28,
        x: { type: "band", label: null, padding: 0.2 },
        y: { axis: null, domain: [0, Math.max(1, ...bars.map(({ n }) => n))] },
        marks: [
          plot.barY(bars, { x: "label", y: "n", fill: "colour", rx: 2 }),
          plot.text(bars, {
            x: "label",
            y: "n",
            text: ({ n }: Bar) => formats.short(n),
            dy: -10,
            fill: "currentColor",
          }),
          plot.axisX({ tickSize: 0, label: null }),
          plot.ruleY([0], { stroke: "var(--edge)" }),
        ],
      };
    },
    [counts],
  );
  return (
    <PlotFigure
      id={id}
      title={title}
      finding={finding}
      draw={draw}
      height={HEIGHT}
      table={{
        columns: [adminWords.value.digit, adminWords.value.count],
        rows: DIGITS.map((digit) => ({ key: String(digit), cells: [digit, byLabel[digit] ?? 0] })),
      }}
    />
  );
}
