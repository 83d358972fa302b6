/**
 * The digest, which writes down each phase that begins. If it is told to, it says `waiting` in the middle of `rank`, and
 * waits for ever.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createExecutor } from "@executus/core";
import { storeOf } from "example-stores";
import { defineDigest } from "../../src/digest.ts";

const [folder = "", out = "", address = "", stops = ""] = process.argv.slice(2);

const digest = defineDigest(async (phase, done) => {
  if (done === 0) appendFileSync(join(out, "log.txt"), `${phase}\n`);
  if (stops !== "stops" || phase !== "rank" || done !== 1) return;
  console.log("waiting");
  await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
});

const store = await storeOf(address);
const executor = createExecutor({ store, definitions: [digest] });
try {
  const input = { folder, report: join(out, "digest.md") };
  console.log(JSON.stringify(await executor.run(digest, { id: "digest", input })));
} finally {
  await executor[Symbol.asyncDispose]();
}
