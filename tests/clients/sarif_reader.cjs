// Validates a SARIF file against the published schema and prints its results as JSON.
//
// The schema comes with its authors' package of matchers; it is read here as their matcher reads
// it, which itself only runs inside their test runner.
//
// Usage: sarif_reader.cjs FILE

const { readFileSync } = require("node:fs");
const Ajv = require("ajv");
const schema = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");

const ajv = new Ajv({ schemaId: "auto", allErrors: true });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"));
const log = JSON.parse(readFileSync(process.argv[2], "utf8"));
const valid = ajv.validate(schema, log);
const refused = (ajv.errors ?? []).map((error) => `${error.dataPath} ${error.message}`);
const results = () =>
  log.runs
    .flatMap((run) => run.results)
    .map(({ ruleId, level, message }) => ({ ruleId, level, message: message.text }));
process.stdout.write(JSON.stringify(valid ? { refused, results: results() } : { refused }));
