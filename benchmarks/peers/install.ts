/** Installs the peers. One of them compiles its driver where there is no prebuilt one: for this Node.js, with its headers. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const folder = import.meta.dirname;
const home = dirname(dirname(process.execPath));
const hasHeaders = existsSync(join(home, "include/node/node.h"));

execFileSync("npm", ["ci", "--no-audit", "--no-fund"], {
  cwd: folder,
  stdio: "inherit",
  env: { ...process.env, ...(hasHeaders && { npm_config_nodedir: home }) },
});
