import { parseArgs } from "node:util";
import { z } from "zod";

const ms: z.ZodCoercedNumber = z.coerce.number().int().min(0);

/** What can be set from outside. Times are in milliseconds. */
export interface Settings {
  readonly HOST: string;
  readonly PORT: number;
  /** The address of the store: all processes that share it share the work. */
  readonly STORE: string;
  /** How much longer each text takes. */
  readonly PAUSE_MS: number;
  /** Who is told of each survey that is done. */
  readonly NOTIFY_URL?: string | undefined;
  /** How long runs may go on when this process is asked to end. */
  readonly GRACE_MS: number;
  readonly LEASE_MS: number;
  readonly POLL_MS: number;
  readonly RECOVER_EVERY_MS: number;
  /** How often a stream of events says that it is there. */
  readonly KEEP_ALIVE_MS: number;
}

const environment: z.ZodType<Settings> = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3_000),
  STORE: z.string().min(1).default("sqlite:runs.sqlite"),
  PAUSE_MS: ms.default(500),
  NOTIFY_URL: z.url({ protocol: /^https?$/ }).optional(),
  GRACE_MS: ms.default(10_000),
  LEASE_MS: ms.min(1).default(30_000),
  POLL_MS: ms.min(1).default(1_000),
  RECOVER_EVERY_MS: ms.min(1).default(5_000),
  KEEP_ALIVE_MS: ms.min(1).default(15_000),
});

/** @param args - `--store` goes before `STORE` of the environment. @throws if a value is not what it should be */
export function readSettings(env: NodeJS.ProcessEnv, args: readonly string[]): Settings {
  const { values } = parseArgs({ args: [...args], options: { store: { type: "string" } } });
  const { data, error } = environment.safeParse({ ...env, STORE: values.store ?? env["STORE"] });
  if (data !== undefined) return data;
  throw new Error(`The environment is not as it should be.\n${z.prettifyError(error)}`);
}
