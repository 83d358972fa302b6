/** Where progress is told: standard error, as a rule. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** How often a terminal that keeps every line is told how far it is. */
const everyMs = 10_000;
const clearLine = "\r\x1b[2K";

/** Tells how far a long run is: on one line that changes, or now and then on a new one. */
export class Progress implements Disposable {
  readonly #terminal: Terminal;
  readonly #total: number;
  readonly #timer: NodeJS.Timeout;
  #done = 0;
  #current = "";

  constructor(terminal: Terminal, total: number) {
    this.#terminal = terminal;
    this.#total = total;
    this.#timer = setInterval(() => this.#tell(), everyMs).unref();
  }

  begin(id: string): void {
    this.#current = id;
    if (this.#terminal.isTTY === true) this.#tell();
  }

  end(failure: string | undefined): void {
    this.#done += 1;
    if (failure !== undefined) this.#write(`${failure}\n`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#write("");
  }

  #tell(): void {
    const line = `${this.#done} of ${this.#total} done, now ${this.#current}`;
    this.#write(this.#terminal.isTTY === true ? line : `${line}\n`);
  }

  #write(text: string): void {
    if (this.#terminal.isTTY === true) this.#terminal.write(`${clearLine}${text}`);
    else if (text !== "") this.#terminal.write(text);
  }
}
