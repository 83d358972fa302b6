// Starts a server, prints its URL, and never ends by itself.
import { isMissing } from "../../src/index.ts";
import { kinds } from "../servers.ts";

const server = await kinds.find(({ name }) => name === process.argv[2])!.start();
console.log(isMissing(server) ? server.missing : server.url);
