/** What must never happen: the letter of the invariant of the protocol, and what was seen in words. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly invariant: string;

  constructor(invariant: string, what: string) {
    super(`(${invariant}) ${what}`);
    this.invariant = invariant;
  }
}
