/** Reliability diagram of a version on the MNIST test set. */

import { useCallback, useMemo } from "preact/hooks";
import { languageTag } from "../../shared/language";
import type { CertaintyBin, Score } from "../../shared/shapes";
import { words } from "../../shared/words";
import { plotFormats, type Share, shareOf } from "../shared/figures";
import { Card } from "../shared/parts";
import { type DrawPlot, PlotFigure } from "../shared/plot";
import { versionsWords } from "./words";

interface CertaintyRange extends CertaintyBin, Share {
  /** "90–95 %", as the language writes it */
  name: string;
}

/** Where the bins begin, in percent; the trainer's `CERTAINTY_EDGES`. */
const EDGES = [0, 50, 60, 70, 80, 90, 95, 99, 99.9, 100];

type Percent = (figure: string) => string;

function nameOf(atLeast: number, percent: Percent): string {
  const from = Number((atLeast * 100).toFixed(1));
  const to = EDGES.find((edge) => edge > from) ?? 100;
  return percent(`${from}–${to}`);
}

/**
 * Bins from the least sure, each with its share right and that share's interval of 95 %.
 * `percent` writes a percentage as the language does.
 */
export function rangesOf(bins: readonly CertaintyBin[], percent: Percent): CertaintyRange[] {
  return bins.flatMap((bin) => {
    const share = shareOf(bin.n_right, bin.n);
    return share === null ? [] : [{ ...bin, ...share, name: nameOf(bin.at_least, percent) }];
  });
}

const HEIGHT = 260;
/** Below this the names of the bins are written aslant. */
const NARROW_PX = 560;

function Diagram({ bins, ece }: { bins: readonly CertaintyBin[]; ece: number }) {
  const w = versionsWords.value;
  const formats = plotFormats(languageTag.value);
  const { percent } = words.value;
  const ranges = useMemo(() => rangesOf(bins, percent), [bins, percent]);

  const draw: DrawPlot = useCallback(
    (plot, { width, formats: f }) => ({
      marginLeft: 52,
      marginBottom: width < NARROW_PX ? 64 : 48,
      x: {
        type: "band",
        label: width < NARROW_PX ? null : w.certainty,
        domain: ranges.map(({ name }) => name),
        tickRotate: width < NARROW_PX ? -45 : 0,
      },
      y: { label: null, domain: [0, 1], ticks: 5, tickFormat: (y: number) => f.percent(y) },
      marks: [
        plot.gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
        plot.ruleX(ranges, {
          x: "name",
          y1: "low",
          y2: "high",
          stroke: "var(--accent)",
          strokeWidth: 3,
          strokeOpacity: 0.35,
        }),
        plot.tickY(ranges, {
          x: "name",
          y: "certainty",
          stroke: "var(--ink)",
          strokeWidth: 2,
          insetLeft: 6,
          insetRight: 6,
        }),
        plot.dot(ranges, {
          x: "name",
          y: "share",
          r: 5,
          fill: "var(--accent)",
          stroke: "var(--card)",
          strokeWidth: 2,
        }),
        plot.tip(
          ranges,
          plot.pointerX({
            x: "name",
            y: "share",
            maxRadius: Infinity,
            stroke: "var(--edge)",
            fontSize: 14,
            title: (one: CertaintyRange) =>
              w.certaintyTip(f.percent(one.certainty, 1), f.percent(one.share, 1), f.number(one.n)),
          }),
        ),
      ],
    }),
    [ranges, w],
  );

  return (
    <PlotFigure
      id="calibration"
      title={w.calibrationTitle}
      finding={w.calibrationFinding(formats.percent(ece, 2))}
      draw={draw}
      height={HEIGHT}
      legend={<p class="hint">{w.calibrationHint}</p>}
      table={{
        columns: [w.certainty, w.meanCertainty, w.shareRight, w.interval, w.nDigits],
        rows: ranges.map(({ name, certainty, share, low, high, n }) => ({
          key: name,
          cells: [
            name,
            formats.percent(certainty, 1),
            formats.percent(share, 1),
            `${formats.percent(low, 1)} – ${formats.percent(high, 1)}`,
            formats.number(n),
          ],
        })),
      }}
    />
  );
}

export function CalibrationCard({ score }: { score: Score | undefined }) {
  const w = versionsWords.value;
  const bins = score?.bins ?? [];
  const ece = score?.ece ?? null;
  return (
    <Card title={w.calibration} id="calibration-card">
      {bins.length === 0 || ece === null ? (
        <p class="quiet">{w.noCalibration}</p>
      ) : (
        <Diagram bins={bins} ece={ece} />
      )}
    </Card>
  );
}
