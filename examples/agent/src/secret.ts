/** Takes a secret out of what came in, before it is shown or saved. */
export interface Secret {
  inText(text: string): string;
  /** In messages, and whatever else is JSON. */
  inValue<Value>(value: Value): Value;
}

/** What is shorter is a word such as "none", which many a local server takes for a key, and many a text holds. */
const shortest = 16;

/** @param secret - of visible ASCII characters but `"` and `\`, which is what it looks like within JSON as well. */
export function hiding(secret: string): Secret {
  const inText = (text: string): string =>
    secret.length < shortest ? text : text.replaceAll(secret, "[key]");
  return {
    inText,
    inValue: (value) => {
      const json = JSON.stringify(value);
      const hidden = inText(json);
      return hidden === json ? value : (JSON.parse(hidden) as typeof value);
    },
  };
}
