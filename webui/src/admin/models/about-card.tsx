/** How a version was made: from which, on how much, by which recipe. */

import type { Model } from "../../contract";
import { languageTag } from "../../shared/language";
import { versions_words } from "./words";
import { Card } from "../shared/parts";
import { plotFormats } from "../shared/figures";

const HASH_SHOWN = 12;

/** A value of a recipe as people read it: nested settings on one line. */
function told(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "object") return typeof value === "string" ? value : JSON.stringify(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${told(one)}`)
    .join(", ");
}

export function AboutCard({ model }: { model: Model }) {
  const w = versions_words.value;
  const { number } = plotFormats(languageTag.value);
  const { about, network, base_version, n_drawings, n_new } = model;
  const facts: [string, string][] = [
    [w.network, network],
    [w.parameters, about?.n_parameters == null ? "–" : number(about.n_parameters)],
    [w.parent, base_version === null ? w.from_scratch : w.version_name(base_version)],
    [w.learned_from, n_drawings === null ? w.only_mnist : w.n_learned(n_drawings, n_new ?? 0)],
    [w.temperature, about?.temperature == null ? "–" : about.temperature.toFixed(3)],
    [w.seed, told(about?.seed)],
    ["SHA-256", about === undefined ? "–" : `${about.onnx_sha256.slice(0, HASH_SHOWN)}…`],
  ];
  const recipe = Object.entries(about?.recipe ?? {});
  return (
    <Card title={w.about} id="about">
      <dl class="about-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {recipe.length > 0 && (
        <details>
          <summary>{w.recipe}</summary>
          <dl class="about-recipe">
            {recipe.map(([name, value]) => (
              <div key={name}>
                <dt>
                  <code>{name}</code>
                </dt>
                <dd>{told(value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </Card>
  );
}
