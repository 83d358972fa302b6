import { setImmediate as turn } from "node:timers/promises";
import type { Gate } from "./promises.ts";

/** One request on its way to the server, and its answer. */
export interface Exchange {
  readonly request: Buffer;
  /** Sends bytes to the server. */
  forward(bytes: Buffer): void;
  /** Resolves with the whole answer: what was asked for is done. */
  answered(): Promise<Buffer>;
  /** Sends bytes to the client. Resolves when they have left. */
  reply(bytes: Buffer): Promise<void>;
  /** Destroys both connections. */
  cut(): void;
}

/** What becomes of an exchange in place of its taking place. */
export interface Fault {
  readonly name: string;
  strike(exchange: Exchange): void | Promise<void>;
}

/** The connection is lost before the request reaches the server. */
export const cutBefore: Fault = { name: "a cut before the request", strike: ({ cut }) => cut() };

/** The connection is lost in the middle of the request. */
export const cutWithin: Fault = {
  name: "a cut within the request",
  strike: ({ request, forward, cut }) => {
    forward(request.subarray(0, request.length / 2));
    cut();
  },
};

/** The connection is lost after the server applied the request, and before the answer gets back. */
export const cutAfter: Fault = {
  name: "a cut before the answer",
  strike: async ({ request, forward, answered, cut }) => {
    forward(request);
    await answered();
    cut();
  },
};

/** The connection is lost in the middle of the answer. */
export const cutWithinAnswer: Fault = {
  name: "a cut within the answer",
  strike: async ({ request, forward, answered, reply, cut }) => {
    forward(request);
    const answer = await answered();
    await reply(answer.subarray(0, answer.length / 2));
    cut();
  },
};

/** The request is taken and never answered. The connection stays open. */
export const requestSwallowed: Fault = { name: "a swallowed request", strike: () => {} };

/** The server applies the request, and nobody ever hears of it. The connection stays open. */
export const answerSwallowed: Fault = {
  name: "a swallowed answer",
  strike: async ({ request, forward, answered }) => {
    forward(request);
    await answered();
  },
};

/** The first bytes of the answer come one by one. */
export const trickle: Fault = {
  name: "a trickling answer",
  strike: async ({ request, forward, answered, reply }) => {
    forward(request);
    const answer = await answered();
    const single = Math.min(answer.length, 200);
    for (let at = 0; at < single; at += 1) {
      await reply(answer.subarray(at, at + 1));
      // Else the system puts several into one packet.
      await turn();
    }
    await reply(answer.subarray(single));
  },
};

/** The request is held back until the gate opens, and then takes its course: a delay that the test ends. */
export function heldUntil({ opened }: Gate): Fault {
  return {
    name: "a request that is held back",
    strike: async ({ request, forward, answered, reply }) => {
      await opened;
      forward(request);
      await reply(await answered());
    },
  };
}

/** The server applies the request, which opens the first gate; its answer is held back until the second opens. */
export function answerHeld(applied: Gate, { opened }: Gate): Fault {
  return {
    name: "an answer that is held back",
    strike: async ({ request, forward, answered, reply }) => {
      forward(request);
      const answer = await answered();
      applied.open();
      await opened;
      await reply(answer);
    },
  };
}

/** The request is held back until the gate opens, and is lost then. */
export function lostWhen({ opened }: Gate): Fault {
  return {
    name: "a request that is lost late",
    strike: async ({ cut }) => {
      await opened;
      cut();
    },
  };
}
