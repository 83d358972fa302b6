import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** How a command ended, and what it printed on both of its outputs. */
export interface Outcome {
  /** `null` if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** @default 5 minutes */
  readonly timeoutMs?: number;
  /** Whether to print what it prints, as it comes. @default false */
  readonly show?: boolean;
}

/** Runs a command to its end, whatever that is. */
export async function execute(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, timeoutMs = 300_000, show = false }: CommandOptions,
): Promise<Outcome> {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    // On Windows npm is a script.
    shell: process.platform === "win32" && command === "npm",
  });
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
    if (show) process.stdout.write(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (show) process.stderr.write(text);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject).on("close", resolve);
  return { code: await promise, stdout, output };
}

/** Starts a program, waits until it prints this line, and kills it with SIGKILL. */
export async function killWhen(
  line: string,
  command: string,
  args: readonly string[],
  { cwd }: CommandOptions,
): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  try {
    for await (const printed of createInterface({ input: child.stdout })) {
      if (printed === line) return;
    }
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
  throw new Error(`"${command} ${args.join(" ")}" ended before it printed "${line}".`);
}

/** Runs npm, with the Node.js of this process. @throws with all that it printed, if it fails */
export async function npm(args: readonly string[], options: CommandOptions): Promise<Outcome> {
  const cli = process.env["npm_execpath"];
  const env = withoutOuterNpm(options.env ?? process.env);
  const outcome = await (cli?.endsWith("npm-cli.js")
    ? execute(process.execPath, [cli, ...args], { ...options, env })
    : execute("npm", args, { ...options, env }));
  if (outcome.code === 0) return outcome;
  throw new Error(`"npm ${args.join(" ")}" failed.${options.show ? "" : `\n${outcome.output}`}`);
}

/** What an npm script is told about its own package would mislead an npm in another folder. */
function withoutOuterNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const outer =
    /^(npm_(package|lifecycle|config_(local_prefix|workspace|include_workspace)).*|INIT_CWD)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !outer.test(name)));
}
