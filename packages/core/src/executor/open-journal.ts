import { untilKnown } from "../journal/calls.ts";
import { createJournal } from "../journal/journal.ts";
import type { Journal } from "../journal/journal.ts";
import type { Logger } from "../logger.ts";
import type { RunStore } from "../store.ts";
import type { Settings } from "./settings.ts";

/**
 * Makes a function that gives the journal over a store, which it opens when first called. An opening that failed is tried
 * again by the next call.
 */
export function journalOver(
  store: RunStore,
  settings: Settings,
  logger: Logger,
): () => Promise<Journal> {
  const { runtime, callTimeoutMs, beginTimeoutMs: limitMs } = settings;
  const owner = `${runtime.host.name}:${runtime.id()}`;
  const journal = createJournal({ ...settings, store, logger, owner });
  let opening: Promise<unknown> | undefined;
  return async () => {
    opening ??= untilKnown(runtime, () => store.open(), {
      callTimeoutMs,
      limitMs,
      what: "open",
      writes: false,
    });
    try {
      await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
    return journal;
  };
}
