import type { JournalRecord, RunStore } from "@executus/core";

/** A store of which each call is told. */
export function tapped(
  store: RunStore,
  tell: (verb: string, args: readonly unknown[]) => void,
): RunStore {
  return new Proxy(store, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        if (typeof key === "string") tell(key, args);
        return member.apply(target, args) as unknown;
      };
    },
  });
}

/** Bytes of a record's data. */
export function bytesOf({ data }: JournalRecord): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
}
