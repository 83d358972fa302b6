import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModel } from "ai";
import { UsageProblem } from "./problem.ts";
import { hiding } from "./secret.ts";
import type { Secret } from "./secret.ts";
import { standIn } from "./stand-in.ts";

/** What answers. */
export interface ChosenModel {
  readonly model: LanguageModel;
  /** As it is shown. */
  readonly name: string;
  /** The key: an endpoint may say it back. */
  readonly secret: Secret;
}

const names = [
  "EXECUTUS_AGENT_BASE_URL",
  "EXECUTUS_AGENT_API_KEY",
  "EXECUTUS_AGENT_MODEL",
] as const;

/**
 * The model that the environment names, on any endpoint that speaks OpenAI's protocol; the stand-in if it names none.
 *
 * @throws {UsageProblem} if it names one in part, or as none can be named. It quotes neither key nor address.
 */
export function chooseModel(env: NodeJS.ProcessEnv): ChosenModel {
  const [baseURL, apiKey, modelId] = names.map((name) => env[name]?.trim() ?? "");
  const missing = names.filter((name) => (env[name]?.trim() ?? "") === "");
  if (missing.length === names.length) {
    return { model: standIn, name: "the rule-based stand-in (no model)", secret: hiding("") };
  }
  if (!baseURL || !apiKey || !modelId) {
    throw new UsageProblem(
      `${missing.join(" and ")} must be set as well. Set all of ${names.join(", ")}; or none of them, for the stand-in.`,
    );
  }
  const { host } = checkAddress(baseURL);
  checkKey(apiKey);
  const endpoint = createOpenAICompatible({ name: "endpoint", baseURL, apiKey });
  return { model: endpoint(modelId), name: `${modelId} at ${host}`, secret: hiding(apiKey) };
}

function checkAddress(baseURL: string): URL {
  const url = URL.parse(baseURL);
  const isPlain = url !== null && url.username + url.password + url.search + url.hash === "";
  if (!isPlain || !/^https?:$/.test(url.protocol)) {
    throw new UsageProblem(
      "EXECUTUS_AGENT_BASE_URL must be an address such as https://api.example.com/v1, with nothing secret in it.",
    );
  }
  return url;
}

function checkKey(apiKey: string): void {
  if (!/^[!#-[\]-~]+$/.test(apiKey)) {
    throw new UsageProblem(
      "EXECUTUS_AGENT_API_KEY has characters that no key has, such as spaces or quotes.",
    );
  }
}
