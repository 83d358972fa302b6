import type { ConsumedCapacity, DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** What requests have cost, in capacity units. */
export interface Bill {
  readonly requests: string[];
  /** Units of the table and its indexes, together. */
  total: number;
  /** Of which are for reads. */
  read: number;
  /** Of which are for indexes. */
  indexes: number;
}

const reads = new Set(["GetItemCommand", "QueryCommand", "BatchGetItemCommand"]);

/** Makes a client ask for what each request costs. @returns a way to begin a new bill */
export function meter(client: DynamoDBClient): () => Bill {
  let bill: Bill = newBill();
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        if (commandName !== "DescribeTableCommand") {
          Object.assign(args.input, { ReturnConsumedCapacity: "INDEXES" });
        }
        bill.requests.push(commandName.replace("Command", ""));
        const result = await next(args);
        const { ConsumedCapacity: consumed = [] } = result.output as {
          ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
        };
        for (const { CapacityUnits = 0, Table } of [consumed].flat()) {
          bill.total += CapacityUnits;
          if (reads.has(commandName)) bill.read += CapacityUnits;
          bill.indexes += CapacityUnits - (Table?.CapacityUnits ?? 0);
        }
        return result;
      },
    { step: "initialize" },
  );
  return () => {
    bill = newBill();
    return bill;
  };
}

function newBill(): Bill {
  return { requests: [], total: 0, read: 0, indexes: 0 };
}
