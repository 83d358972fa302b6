/** What a user can put right: shown as one line, without a stack. */
export class Problem extends Error {
  override readonly name = "Problem";
}

/** The program was not called as it should be. */
export class UsageProblem extends Error {
  override readonly name = "UsageProblem";
}
