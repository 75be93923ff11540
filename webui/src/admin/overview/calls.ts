/** Requests of the overview. */

import type { DigitOut, LiveOut, NeedOut, OverviewOut } from "../../contract";
import { ask } from "../../shared/api";

export type { QueuesOut as Queues } from "../../contract";
export type { DatasetName } from "../../shared/shapes";

export type Need = NeedOut;
export type NeedKind = Need["kind"];
export type Live = LiveOut;
export type OverviewFigures = OverviewOut;
export type Day = OverviewFigures["by_day"][number];
export type Measured = OverviewFigures["versions"][number];
export type Measure = NonNullable<Measured["mnist_test"]>;
export type Promotion = OverviewFigures["promotions"][number];

/** Drawings, how many of them a version read, and how many of those as another digit. */
export type Agreement = DigitOut;

export const overviewApi = {
  show: () => ask<OverviewFigures>("/overview"),
};
