/** Runs over HTTP. Any number of these processes may share one database. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { constants } from "node:os";
import { createExecutor } from "@executus/core";
import { storeOf } from "example-stores";
import { defineSurvey } from "./job.ts";
import { drain } from "./drain.ts";
import { makeApp } from "./server.ts";
import { readSettings } from "./settings.ts";

const settings = readSettings(process.env, process.argv.slice(2));
const survey = defineSurvey({ pauseMs: settings.PAUSE_MS, notifyUrl: settings.NOTIFY_URL });
const executor = createExecutor({
  store: await storeOf(settings.STORE),
  definitions: [survey],
  leaseMs: settings.LEASE_MS,
  pollMs: settings.POLL_MS,
  // Goes on with what other processes leave behind, from now on.
  recovery: { everyMs: settings.RECOVER_EVERY_MS },
});
const server = createServer(makeApp({ executor, survey, keepAliveMs: settings.KEEP_ALIVE_MS }));

let isDraining = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    // Whoever asks twice means at once. That is safe as well: others go on as after a crash.
    if (isDraining) process.exit(128 + constants.signals[signal]);
    isDraining = true;
    const drained = drain(server, executor, settings.GRACE_MS);
    console.log(`${signal}: draining`);
    void drained.then(() => {
      console.log("Drained");
      process.exit(0);
    });
  });
}

try {
  // A database that cannot work is found out now, not by the first client.
  await executor.recover();
  if (!isDraining) server.listen(settings.PORT, settings.HOST);
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  console.log(`Process ${process.pid} listens on http://${address}:${port}`);
} catch (error) {
  if (!isDraining) {
    console.error(error);
    await executor[Symbol.asyncDispose]();
    process.exit(1);
  }
}
