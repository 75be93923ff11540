/** Which drawings go out, how, and how many that is: everything stands in the address. */

import { useCallback } from "preact/hooks";
import { data_words } from "./words";
import { query, stats, stay } from "../state";
import { Card, Show } from "../shared/parts";
import { useLoaded } from "../shared/requests";
import { data, exportAddress, FORMATS, type Estimate, type Format } from "./calls";
import { CHOICES, exportQuery, FIELDS, sizeFigure, withValue } from "./export-query";

function change(name: string, value: string): void {
  stay("data", "", withValue(query.value, name, value), "replace");
}

function Choice({ name, value }: { name: keyof typeof CHOICES; value: string }) {
  const w = data_words.value;
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
      {data_words.value[name]}
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
  const w = data_words.value;
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
            {w.format_name(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Carried({ wanted }: { wanted: URLSearchParams }) {
  const w = data_words.value;
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
  const w = data_words.value;
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
        {n === 0 ? w.estimate_none : w.estimate(n, is_exact, sizeFigure(n_bytes))}
      </p>
    </div>
  );
}

export function ExportCard({ onExport }: { onExport: () => void }) {
  const w = data_words.value;
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
        {w.format_explained(format)} {w.export_explained}
      </p>
      <Show loaded={loaded}>
        {(estimate) => (
          <Result estimate={estimate} address={exportAddress(text)} onExport={onExport} />
        )}
      </Show>
    </Card>
  );
}
