import { cpus, release, totalmem, type } from "node:os";

/** What a run of the benchmarks was done on. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${memory} GiB`,
    `${type()} ${release()}`,
    `Node.js ${process.versions.node}`,
    `SQLite ${process.versions["sqlite"] ?? "unknown"}`,
  ].join("; ");
}
