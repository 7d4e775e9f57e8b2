// A server that answers with its time and that of a child. It knows nothing of the shim.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";

const facts = async () => {
  const start = performance.now();
  await new Promise((done) => setTimeout(done, 50));
  const child = Number(execFileSync("date", ["+%s.%N"], { encoding: "utf8" }));
  return { unix: Date.now() / 1000, child, sleep: (performance.now() - start) / 1000 };
};

createServer(async (_, response) => {
  response.end(JSON.stringify(await facts()));
}).listen(Number(process.argv[2]), "127.0.0.1");
