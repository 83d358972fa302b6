import { DatabaseSync } from "node:sqlite";

// Holds the write lock of a database until it is told to release it; answers "ping" meanwhile.

const db = new DatabaseSync(process.argv[2] ?? "");
db.exec("begin immediate");
process.send?.("locked");

process.on("message", (message) => {
  if (message === "release") {
    db.exec("commit");
    process.disconnect();
  } else {
    process.send?.("pong");
  }
});
