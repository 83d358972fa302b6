import { type Scenario, scenarios } from "../src/index.ts";

/** Where the page is, from the root of the repository. */
export const contractPath = "docs/contract.md";

/** The store contract as a page of the docs: a heading for each scenario, by area. */
export function contractPage(): string {
  const areas = Map.groupBy(scenarios, ({ id }) => id.split(".")[0]);
  const sections = [...areas].map(([area, told]) =>
    [`## ${area}`, ...told.map(section)].join("\n\n"),
  );
  return `${[introduction, ...sections].join("\n\n")}\n`;
}

const introduction = `# The store contract

What every store keeps, sentence by sentence. The types and their comments are in
[store.ts](../packages/core/src/store.ts); \`storeConformance\` of
[@executus/testkit](../packages/testkit) proves each sentence on a store: up to \`durable\` call by call, from \`resume\` on
with whole runs, through the executor.

Written from the scenarios: \`npm run contract -w @executus/testkit\`.`;

function section({ id, behaviour, needs }: Scenario): string {
  // A name of the port stays as it is.
  const sentence = behaviour.replace(/^[a-z](?![a-z]*[A-Z])/, (letter) => letter.toUpperCase());
  const only = needs === undefined ? "" : ` (Of stores that declare \`${needs}\`.)`;
  return `### ${id}\n\n${sentence}.${only}`;
}
