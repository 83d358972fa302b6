import { connect } from "node:net";
import type { Socket } from "node:net";
import type { Exchange, Fault } from "./network-faults.ts";
import type { Wire } from "./wires.ts";

/** A connection of a client, and the one to the server that stands behind it. */
export interface ProxiedConnection {
  /** Ends it as a machine does that knows nothing of it. */
  reset(): void;
}

export interface ProxyOptions {
  readonly server: { readonly host: string; readonly port: number };
  readonly wire: Wire;
  /** While it is silent, bytes vanish. */
  readonly network: { readonly silent: boolean };
  /** What strikes a request in place of its passing through. Called for each, in order. */
  faultFor(request: Buffer): Fault["strike"] | undefined;
}

export function proxied(client: Socket, options: ProxyOptions): ProxiedConnection {
  const { server, wire, network, faultFor } = options;
  const upstream = connect({ ...server, noDelay: true });
  let requests = Buffer.alloc(0);
  /** The exchange that is struck, as long as it is the last one that came. */
  let struck: StruckExchange | undefined;

  const cut = (): void => {
    client.destroy();
    upstream.destroy();
  };
  upstream.on("error", cut).on("close", cut);
  client.on("error", () => client.destroy());
  // What is held back reaches the server, also if who sent it is gone by then.
  client.on("close", () => {
    if (struck === undefined) upstream.destroy();
  });

  const reply = (bytes: Buffer): Promise<void> =>
    new Promise((resolve) => {
      if (network.silent || client.destroyed) resolve();
      else client.write(bytes, () => resolve());
    });

  const pass = (request: Buffer): void => {
    const strike = faultFor(request);
    struck = strike && struckExchange(wire, { request, reply, cut, upstream });
    if (strike === undefined || struck === undefined) upstream.write(request);
    else void strikeOut(strike, struck);
  };

  const strikeOut = async (strike: Fault["strike"], exchange: Exchange): Promise<void> => {
    await strike(exchange);
    if (client.destroyed) upstream.destroy();
  };

  client.on("data", (bytes: Buffer) => {
    if (network.silent) return;
    requests = Buffer.concat([requests, bytes]);
    for (let end = wire.lengthOf(requests); end !== undefined; end = wire.lengthOf(requests)) {
      const request = requests.subarray(0, end);
      requests = requests.subarray(end);
      pass(request);
    }
  });
  upstream.on("data", (bytes: Buffer) => {
    if (struck === undefined) void reply(bytes);
    else struck.take(bytes);
  });
  return {
    reset: () => {
      client.resetAndDestroy();
      upstream.destroy();
    },
  };
}

interface StruckExchange extends Exchange {
  /** Takes what the server sends. */
  take(bytes: Buffer): void;
}

function struckExchange(
  wire: Wire,
  { upstream, ...exchange }: Pick<Exchange, "request" | "reply" | "cut"> & { upstream: Socket },
): StruckExchange {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  let answer = Buffer.alloc(0);
  return {
    ...exchange,
    forward: (bytes) => upstream.write(bytes),
    answered: () => promise,
    take: (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      const end = wire.lengthOf(answer);
      if (end !== undefined) resolve(answer.subarray(0, end));
    },
  };
}
