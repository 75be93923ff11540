/** Controls of the map: colour, points, version. */

import { DIGITS } from "../../shared/shapes";
import type { Maps } from "./calls";
import type { MapPoint } from "./points";
import { COLOURINGS, ONLY, SOURCES, withDigit, type Colouring, type MapQuery } from "./query";
import { mapWords } from "./words";

interface ControlsProps {
  points: readonly MapPoint[];
  wanted: MapQuery;
  maps: Maps;
  onChange: (wanted: MapQuery) => void;
}

interface ChoiceProps<Value extends string> {
  id: string;
  label: string;
  value: Value;
  choices: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}

function Choice<Value extends string>({ id, label, value, choices, onChange }: ChoiceProps<Value>) {
  return (
    <label class="map-choice">
      <span>{label}</span>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value as Value)}
      >
        {choices.map(([choice, name]) => (
          <option key={choice} value={choice} selected={choice === value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Controls({ points, wanted, maps, onChange }: ControlsProps) {
  const w = mapWords.value;
  const isFiltered =
    wanted.digits.length < DIGITS.length || wanted.source !== "all" || wanted.only !== "all";
  const version = String(wanted.version ?? maps.live_version ?? maps.items[0]?.version ?? "");
  return (
    <div class="map-controls">
      <Choice
        id="map-colour"
        label={w.colourBy}
        value={wanted.colour}
        choices={COLOURINGS.map((one) => [one, w.colouring(one)] as const)}
        onChange={(colour) => onChange({ ...wanted, colour })}
      />
      <Choice
        id="map-source"
        label={w.show}
        value={wanted.source}
        choices={SOURCES.map((one) => [one, w.sourceChoice(one)] as const)}
        onChange={(source) => onChange({ ...wanted, source })}
      />
      <Choice
        id="map-only"
        label={w.points}
        value={wanted.only}
        choices={ONLY.map((one) => [one, w.onlyChoice(one)] as const)}
        onChange={(only) => onChange({ ...wanted, only })}
      />
      {maps.items.length > 1 && (
        <Choice
          id="map-version"
          label={w.version}
          value={version}
          choices={maps.items.map((one) => [
            String(one.version),
            w.versionChoice(one.version, one.version === maps.live_version),
          ])}
          onChange={(chosen) => onChange({ ...wanted, version: Number(chosen) })}
        />
      )}
      <div class="map-digits" role="group" aria-label={w.digits}>
        {DIGITS.map((digit) => {
          const n = points.filter((point) => point.label === digit).length;
          return (
            <button
              key={digit}
              type="button"
              class={`map-digit is-${digit}`}
              aria-pressed={wanted.digits.includes(digit)}
              aria-label={w.digitButton(digit, n)}
              title={w.digitButton(digit, n)}
              onClick={() => onChange(withDigit(wanted, digit))}
            >
              {digit}
            </button>
          );
        })}
      </div>
      {isFiltered && (
        <button
          type="button"
          class="quiet-button"
          id="map-reset"
          onClick={() => onChange({ ...wanted, digits: DIGITS, source: "all", only: "all" })}
        >
          {w.reset}
        </button>
      )}
    </div>
  );
}

/** The legend of the signs. */
export function Key({ colour }: { colour: Colouring }) {
  const w = mapWords.value;
  return (
    <ul class={`map-key is-${colour}`}>
      <li>
        <span class="map-sign is-drawing" aria-hidden="true" />
        {w.keyDrawing}
      </li>
      <li>
        <span class="map-sign is-mnist" aria-hidden="true" />
        {w.keyMnist}
      </li>
      {colour === "agreement" && (
        <li>
          <span class="map-sign is-cross" aria-hidden="true">
            ×
          </span>
          {w.keyWrong}
        </li>
      )}
    </ul>
  );
}
