// The package `otpauth` as a library under test: `npm install otpauth`, then
// `fobwatch run --against 'exec:node adapters/examples/otpauth_library.mjs'`. FOBWATCH_MODULES says
// in which folder its node_modules is, if not in this one or above.

import { createRequire } from "node:module";
import { Adapter, Reject, Unsupported, reply } from "../sdk/fobwatch.mjs";

const folder = process.env.FOBWATCH_MODULES;
const require = createRequire(folder ? `${folder}/` : import.meta.url);
const { HOTP, TOTP, Secret, URI } = require("otpauth");

const adapter = new Adapter("otpauth", { role: "library" });

/** What the library throws at bad input is its way to say no. */
function orReject(act) {
  try {
    return act();
  } catch {
    throw new Reject("malformed");
  }
}

function otp({ key_hex, algorithm, digits, period, counter }) {
  const given = { secret: Secret.fromHex(key_hex), algorithm, digits };
  return counter === undefined ? new TOTP({ ...given, period }) : new HOTP(given);
}

const moment = ({ counter, time }) =>
  counter === undefined ? { timestamp: time * 1000 } : { counter };

adapter.on("generate_code", (args) => reply("code", { code: otp(args).generate(moment(args)) }));

adapter.on("check_code", (args) => {
  if (args.spent !== undefined) throw new Unsupported("check of spent codes");
  if (args.back !== args.ahead) throw new Unsupported("window of two different sides");
  const delta = otp(args).validate({ token: args.code, window: args.back, ...moment(args) });
  return reply("checked", { accepted: delta !== null });
});

adapter.on("read_key_uri", ({ uri }) => {
  const read = orReject(() => URI.parse(uri));
  const { issuer, label, algorithm, digits, period, counter } = read;
  const kind = read instanceof HOTP ? "hotp" : "totp";
  const key_hex = read.secret.hex.toLowerCase();
  const named = { issuer: issuer || undefined, account: label };
  return reply("key", { key_hex, kind, ...named, algorithm, digits, period, counter });
});

adapter.on("decode_base32", ({ text }) =>
  reply("bytes", { hex: orReject(() => Secret.fromBase32(text)).hex.toLowerCase() }),
);

adapter.run();
