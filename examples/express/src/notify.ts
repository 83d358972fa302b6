export interface NotifyOptions {
  /** The same in every attempt: whoever is told twice, because this process died in between, can tell. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** Tells a web hook. */
export async function notify(
  url: string,
  message: unknown,
  { idempotencyKey, signal }: NotifyOptions,
): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
    body: JSON.stringify(message),
    signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`The web hook answered with status ${response.status}.`);
}
