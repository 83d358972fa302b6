// What `npx executus-conformance` is given. In the environment: a database.
import { sqliteStore } from "@executus/adapter-sqlite";

export default () => sqliteStore({ database: process.env["OWN_STORE"] ?? ":memory:" });
