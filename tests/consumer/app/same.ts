/** Whether two types are exactly the same, where one of them is `any` too. */
// oxlint-disable typescript/no-unnecessary-type-parameters -- that it has the parameter is what is compared
export type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
