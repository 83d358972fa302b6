// Writes docs/api/<package>.api.md from the built declarations, or, with --check, tells which of them are out of date.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import type { ExtractorMessage } from "@microsoft/api-extractor";
import { publishedPackages, root } from "./published-packages.ts";
import type { PublishedPackage } from "./published-packages.ts";

const reports = join(root, "docs/api");
const check = process.argv.includes("--check");

function configOf({ name, folder }: PublishedPackage, scratch: string): ExtractorConfig {
  const inReport = { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true };
  const ignored = { logLevel: ExtractorLogLevel.None };
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, "package.json"),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, "dist/index.d.ts"),
      newlineKind: "lf",
      compiler: {
        // Without the condition that leads to sources: reports are made of what users get.
        overrideTsconfig: {
          compilerOptions: {
            target: "es2024",
            lib: ["es2024", "esnext.array", "esnext.disposable"],
            module: "nodenext",
            types: ["node"],
            strict: true,
            skipLibCheck: true,
          },
        },
      },
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        reportFileName: `${name}.api.md`,
        reportFolder: reports,
        reportTempFolder: scratch,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: inReport,
          // Everything that is exported is public.
          "ae-missing-release-tag": ignored,
          "ae-undocumented": ignored,
        },
        // Its tags are stricter than the house style.
        tsdocMessageReporting: { default: ignored },
      },
    },
  });
}

/** @returns whether the report is as it should be, in the end. */
function report(published: PublishedPackage, scratch: string): boolean {
  const messages: string[] = [];
  const result = Extractor.invoke(configOf(published, scratch), {
    localBuild: !check,
    printApiReportDiff: check,
    messageCallback: (message) => {
      if (isWorthTelling(message)) messages.push(message.text);
      message.handled = true;
    },
  });
  const file = `docs/api/${published.name}.api.md`;
  if (check && result.apiReportChanged) {
    console.error(
      `"${file}" is not what ${published.manifest.name} exports now. Run "npm run api", and commit what it writes if the change is meant.`,
    );
  } else if (result.errorCount > 0) {
    console.error(`"${file}" could not be made.`);
  } else {
    if (result.apiReportChanged) console.log(`Wrote ${file}.`);
    return true;
  }
  console.error(messages.join("\n"));
  return false;
}

function isWorthTelling({ logLevel, messageId }: ExtractorMessage): boolean {
  return messageId === "console-api-report-diff" || logLevel === ExtractorLogLevel.Error;
}

const scratch = mkdtempSync(join(tmpdir(), "executus-api-"));
try {
  mkdirSync(reports, { recursive: true });
  const wrong = publishedPackages().filter((published) => !report(published, scratch));
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true });
}
