// Fails when the files that the draw page loads exceed their budget; run it after `npm run build`.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 60; // compressed, all libraries included
const dist = new URL("../dist/", import.meta.url);
const page = readFileSync(new URL("index.html", dist), "utf8");
const paths = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1]);

let total = gzipSync(page).length;
for (const path of paths) {
  total += gzipSync(readFileSync(new URL(path, dist))).length;
}
console.log(`The draw page is ${(total / 1000).toFixed(1)} kB compressed, of ${BUDGET_KB} allowed`);
if (total > BUDGET_KB * 1000) process.exit(1);
