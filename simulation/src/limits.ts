/** The times and limits of every executor here, in milliseconds: short, so that little has to happen in vain. */
export const limits = {
  leaseMs: 3_000,
  pollMs: 500,
  callTimeoutMs: 400,
  beginTimeoutMs: 2_000,
  saveTimeoutMs: 2_000,
  finaliseTimeoutMs: 2_000,
  abortGraceMs: 300,
  maxFailedAttempts: 5,
  maxFailedAttemptsWithoutProgress: 3,
} as const;
