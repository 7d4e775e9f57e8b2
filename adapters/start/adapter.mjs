// An adapter for fobwatch. It answers already; make each handler speak to your server.
//
//   fobwatch adapter doctor 'exec:node adapter.mjs'
//   fobwatch run --against 'exec:node adapter.mjs'
//
// What your server has not, delete: scenarios that need it are skipped.

import { Adapter, Reject, Unsupported, reply } from "./fobwatch.mjs";

const adapter = new Adapter("My server", {
  version: "1.0",
  // `real`: its clock cannot be moved. `offset`: the operation `advance_clock` moves it forward.
  clock: "real",
  // What it says of itself; the suite holds it to this.
  declares: { code_digits: 6, attempts: 5 },
});

// A stand-in for your server: people by user name. Delete it when the handlers ask the real one.
const people = new Map();

// `run.gateways`, if it is there, says where your server must hand over its messages: `sms.url`,
// `sms.account`, `sms.token` (as Twilio's API) and `smtp` (host:port). A server that you start, and
// that knows only its provider's own name, is led there by the variables of `environment(run)`.
adapter.onHello(async (run) => ({}));

// Makes an invented person exist: an admin API of your server, or a hook for tests.
adapter.on("provision", async (args) => {
  people.set(args.user, { password: args.password, mobile: args.mobile });
  return reply("done");
});

// User name and password. `scope.key` tells browsers apart: one cookie jar for each.
adapter.on("sign_in", async (args, scope) => {
  const person = people.get(args.user);
  if (!person || person.password !== args.password) throw new Reject("denied");
  // Your server would have sent a PIN now: reply("code_required", { channel: "sms" }).
  throw new Unsupported("delivered codes");
});

// What may this browser do now?
adapter.on("probe", async (args, scope) => reply("signed_out"));

adapter.run();
