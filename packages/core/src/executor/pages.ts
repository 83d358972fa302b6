import type { Journal } from "../journal/journal.ts";
import type { RunQuery, RunRow } from "../store.ts";

const pageSize = 100;

/** Yields all rows that answer a query, page by page. */
export async function* pages(
  journal: Journal,
  query: Pick<RunQuery, "status" | "due">,
): AsyncGenerator<RunRow, void> {
  let cursor: string | undefined;
  do {
    const page = await journal.list({ ...query, limit: pageSize, cursor });
    yield* page.runs;
    ({ cursor } = page);
  } while (cursor !== undefined);
}
