// A program: starts both servers, and says where they are until Ctrl-C.
import { once } from "node:events";
import { startDynamo } from "./dynamo.ts";
import { isMissing } from "./missing.ts";
import { startMongo } from "./mongo.ts";

const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
const found = [
  { variable: "EXECUTUS_TEST_MONGO_URL", server: await startMongo() },
  { variable: "EXECUTUS_TEST_DYNAMO_ENDPOINT", server: await startDynamo() },
];

for (const { variable, server } of found) {
  console.log(isMissing(server) ? server.missing : `${variable}=${server.url} # ${server.name}`);
}
const servers = found.flatMap(({ server }) => (isMissing(server) ? [] : [server]));

if (servers.length > 0) {
  console.log("Ctrl-C stops them and removes their data.");
  await interrupted;
}
await Promise.all(servers.map((server) => server.stop()));
