import type { Collection, CollectionOptions, Db } from "mongodb";
import type { ChunkDocument, RecordDocument, RunDocument } from "./documents.ts";
import { storeMisconfigured } from "./errors.ts";
import { listingIndexes } from "./listing.ts";

/** Says which version of the layout the collections have, and that they are ours. */
interface LayoutDocument {
  readonly _id: string;
  readonly version: number;
}

export interface Collections {
  readonly runs: Collection<RunDocument>;
  readonly records: Collection<RecordDocument>;
  readonly chunks: Collection<ChunkDocument>;
  readonly layout: Collection<LayoutDocument>;
}

const layoutVersion = 1;
const layoutId = "executus";

/** Whatever the client is set to: writes that survive, reads of what survives, and plain values. */
const safely: CollectionOptions = {
  readPreference: "primary",
  readConcern: { level: "majority" },
  // `j`: a standalone server has no other member to keep what was acknowledged when it is killed.
  writeConcern: { w: "majority", journal: true },
  ignoreUndefined: true,
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: false,
  useBigInt64: false,
  raw: false,
};

export function collectionsOf(db: Db, prefix: string): Collections {
  return {
    runs: db.collection(`${prefix}runs`, safely),
    records: db.collection(`${prefix}records`, safely),
    chunks: db.collection(`${prefix}chunks`, safely),
    layout: db.collection(`${prefix}layout`, safely),
  };
}

/** Makes empty collections ours. Changes nothing in collections that are not ours, or newer than this code. */
export async function setUp(db: Db, collections: Collections): Promise<void> {
  const { runs, layout } = collections;
  if (!(await isOurs(layout))) {
    await checkEmpty(db, collections);
    await checkPlain(db, collections);
    await layout.updateOne(
      { _id: layoutId },
      { $setOnInsert: { version: layoutVersion } },
      { upsert: true },
    );
  }
  // One by one: FerretDB 1.24 stumbles over two that exist.
  for (const { key, name } of listingIndexes) await runs.createIndex(key, { name });
}

async function isOurs(layout: Collections["layout"]): Promise<boolean> {
  const found = await layout.findOne({ _id: layoutId });
  if (found === null) return false;
  const { version } = found;
  if (version === layoutVersion) return true;
  throw storeMisconfigured(
    `The collection "${layout.namespace}" has layout version "${version}", not "${layoutVersion}". Update "@executus/adapter-mongo".`,
  );
}

async function checkEmpty(db: Db, { layout, ...others }: Collections): Promise<void> {
  for (const { collectionName, namespace } of Object.values(others)) {
    const found = await db.collection(collectionName, safely).findOne();
    // Another process may have made them ours, and begun to work, meanwhile.
    if (found === null || (await isOurs(layout))) continue;
    throw storeMisconfigured(
      `The collection "${namespace}" holds documents that are not of Executus. Use another "database", or a "collectionPrefix".`,
    );
  }
}

/** Refuses collections that somebody made with options by which ids would meet, or documents vanish. */
async function checkPlain(db: Db, collections: Collections): Promise<void> {
  const names = Object.values(collections).map(({ collectionName }) => collectionName);
  const found = db.listCollections({ name: { $in: names } }, { nameOnly: false });
  for await (const { name, options = {} } of found) {
    const odd = ["collation", "capped", "timeseries", "viewOn"].find((option) => options[option]);
    if (odd === undefined) continue;
    throw storeMisconfigured(
      `The collection "${db.databaseName}.${name}" was made with the option "${odd}". Use another "database", or a "collectionPrefix".`,
    );
  }
}
