// Makes src/contract.ts of the server's OpenAPI schemas; with --check, fails when it is stale.
//
//   npm run contract                     asks the Python of ../.venv (or $PYTHON) for the schemas
//   npm run contract -- schemas.json     reads them from a file that scripts.print_openapi printed
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { format } from "prettier";

const ROOT = new URL("../../", import.meta.url);
const TARGET = new URL("../src/contract.ts", import.meta.url);

const names = process.argv.slice(2);
const isCheck = names.includes("--check");
const [file] = names.filter((name) => !name.startsWith("--"));

function printed() {
  const python = process.env.PYTHON ?? ".venv/bin/python";
  const options = { cwd: ROOT, encoding: "utf8", maxBuffer: 100_000_000 };
  return execFileSync(python, ["-m", "scripts.print_openapi"], options);
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const source = (file === undefined ? printed() : readFileSync(file, "utf8")).trim();
const tree = await openapiTS(source, {
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
  rootTypesKeepCasing: true,
  defaultNonNullable: false, // a field with a default may be missing in what is sent
  emptyObjectsUnknown: true,
});
const types = await format(astToString(tree), { parser: "typescript", printWidth: 100 });
const head = `/**
 * The types of everything that the server takes and answers, made by \`npm run contract\` of the
 * server's schemas. Do not edit it: change the server, then make it again.
 *
 * schemas ${sha256(source)}
 * types   ${sha256(types)}
 */

`;

if (!isCheck) {
  writeFileSync(TARGET, head + types);
} else if (readFileSync(TARGET, "utf8") !== head + types) {
  console.error("src/contract.ts is not what the server's schemas say: run `npm run contract`");
  process.exit(1);
}
