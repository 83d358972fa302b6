import { checkpointerScenarios, type Scenario, scenarios } from "../src/index.ts";

type Told = Pick<Scenario<never, string>, "id" | "behaviour" | "needs">;

/** A page of the docs that is written from scenarios. */
export interface ContractPage {
  /** Where it is, from the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The contracts as pages of the docs: a heading for each scenario, by area. */
export const contractPages: readonly ContractPage[] = [
  { path: "docs/contract.md", text: page(storeIntroduction(), scenarios) },
  {
    path: "docs/checkpointer-contract.md",
    text: page(checkpointerIntroduction(), checkpointerScenarios),
  },
];

function page(introduction: string, told: readonly Told[]): string {
  const areas = Map.groupBy(told, ({ id }) => id.split(".")[0]);
  const sections = [...areas].map(([area, ofArea]) =>
    [`## ${area}`, ...ofArea.map(section)].join("\n\n"),
  );
  return `${[introduction, ...sections].join("\n\n")}\n`;
}

function storeIntroduction(): string {
  return `# The store contract

What every store keeps, sentence by sentence. The types and their comments are in
[store.ts](../packages/core/src/store.ts); \`storeConformance\` of
[@executus/testkit](../packages/testkit) proves each sentence on a store: up to \`durable\` call by call, from \`resume\` on
with whole runs, through the executor.

Written from the scenarios: \`npm run contract -w @executus/testkit\`.`;
}

function checkpointerIntroduction(): string {
  return `# The checkpointer contract

What every custom checkpointer factory keeps, sentence by sentence. The types and their comments are in
[checkpointer.ts](../packages/core/src/checkpointer.ts); \`checkpointerConformance\` of
[@executus/testkit](../packages/testkit) proves each sentence, through the executor.

Written from the scenarios: \`npm run contract -w @executus/testkit\`.`;
}

function section({ id, behaviour, needs }: Told): string {
  // A name of the port stays as it is.
  const sentence = behaviour.replace(/^[a-z](?![a-z]*[A-Z])/, (letter) => letter.toUpperCase());
  const only = needs === undefined ? "" : ` (Of those that declare \`${needs}\`.)`;
  return `### ${id}\n\n${sentence}.${only}`;
}
