import type { Logger } from "@executus/core";

const ignore = (): void => {};

/** For processes whose store is made to fail: they have much to warn of. */
export const quietLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
