import { gunzipSync, gzipSync } from "node:zlib";
import { createExecutor, defineRun, jsonCodec } from "@executus/core";
import type { Codec } from "@executus/core";
import { describe, expect, test } from "vitest";
import { settle } from "../support/clock.ts";
import { testLogger } from "../support/logger.ts";
import { rejection, untilAborted } from "../support/promises.ts";
import { journalOf, places } from "../support/stores.ts";

/** Compresses what the JSON codec makes. */
const gzipCodec: Codec = {
  name: "gzip-json",
  encode: (value, limits) => gzipSync(jsonCodec.encode(value, limits)),
  decode: (data) => jsonCodec.decode(gunzipSync(data).toString()),
};

const steps = defineRun<{ text: string }>("steps", { version: "1" })
  .phase("long", ({ input }) => [input.text, new Date(0)] as const)
  .phase("wait", ({ attempt, signal, outputs }) =>
    attempt === 1 ? untilAborted(signal) : outputs.long,
  );

const input = { text: "ha".repeat(50_000) };

for (const open of places) {
  describe(`another codec, on ${open().name}`, () => {
    test("is used for all that is saved, and for reading it again", async () => {
      using place = open();
      const logger = testLogger();
      const first = createExecutor({ store: place.open(), codec: gzipCodec, logger });
      void first.run(steps, { id: "a", input }).catch(() => {});
      await settle();
      await first.shutdown({ graceMs: 0 });

      const store = place.open();
      await using second = createExecutor({ store, codec: gzipCodec, logger });

      expect(await second.run(steps, { id: "a", input })).toEqual([input.text, new Date(0)]);
      for (const { data } of await journalOf(store, "a")) expect(data.length).toBeLessThan(2000);
    });

    test("leaves a run alone that it cannot read, and says so", async () => {
      using place = open();
      const logger = testLogger();
      const first = createExecutor({ store: place.open(), codec: gzipCodec, logger });
      void first.run(steps, { id: "a", input }).catch(() => {});
      await settle();
      await first.shutdown({ graceMs: 0 });

      const store = place.open();
      await store.open();
      await using second = createExecutor({ store, logger, definitions: [steps] });
      const before = await journalOf(store, "a");

      expect((await second.recover()).skipped).toMatchObject([
        { id: "a", reason: "EXECUTUS_UNSUPPORTED_FORMAT" },
      ]);
      expect(await rejection(second.get("a"))).toMatchObject({
        code: "EXECUTUS_UNSUPPORTED_FORMAT",
      });
      expect(await journalOf(store, "a")).toEqual(before);
    });
  });
}
