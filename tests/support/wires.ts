/** How the messages of a protocol are told apart, so that a fault strikes the exchange that it is meant for. */
export interface Wire {
  /** The length of the first message, request or answer, once all of it is there. */
  lengthOf(bytes: Buffer): number | undefined;
  /** What a request does to data. `undefined` for the driver's own business: handshakes, heartbeats, sessions. */
  nameOf(request: Buffer): string | undefined;
}

const opMsg = 2013;
const ofData = /^(?:insert|update|find|delete|getMore|createIndexes|listCollections)$/;

/** MongoDB's: the name of the command, and the collection if it comes right after: `insert records`. */
export const mongoWire: Wire = {
  lengthOf: (bytes) => {
    const length = bytes.length < 4 ? Infinity : bytes.readInt32LE(0);
    return length <= bytes.length ? length : undefined;
  },

  nameOf: (request) => {
    if (request.readInt32LE(12) !== opMsg) return undefined;
    // Header, flags, kind of section, length of the document; then the first element: type, name, value.
    const [type, nameAt] = [request[25], 26];
    const nameEnd = request.indexOf(0, nameAt);
    const command = request.toString("latin1", nameAt, nameEnd);
    if (!ofData.test(command)) return undefined;
    if (type !== 2) return command;
    const valueAt = nameEnd + 5;
    return `${command} ${request.toString("latin1", valueAt, request.indexOf(0, valueAt))}`;
  },
};

/** DynamoDB's: HTTP, one request after the other on a connection. */
export const dynamoWire: Wire = {
  lengthOf: (bytes) => {
    const headEnd = bytes.indexOf("\r\n\r\n");
    if (headEnd < 0) return undefined;
    const head = bytes.toString("latin1", 0, headEnd);
    const [, length = "0"] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
    const end = headEnd + 4 + Number(length);
    return end <= bytes.length ? end : undefined;
  },

  nameOf: (request) => {
    const head = request.toString("latin1", 0, request.indexOf("\r\n\r\n"));
    return /\r\nx-amz-target: *DynamoDB_\d+\.(\w+)/i.exec(head)?.[1];
  },
};
