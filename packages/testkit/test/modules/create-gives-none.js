export default async function create() {
  return { connect() {} };
}
