// A program: runs a server for the process that started it, and kills it when that process is gone, however it went.
//
//     node watchdog.ts folder-of-the-server command ...arguments
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const [folder = "", command = "", ...args] = process.argv.slice(2);
const server = spawn(command, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });

server.once("spawn", () => process.send?.({ pid: server.pid }, ignoreThatItIsGone));
server.once("error", end);
server.once("exit", end);

// The channel closes when the other process ends, also by SIGKILL.
process.once("disconnect", () => void server.kill("SIGKILL"));

function end(error: unknown): void {
  if (error instanceof Error) console.error(error.message);
  // Nobody is left who would start the server again, or remove its data.
  if (!process.connected) rmSync(folder, { recursive: true, force: true });
  process.exit();
}

function ignoreThatItIsGone(): void {}
