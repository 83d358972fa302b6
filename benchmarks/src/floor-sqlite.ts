import { DatabaseSync } from "node:sqlite";

/** The least that a save can be on SQLite: one prepared insert of what a record holds, with the same durability. */
export interface SqliteFloor {
  /** Inserts so many records of a new journal. */
  save(count: number, data: string): void;
  close(): void;
}

export function sqliteFloor(file: string): SqliteFloor {
  const db = new DatabaseSync(file);
  db.exec(`pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = full;
    pragma wal_autocheckpoint = 512;
    create table records (journal text not null, seq integer not null, type text not null,
      generation integer not null, nonce text not null, at real not null, data any not null,
      checksum integer not null) strict;
    create unique index records_by_slot on records (journal, seq)`);
  const insert = db.prepare(`insert into records values (?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (journal, seq) do nothing`);
  return {
    save(count, data) {
      const journal = crypto.randomUUID();
      for (let seq = 1; seq <= count; seq += 1) {
        insert.run(journal, seq, "save", 1, crypto.randomUUID(), Date.now(), data, seq);
      }
    },
    close: () => db.close(),
  };
}
