/** A small fixed corpus: two documents on different things, in Markdown and in plain text. */
export const corpus: Readonly<Record<string, string>> = {
  "bees.md": `# Bees

[![a badge](https://example.org/badge.svg)](https://example.org)

A bee colony keeps its hive warm in winter by shivering together.
It is like that. The weather is often cold, and so on.

- Worker bees dance to tell the colony where the **nectar** is, see [the map](map.md).
- See below:

\`\`\`js
const bees = "A bee in code is no sentence about bees.";
\`\`\`

| bee | size |
| --- | ---- |
| A bee in a table is no sentence. | 1 |

A queen bee lays the eggs of the whole colony, up to \`2000\` a day.
There are other things. Then there is more.
`,
  "ships/sails.txt": `Sails turn wind into thrust. It was so.

A square sail drives a ship before the wind, and little else can be said.

The fore-and-aft sail lets a ship go to windward, by tacking against the wind. That is all. There it is.
`,
};
