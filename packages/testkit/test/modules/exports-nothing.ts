export const url = "mongodb://localhost";
