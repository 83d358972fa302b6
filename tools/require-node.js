// Old syntax only, no import and no require: any Node must get as far as the message.
/* eslint-disable no-var */
var needed = [24, 0];
var found = process.versions.node.split(".").map(Number);

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(
    "The scripts of this repository run TypeScript as it is and need Node.js " +
      needed.join(".") +
      " or newer (the published packages: 22.13); this is " +
      process.versions.node +
      ".",
  );
  process.exit(1);
}
