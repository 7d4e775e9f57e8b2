// An adapter for fobwatch to a library of one-time codes. It makes codes already, by a few lines of
// its own; make each handler call your library.
//
//   fobwatch adapter doctor 'exec:node adapter.mjs'
//   fobwatch run --against 'exec:node adapter.mjs'
//
// What your library throws at bad input is a `Reject`. What it has not is `Unsupported`: scenarios
// that need it are skipped.

import { createHmac } from "node:crypto";
import { Adapter, Reject, Unsupported, reply } from "./fobwatch.mjs";

const adapter = new Adapter("My library", { version: "1.0", role: "library" });

// What the code is of: a counter (HOTP), or the number of the time step (TOTP).
const moving = (args) => args.counter ?? Math.floor(args.time / args.period);

// A code of `args.digits` digits. `args.key_base32` is the same key, for libraries that want it so;
// those of time want `args.time` and `args.period`, not the step.
adapter.on("generate_code", (args) => {
  // A stand-in for your library.
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(moving(args)));
  const key = Buffer.from(args.key_hex, "hex");
  const mac = createHmac(args.algorithm.toLowerCase(), key).update(message).digest();
  const number = mac.readUInt32BE(mac[mac.length - 1] & 15) & 0x7fffffff;
  return reply("code", { code: String(number % 10 ** args.digits).padStart(args.digits, "0") });
});

// Whether `args.code` is right, `args.back` steps before to `args.ahead` after included, and not
// spent: `args.spent`, if it is there, is the last step that was accepted.
adapter.on("check_code", (args) => {
  // return reply("checked", { accepted: myLibrary.verify(…) });
  throw new Unsupported("check_code");
});

// What `args.uri` says: key_hex, kind, issuer, account, algorithm, digits, period, counter. What
// your library does not tell, leave out.
adapter.on("read_key_uri", (args) => {
  if (!args.uri?.startsWith("otpauth://")) throw new Reject("malformed");
  throw new Unsupported("read_key_uri");
});

// The bytes of `args.text`: reply("bytes", { hex }).
adapter.on("decode_base32", (args) => {
  throw new Unsupported("decode_base32");
});

adapter.run();
