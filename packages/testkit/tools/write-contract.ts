import { writeFileSync } from "node:fs";
import { contractPages } from "./contract-page.ts";

for (const { path, text } of contractPages) {
  writeFileSync(new URL(`../../../${path}`, import.meta.url), text);
}
