// The fobwatch adapter protocol, version 1, in one file. Node 18 or newer, nothing to install.
//
//   import { Adapter, Reject, Unsupported, reply } from "./fobwatch.mjs";
//
//   const adapter = new Adapter("Acme IdP", { version: "3.1", clock: "real" });
//
//   adapter.on("sign_in", async (args, scope) => {
//     if (!(await myServer.password(args.user, args.password))) throw new Reject("denied");
//     return reply("code_required", { channel: "sms", destination: "+44 •••• 23" });
//   });
//
//   adapter.run();
//
// Run it by `fobwatch run --against 'exec:node adapter.mjs'`. With `--listen 127.0.0.1:4020` it
// listens instead, for `--against attach:tcp://127.0.0.1:4020`: handy with a debugger.
//
// - A handler gets `args` and `scope` (`scope.scenario`, `scope.session`; sessions are browsers, so
//   keep one cookie jar for each `scope.key`), and gives back `reply(NAME, …)` or a promise of it.
// - `scope.address` is where this browser should connect from, if your server is on 127.0.0.1 of a
//   Linux machine: `http.request(url, { localAddress: scope.address })`.
// - `throw new Reject(CLASS)` when your server says no, `throw new Unsupported()` when it has no
//   such thing. Any other error is a fault of the adapter: nobody is blamed, and its trace is shown.
// - An operation without a handler is unsupported, and scenarios that need it are skipped.
// - `role: "library"` or `role: "token"` when what is tested is a library of one-time codes or an
//   app.
// - What you log goes to standard error; standard output belongs to the protocol.

import net from "node:net";
import { Console } from "node:console";

const PROTOCOL = 1;
const LONGEST_LINE = 1024 * 1024;

/** Your server said no. `denied` is always a right class; name a closer one if it told why. */
export class Reject extends Error {
  constructor(reason = "denied", { retryAfter, native } = {}) {
    super(reason);
    this.body = { class: reason, retry_after: retryAfter, native };
  }
}

/** Your server has no such thing. */
export class Unsupported extends Error {
  constructor(feature) {
    super(feature ?? "this operation");
    this.body = { feature };
  }
}

/** The adapter could not ask. `effect` "none": certainly nothing was done, ask again. */
export class Fault extends Error {
  constructor(message, effect = "unknown") {
    super(message);
    this.effect = effect;
  }
}

/**
 * A reply: `reply("signed_in", { assurance: "two_factor" })`. An undefined field is left out.
 * `native: { status: 200, body: … }` is what your server literally answered: evidence in reports.
 */
export function reply(name, fields = {}) {
  return { reply: name, ...fields };
}

/**
 * The variables that lead a server which you start to the gateways, though it knows only its
 * provider's own name: `spawn(command, { env: { ...process.env, ...environment(run) } })`, with what
 * `onHello` told as `run`. Empty if there are no gateways.
 */
export function environment(run) {
  return run.gateways?.proxy?.environment ?? {};
}

/** An implementation, described for the harness, with a handler for each operation it has. */
export class Adapter {
  #welcome;
  #handlers = new Map();
  #onHello = async () => ({});

  /**
   * Further fields of the answer to `hello`: `role` (`server`, `library`, `token`), `features`,
   * `declares`, `clock`, `now`, `isolation`, `hosts`, `delivered_within_ms`, `max_in_flight`.
   */
  constructor(name, { version, language = "javascript", ...welcome } = {}) {
    const implementation = { name, version, language };
    this.#welcome = { protocol: PROTOCOL, implementation, max_in_flight: 4, ...welcome };
  }

  /** Registers the handler of `operation`. */
  on(operation, handler) {
    this.#handlers.set(operation, handler);
    return this;
  }

  /**
   * Registers a function that is told of the gateways and the seed, and may give back fields of the
   * answer that are known only now: `{ now, hosts }`. It may come again.
   */
  onHello(handler) {
    this.#onHello = handler;
    return this;
  }

  /** Answers until nobody asks any more. */
  run(args = process.argv.slice(2)) {
    const at = args.indexOf("--listen");
    if (at >= 0) this.#listen(args[at + 1]);
    else this.#speakOnStdio();
  }

  #speakOnStdio() {
    // Whatever is logged from now on is no message.
    const write = process.stdout.write.bind(process.stdout);
    globalThis.console = new Console(process.stderr, process.stderr);
    process.stdout.write = process.stderr.write.bind(process.stderr);
    const end = () => write("", () => process.exit(0));
    process.stdout.on("error", () => process.exit(0));
    this.#converse(process.stdin, write, end);
  }

  #listen(address) {
    const at = address.lastIndexOf(":");
    const server = net.createServer((socket) => {
      socket.setNoDelay(true);
      socket.on("error", () => {}); // The harness has gone; the next one may come.
      this.#converse(socket, (line) => socket.write(line), () => socket.end());
    });
    server.listen(Number(address.slice(at + 1)), address.slice(0, at), () => {
      const { address: host, port } = server.address();
      console.log(`listening at tcp://${host}:${port}`);
    });
  }

  /** Answers the requests that come over `stream` until `bye` or its end. */
  #converse(stream, write, end) {
    let rest = Buffer.alloc(0);
    const underWay = new Set();
    const send = (message) => {
      const line = JSON.stringify(message) + "\n";
      const bytes = Buffer.byteLength(line);
      if (bytes <= LONGEST_LINE) return write(line);
      const why = `the answer has ${bytes} bytes, a line may have ${LONGEST_LINE}`;
      return write(JSON.stringify(fault(message.id, new Fault(why))) + "\n");
    };
    const hear = async (line) => {
      if (line.trim() === "") return;
      let request;
      try {
        request = JSON.parse(line);
        if (typeof request.id !== "string" || typeof request.op !== "string") throw new Error();
      } catch {
        console.error(`this is no request: ${line.slice(0, 160)}`);
        return;
      }
      // Before a goodbye, whatever is under way is answered.
      if (request.op === "bye") await Promise.allSettled(underWay);
      const answered = this.#answer(request).then(send);
      underWay.add(answered);
      await answered.finally(() => underWay.delete(answered));
      if (request.op === "bye") end();
    };
    stream.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        hear(rest.subarray(0, at).toString("utf8"));
        rest = rest.subarray(at + 1);
      }
    });
    stream.on("end", end);
  }

  async #answer({ id, op, args, scope }) {
    try {
      if (op === "hello") return await this.#hello(id, args ?? {});
      if (op === "bye") return { id, ok: {} };
      const handler = this.#handlers.get(op);
      if (!handler) return { id, unsupported: { feature: op } };
      const { scenario = "", session = "", address } = scope ?? {};
      const key = JSON.stringify([scenario, session]);
      const answer = await handler(args ?? {}, { scenario, session, address, key });
      return { id, ok: answer ?? { reply: "done" } };
    } catch (error) {
      if (error instanceof Reject) return { id, reject: error.body };
      if (error instanceof Unsupported) return { id, unsupported: error.body };
      return fault(id, error);
    }
  }

  async #hello(id, args) {
    const { min = 1, max = 1 } = args.protocol ?? {};
    if (min > PROTOCOL || max < PROTOCOL) {
      return fault(id, new Fault(`protocol ${PROTOCOL} is spoken here`, "none"));
    }
    return { id, ok: { ...this.#welcome, ...(await this.#onHello(args)) } };
  }
}

function fault(id, error) {
  const effect = error instanceof Fault ? error.effect : "unknown";
  const message = error instanceof Error ? error.message : String(error);
  return { id, fault: { effect, message, trace: error?.stack } };
}
