export default function create() {
  throw new Error("no driver");
}
