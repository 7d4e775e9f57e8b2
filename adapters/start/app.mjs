// An adapter for fobwatch to an authenticator app. It answers already; make each handler drive your
// app, or call what is inside it.
//
//   fobwatch adapter doctor 'exec:node adapter.mjs'
//   fobwatch run --against 'exec:node adapter.mjs'
//
// What your app refuses is a `Reject`. What it has not is `Unsupported`: scenarios that need it are
// skipped.

import { Adapter, Reject, Unsupported, reply } from "./fobwatch.mjs";

const adapter = new Adapter("My app", { version: "1.0", role: "token" });

// A stand-in for your app: the key URI that each scenario added last.
const accounts = new Map();

// `args.qr`, if it is there, is the QR code as a PNG in base64: show it to the camera. Without it,
// open the link `args.uri`.
adapter.on("add_account", (args, scope) => {
  accounts.delete(scope.scenario);
  if (!args.uri?.startsWith("otpauth://")) throw new Reject("malformed");
  accounts.set(scope.scenario, args.uri);
  return reply("done");
});

// The code of the account that was added last, with the app's clock at `args.time`.
adapter.on("show_code", (args, scope) => {
  if (!accounts.has(scope.scenario)) throw new Reject("wrong_step");
  // return reply("code", { code: myApp.code(…) });
  throw new Unsupported("show_code");
});

adapter.run();
