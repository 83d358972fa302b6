import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool } from "./build-tool.ts";
import { builtOnce } from "./cached-build.ts";

const sources = fileURLToPath(new URL("../ferretdb", import.meta.url));

/** FerretDB's program, built by Go when it is asked for first. */
export async function ferretdb(go: string, cache: string): Promise<string> {
  const folder = await builtOnce({
    name: "ferretdb",
    sources,
    cache,
    build: async (target) => {
      console.warn("Building FerretDB, once. This takes a minute or two.");
      const args = ["build", "-trimpath", "-buildvcs=false", "-o", join(target, "ferretdb"), "."];
      // Without C, so that no compiler is needed but Go's.
      await runTool(go, args, {
        cwd: sources,
        env: { CGO_ENABLED: "0" },
        otherwise: "FerretDB is not built",
      });
    },
  });
  return join(folder, "ferretdb");
}
