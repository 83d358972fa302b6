import { MongoClient } from "mongodb";
import { expect, inject, test } from "vitest";
import { serverOrSkip } from "../src/index.ts";

interface Counter {
  _id: string;
  count: number;
}

/** FerretDB by itself lets all of them win: see ../ferretdb/gate.go. */
test("of racing updates with the same guard, one wins, as in MongoDB", async ({ skip }) => {
  const { url } = serverOrSkip(inject("mongo"), skip);
  await using client = new MongoClient(url);
  const counters = client.db("executus-test-servers").collection<Counter>(crypto.randomUUID());
  await counters.insertOne({ _id: "a", count: 0 });
  const racers = Array.from({ length: 32 });

  const guarded = await Promise.all(
    racers.map(() => counters.updateOne({ _id: "a", count: 0 }, { $set: { count: 1 } })),
  );
  const modified = await Promise.all(
    racers.map(() => counters.findOneAndUpdate({ _id: "a", count: 1 }, { $set: { count: 2 } })),
  );
  await Promise.all(racers.map(() => counters.updateOne({ _id: "a" }, { $inc: { count: 1 } })));

  expect(guarded.filter(({ matchedCount }) => matchedCount === 1)).toHaveLength(1);
  expect(modified.filter((before) => before !== null)).toHaveLength(1);
  expect(await counters.findOne({ _id: "a" })).toMatchObject({ count: 2 + racers.length });
  await counters.drop();
});
