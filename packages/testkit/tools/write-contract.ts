import { writeFileSync } from "node:fs";
import { contractPage, contractPath } from "./contract-page.ts";

writeFileSync(new URL(`../../../${contractPath}`, import.meta.url), contractPage());
