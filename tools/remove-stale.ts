// Removes what tsc once made of sources that are gone: it would be published.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages } from "./published-packages.ts";

for (const { folder } of publishedPackages()) {
  const dist = join(folder, "dist");
  if (!existsSync(dist) || !existsSync(join(folder, "tsconfig.build.json"))) continue;
  for (const path of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const made = /^(.+)\.(js|d\.ts)(\.map)?$/.exec(path);
    if (made === null || existsSync(join(folder, "src", `${made[1]}.ts`))) continue;
    rmSync(join(dist, path));
  }
}
