import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** A client for a server that looks at no credentials; at AWS, the environment has them. */
export function clientOf(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: process.env["AWS_REGION"] ?? "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 2,
  });
}
