import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const PLOT = new URL("../../../node_modules/@observablehq/plot/src/", import.meta.url);
const SERVER = new URL("../../../../server/", import.meta.url);

/** The server's module that makes the content security policy. */
function headersModule(): string {
  const path = readdirSync(SERVER, { recursive: true, encoding: "utf8" }).find((one) =>
    /(^|\/)headers\.py$/.test(one),
  );
  return readFileSync(new URL(path ?? "headers.py", SERVER), "utf8");
}

function found(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1] ?? "";
}

test("the content security policy allows the style of the Plot that is installed", () => {
  const style = found(
    readFileSync(new URL("plot.js", PLOT), "utf8"),
    /append\("style"\)\.text\(\s*`([^`]+)`/,
  );
  const name = found(readFileSync(new URL("style.js", PLOT), "utf8"), /return "(plot-[0-9a-f]+)"/);
  const inserted = style.replaceAll("${className}", name);
  const hash = createHash("sha256").update(inserted).digest("base64");

  const allowed = found(headersModule(), /PLOT_STYLE = "'(.+)'"/);

  expect(allowed).toBe(`sha256-${hash}`);
});
