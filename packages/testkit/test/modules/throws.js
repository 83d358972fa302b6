throw new Error("no connection string");
