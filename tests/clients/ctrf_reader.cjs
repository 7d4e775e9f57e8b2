// Reads a CTRF file with the format's own reference implementation, which validates it against the
// published schema, and prints what it understood as JSON.
//
// Usage: ctrf_reader.cjs FILE

const { readFileSync } = require("node:fs");
const { calculateSummary, validate } = require("ctrf");

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { valid, errors } = validate(report);
const refused = errors.map((error) => `${error.path || "/"} ${error.message}`);
const read = () => ({
  told: report.results.summary,
  counted: calculateSummary(report.results.tests),
  tests: report.results.tests.map(({ name, status, message }) => ({ name, status, message })),
});
process.stdout.write(JSON.stringify(valid ? { refused, ...read() } : { refused }));
