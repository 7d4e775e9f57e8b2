// A small portal on better-auth, to be tested.
//
// Sign-in, one-time codes, authenticator apps and sign-out are better-auth's own endpoints with
// their documented defaults. What is added here is what every application adds: where messages
// leave, a page behind the sign-in, the picture of the QR code, and the rule that whoever has no
// authenticator app sets one up first. What begins with /test makes people exist; it is for tests
// and nothing else.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { getMigrations } from "better-auth/db/migration";
import { fromNodeHeaders, toNodeHandler } from "better-auth/node";
import { phoneNumber, twoFactor, username } from "better-auth/plugins";
import { SqliteDialect } from "kysely";
import Database from "libsql";
import nodemailer from "nodemailer";
import QRCode from "qrcode";
import twilio from "twilio";

const { PORT, SMS_URL, SMS_ACCOUNT, SMS_TOKEN, SMTP_HOST, SMTP_PORT } = process.env;
const BASE = `http://127.0.0.1:${PORT}`;
// From a range that is reserved for fiction.
const SENDER = "+447700900999";
const MAILBOX = "portal@mail.test";

// Twilio's own client; only the host is another one, because the SDK has no setting for it.
class Client extends twilio.RequestClient {
  request(options) {
    const uri = options.uri.replace("https://api.twilio.com", SMS_URL);
    return super.request({ ...options, uri });
  }
}
const sms = twilio(SMS_ACCOUNT, SMS_TOKEN, { httpClient: new Client() });
const mail = nodemailer.createTransport({ host: SMTP_HOST, port: Number(SMTP_PORT), secure: false });

// better-auth leaves to the application where a code goes: to the number on file, or else to the
// mailbox, unless the page asks for a channel.
async function sendCode({ user, otp }, ctx) {
  const wanted = ctx.headers?.get("x-channel");
  const channel = wanted ?? (user.phoneNumber ? "sms" : "email");
  ctx.setHeader("x-channel", channel);
  const text = `Your Portal code is ${otp}. It is good for 3 minutes.`;
  if (channel === "sms") {
    await sms.messages.create({ to: user.phoneNumber, from: SENDER, body: text });
  } else {
    const headers = { "Auto-Submitted": "auto-generated" };
    await mail.sendMail({ from: MAILBOX, to: user.email, subject: "Your code", text, headers });
  }
}

// Nobody is offered a code by SMS without a number on file.
const refuseWithoutNumber = createAuthMiddleware(async (ctx) => {
  if (ctx.path !== "/two-factor/send-otp" || ctx.headers?.get("x-channel") !== "sms") return;
  const { createAuthCookie, internalAdapter, secret } = ctx.context;
  const challenge = await ctx.getSignedCookie(createAuthCookie("two_factor").name, secret);
  const pending = challenge && (await internalAdapter.findVerificationValue(challenge));
  const user = pending && (await internalAdapter.findUserById(pending.value));
  if (user && !user.phoneNumber) throw new APIError("BAD_REQUEST", { code: "NO_NUMBER_ON_FILE" });
});

// Passwords are not under test here, and scrypt, the default, would take most of the time.
const fingerprint = (password) => createHash("sha256").update(password).digest("hex");

const auth = betterAuth({
  appName: "Portal",
  baseURL: BASE,
  secret: "a secret for tests on loopback, and for nothing else",
  // A build of SQLite whose package brings its binary along, with the interface of better-sqlite3.
  database: {
    dialect: new SqliteDialect({ database: new Database(":memory:") }),
    type: "sqlite",
    transaction: true,
  },
  telemetry: { enabled: false },
  logger: { level: "error" },
  emailAndPassword: {
    enabled: true,
    password: {
      hash: async (password) => fingerprint(password),
      verify: async ({ hash, password }) => hash === fingerprint(password),
    },
  },
  hooks: { before: refuseWithoutNumber },
  plugins: [username(), phoneNumber(), twoFactor({ otpOptions: { sendOTP: sendCode } })],
});
await (await getMigrations(auth.options)).runMigrations();
const { adapter, internalAdapter } = await auth.$context;

async function provision({ user, password, name, mobile, mailbox }) {
  const body = { email: mailbox, name, username: user, password };
  const { user: created } = await auth.api.signUpEmail({ body });
  const number = mobile ? { phoneNumber: mobile, phoneNumberVerified: true } : {};
  // The first factor is a code that is sent, as an administrator would have set it up.
  await internalAdapter.updateUser(created.id, { ...number, twoFactorEnabled: true });
  return {};
}

/** Whether who is signed in has an authenticator app; nothing if nobody is. */
async function visitor(request) {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
  if (!session) return null;
  const where = [{ field: "userId", value: session.user.id }];
  const factor = await adapter.findOne({ model: "twoFactor", where });
  return { hasApp: Boolean(factor && factor.verified !== false) };
}

const bodyOf = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
};

/** The pages of the portal: path to what is answered, or to nothing for who is not signed in. */
const pages = {
  "GET /ready": async () => ({}),
  "POST /test/people": async (request) => provision(await bodyOf(request)),
  // What a page's script makes of a key URI.
  "POST /qr": async (request) => {
    const { uri } = await bodyOf(request);
    return { uri, qr: await QRCode.toDataURL(uri) };
  },
  "GET /portal": async (request) => {
    const who = await visitor(request);
    return who && { page: who.hasApp ? "home" : "set-up" };
  },
  "GET /portal/factors": async (request) => {
    const who = await visitor(request);
    return who && { factors: who.hasApp ? ["totp"] : [] };
  },
};

const endpoints = toNodeHandler(auth);
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, BASE);
  if (pathname.startsWith("/api/auth/")) return endpoints(request, response);
  const page = pages[`${request.method} ${pathname}`];
  const answer = page ? await page(request) : undefined;
  response.statusCode = answer ? 200 : page ? 401 : 404;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answer ?? {}));
});
server.listen(Number(PORT), "127.0.0.1");
