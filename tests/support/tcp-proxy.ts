import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Fault } from "./network-faults.ts";
import { gate } from "./promises.ts";
import { proxied } from "./proxied-connection.ts";
import type { ProxiedConnection } from "./proxied-connection.ts";
import type { Wire } from "./wires.ts";

/** Which exchanges a fault strikes. */
export interface Aim {
  /** Those with this in their name or their request. @default every one that is about data */
  readonly at?: RegExp | undefined;
  /** How many of those pass first. @default 0 */
  readonly after?: number | undefined;
  /** How many are struck: so many, or all, of which there must be one. @default 1 */
  readonly times?: number | "all" | undefined;
}

/** A fault that waits for its exchanges. */
interface ArmedFault {
  /** Resolves when the last exchange that it strikes has come. */
  readonly met: Promise<void>;
  /** Resolves when it has done to that one what it does. */
  readonly struck: Promise<void>;
}

/** A proxy between drivers and a server, on which things go wrong as told. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** The names of the requests about data that have come, in order. */
  readonly seen: readonly string[];
  /** Does something while a fault is armed. @throws if the fault did not strike as often as it was to */
  under<T>(fault: Fault, aim: Aim, work: (armed: ArmedFault) => Promise<T>): Promise<T>;
  /** From now on every byte vanishes, on connections old and new, which stay open. */
  goSilent(): void;
  /** Lets everything pass again. Connections from before are reset: some of their bytes are gone. */
  heal(): void;
}

interface Aimed {
  readonly fault: Fault;
  readonly at: RegExp;
  passing: number;
  striking: number;
  readonly met: () => void;
  readonly struck: () => void;
}

export async function tcpProxy(
  server: { readonly host: string; readonly port: number },
  wire: Wire,
): Promise<TcpProxy> {
  const seen: string[] = [];
  const connections: ProxiedConnection[] = [];
  const network = { silent: false };
  let aimed: Aimed | undefined;

  /** What strikes a request, if anything does. */
  const faultFor = (request: Buffer): Fault["strike"] | undefined => {
    const name = wire.nameOf(request);
    if (name === undefined) return undefined;
    seen.push(name);
    const hit = aimed;
    if (hit === undefined || hit.striking === 0) return undefined;
    if (!hit.at.test(`${name} ${request.toString("latin1")}`)) return undefined;
    if (hit.passing > 0) {
      hit.passing -= 1;
      return undefined;
    }
    hit.striking -= 1;
    const isLast = hit.striking === 0;
    if (isLast) hit.met();
    return async (exchange) => {
      await hit.fault.strike(exchange);
      if (isLast) hit.struck();
    };
  };

  const listener = createServer({ noDelay: true }, (client) => {
    connections.push(proxied(client, { server, wire, network, faultFor }));
  });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  // Not closed: mongodb 7.9 waits for ever for a heartbeat if it polls its server and all connections end at once.
  const resetAll = (): void => {
    for (const connection of connections) connection.reset();
  };

  return {
    port: (listener.address() as AddressInfo).port,
    seen,
    under: async (fault, { at = /^/, after = 0, times = 1 }, work) => {
      const [met, struck] = [gate(), gate()];
      const striking = times === "all" ? Number.MAX_SAFE_INTEGER : times;
      const mine = {
        fault,
        at,
        passing: after,
        striking,
        met: met.open,
        struck: struck.open,
      };
      aimed = mine;
      try {
        const result = await work({ met: met.opened, struck: struck.opened });
        const enough = times === "all" ? mine.striking < striking : mine.striking === 0;
        if (enough) return result;
      } finally {
        aimed = undefined;
      }
      throw new Error(`${fault.name} struck ${striking - mine.striking} times, not ${times}.`);
    },
    goSilent: () => {
      network.silent = true;
    },
    heal: () => {
      network.silent = false;
      resetAll();
    },
    [Symbol.asyncDispose]: async () => {
      resetAll();
      listener.close();
      await once(listener, "close");
    },
  };
}

/** How many exchanges something takes. */
export async function exchangesOf(
  { seen }: Pick<TcpProxy, "seen">,
  work: () => Promise<unknown>,
): Promise<number> {
  const before = seen.length;
  await work();
  return seen.length - before;
}
