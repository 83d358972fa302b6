import type { Row, Scale } from "../benchmark.ts";
import { interleaved, timeOf } from "../interleaved.ts";
import { withServers } from "../servers.ts";
import { perTurn } from "../turns.ts";

/** Saves on database servers, where they can be had. */
export async function databaseRows({ rounds, quick }: Scale): Promise<Row[]> {
  const rows: Row[] = [];
  const turns = quick ? 20 : 100;
  await withServers(async ({ name, insert, open, insertByHand }) => {
    const measured = await interleaved(
      {
        save: () => perTurn(open().store, turns),
        floor: () => perInsert(insertByHand(), turns),
      },
      rounds,
    );
    rows.push(
      { what: `${name}, ${insert} by hand`, unit: "µs", value: measured.of("floor") },
      {
        what: `${name}, a turn`,
        unit: "µs",
        value: measured.of("save"),
        ratio: { to: `the ${insert} by hand`, times: measured.ratio("save", "floor") },
      },
    );
  });
  return rows;
}

/** Puts so many records into a journal, and then as many into another. @returns microseconds that one of those takes */
async function perInsert(
  insert: (journal: string, seq: number) => Promise<void>,
  count: number,
): Promise<number> {
  const insertAll = async (): Promise<void> => {
    const journal = crypto.randomUUID();
    for (let seq = 1; seq <= count; seq += 1) await insert(journal, seq);
  };
  await insertAll();
  return ((await timeOf(insertAll)) * 1_000) / count;
}
