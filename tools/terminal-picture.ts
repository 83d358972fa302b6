/**
 * Records what `npm start` prints, and when, as a picture of a terminal: docs/kill.svg. Run it with `npm run picture`
 * when the output changes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

interface Line {
  readonly text: string;
  /** Since the start. */
  readonly atMs: number;
}

const root = dirname(import.meta.dirname);
const lineHeight = 18;
/** Of the widest of the fonts. */
const charWidth = 8.43;
const margin = 16;

async function record(): Promise<readonly Line[]> {
  const start = performance.now();
  const child = spawn("npm", ["start", "--silent"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines: Line[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    lines.push({ text: text.replaceAll(root, "executus"), atMs: performance.now() - start });
  }
  const [code] = await exited;
  if (code !== 0) throw new Error(`npm start ended with ${String(code)}.`);
  return lines;
}

function draw(lines: readonly Line[]): string {
  const shown = [{ text: "$ npm start", atMs: 0 }, { text: "", atMs: 0 }, ...lines];
  const height = (shown.length + 3) * lineHeight;
  const longest = Math.max(...shown.map(({ text }) => text.length));
  const width = Math.ceil(longest * charWidth + 2 * margin);
  const rows = shown.map(({ text, atMs }, index) => {
    const y = (index + 3) * lineHeight;
    const colour = colourOf(text);
    return `  <text class="line ${colour}" x="${margin}" y="${y}" style="animation-delay:${Math.round(atMs)}ms">${escape(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width} ${height}" role="img" aria-label="A digest is killed in the middle of a phase and goes on in a second process">
  <style>
    .line { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre; fill: #d0d7de; animation: show 1ms both; }
    .killed { fill: #ff7b72; } .skipped { fill: #79c0ff; } .done { fill: #7ee787; } .dim { fill: #8b949e; }
    @keyframes show { from { opacity: 0; } to { opacity: 1; } }
    @media (prefers-reduced-motion: reduce) { .line { animation: none; } }
  </style>
  <rect width="100%" height="100%" rx="8" fill="#0d1117"/>
  <circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>
${rows.join("\n")}
</svg>
`;
}

function colourOf(text: string): string {
  if (/^ {2}\w+ +killed/.test(text)) return "killed";
  if (/^ {2}\w+ +skipped/.test(text)) return "skipped";
  if (/^ {2}\w+ +done/.test(text)) return "done";
  return /^(\$|Phases:|The process)/.test(text) ? "dim" : "plain";
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

const file = join(root, "docs", "kill.svg");
writeFileSync(file, draw(await record()));
console.log(`Written: ${file}`);
