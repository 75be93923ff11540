/** Export: format, filters and an estimate; the address holds all choices. */

import { useCallback } from "preact/hooks";
import { Card, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { query, stats, stay } from "../state";
import { data, type Estimate, exportAddress, type Format, FORMATS } from "./calls";
import { dataWords } from "./words";

const FIELDS = ["label", "status", "split", "source", "since", "until"] as const;
export type Field = (typeof FIELDS)[number];

/** The choices of each field, as the API names them. */
export const CHOICES: Readonly<Record<"label" | "status" | "split" | "source", readonly string[]>> =
  {
    label: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    status: ["accepted", "quarantined", "rejected"],
    split: ["train", "holdout_known", "holdout_new"],
    source: ["drawn", "uploaded", "imported"],
  };

/** Filters that a link from the gallery may bring; the form has no field for them. */
const CARRIED = ["predicted", "confidence", "disagrees", "contributor", "version"] as const;

/** The query of an export: that of the address, with Parquet as the default format. */
export function exportQuery(address: string): URLSearchParams {
  const given = new URLSearchParams(address);
  const made = new URLSearchParams();
  const format = given.get("format") ?? "";
  made.set("format", FORMATS.find((one) => one === format) ?? "parquet");
  for (const name of [...FIELDS, ...CARRIED]) {
    const value = given.get(name) ?? "";
    if (value !== "") made.set(name, value);
  }
  return made;
}

/** The query with another value; an empty value removes the filter. */
export function withValue(address: string, name: string, value: string): string {
  const made = new URLSearchParams(address);
  if (value === "") made.delete(name);
  else made.set(name, value);
  return made.toString();
}

const UNITS = ["B", "kB", "MB", "GB"] as const;

/** 1234567 -> "1.2 MB". */
export function sizeFigure(nBytes: number): string {
  let size = nBytes;
  let place = 0;
  while (size >= 1000 && place < UNITS.length - 1) {
    size /= 1000;
    place += 1;
  }
  const digits = place === 0 || size >= 100 ? 0 : 1;
  return `${size.toFixed(digits)} ${UNITS[place] ?? "GB"}`;
}

function change(name: string, value: string): void {
  stay("data", "", withValue(query.value, name, value), "replace");
}

function Choice({ name, value }: { name: keyof typeof CHOICES; value: string }) {
  const w = dataWords.value;
  return (
    <label class="filter">
      {w[name]}
      <select
        id={`export-${name}`}
        value={value}
        onChange={(event) => change(name, event.currentTarget.value)}
      >
        <option value="">{w.any}</option>
        {CHOICES[name].map((choice) => (
          <option key={choice} value={choice}>
            {w.choice(choice)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Day({ name, value }: { name: "since" | "until"; value: string }) {
  return (
    <label class="filter">
      {dataWords.value[name]}
      <input
        id={`export-${name}`}
        type="date"
        value={value}
        onChange={(event) => change(name, event.currentTarget.value)}
      />
    </label>
  );
}

function FormatChoice({ format }: { format: Format }) {
  const w = dataWords.value;
  return (
    <label class="filter">
      {w.format}
      <select
        id="export-format"
        value={format}
        onChange={(event) => change("format", event.currentTarget.value)}
      >
        {FORMATS.map((one) => (
          <option key={one} value={one}>
            {w.formatName(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Carried({ wanted }: { wanted: URLSearchParams }) {
  const w = dataWords.value;
  const shown = new Set<string>([...FIELDS, "format"]);
  const carried = [...wanted].filter(([name]) => !shown.has(name));
  if (carried.length === 0) return null;
  return (
    <p class="hint">
      {w.also(carried.map(([name, value]) => `${name} = ${value}`).join(", "))}{" "}
      <button type="button" class="quiet-button" onClick={() => stay("data", "", "", "replace")}>
        {w.clear}
      </button>
    </p>
  );
}

interface ResultProps {
  estimate: Estimate;
  address: string;
  onExport: () => void;
}

function Result({ estimate, address, onExport }: ResultProps) {
  const w = dataWords.value;
  const { n, is_exact, n_bytes } = estimate;
  return (
    <div class="data-go">
      {n === 0 ? (
        <button type="button" class="primary-button" disabled>
          {w.download}
        </button>
      ) : (
        <a class="primary-button" id="export" href={address} download onClick={onExport}>
          {w.download}
        </a>
      )}
      <p id="estimate" role="status">
        {n === 0 ? w.estimateNone : w.estimate(n, is_exact, sizeFigure(n_bytes))}
      </p>
    </div>
  );
}

export function ExportCard({ onExport }: { onExport: () => void }) {
  const w = dataWords.value;
  const wanted = exportQuery(query.value);
  const text = wanted.toString();
  const format = (wanted.get("format") ?? "parquet") as Format;
  const load = useCallback(() => data.estimate(text), [text]);
  const loaded = useLoaded(load, `${text} ${stats.value?.n_drawings ?? 0}`);
  const value = (name: string) => wanted.get(name) ?? "";
  return (
    <Card title={w.export} id="export-card">
      <div class="data-filters">
        <FormatChoice format={format} />
        <Choice name="label" value={value("label")} />
        <Choice name="status" value={value("status")} />
        <Choice name="split" value={value("split")} />
        <Choice name="source" value={value("source")} />
        <Day name="since" value={value("since")} />
        <Day name="until" value={value("until")} />
      </div>
      <Carried wanted={wanted} />
      <p class="hint">
        {w.formatExplained(format)} {w.exportExplained}
      </p>
      <Show loaded={loaded}>
        {(estimate) => (
          <Result estimate={estimate} address={exportAddress(text)} onExport={onExport} />
        )}
      </Show>
    </Card>
  );
}
