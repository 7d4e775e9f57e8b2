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
import {
  APIError,
  createAuthEndpoint,
  createAuthMiddleware,
  getSessionFromCtx,
  sessionMiddleware,
} from "better-auth/api";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
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
const smtp = { host: SMTP_HOST, port: Number(SMTP_PORT), secure: false };
const mail = nodemailer.createTransport(smtp);

/** The sign-in of this browser that waits for a second factor, if there is one. */
function challengeOf(ctx) {
  const { createAuthCookie, secret } = ctx.context;
  return ctx.getSignedCookie(createAuthCookie("two_factor").name, secret);
}

/** Who has shown the password in this browser and owes a code, if anybody does. */
async function whoOwesCode(ctx) {
  const { internalAdapter } = ctx.context;
  const challenge = await challengeOf(ctx);
  const pending = challenge && (await internalAdapter.findVerificationValue(challenge));
  return pending && pending.expiresAt > new Date() && internalAdapter.findUserById(pending.value);
}

// better-auth leaves to the application where a code goes: to the number on file, or else to the
// mailbox, unless the page asks for a channel. The browser remembers what was sent, and for which
// sign-in.
async function sendCode({ user, otp }, ctx) {
  const channel = ctx.headers?.get("x-channel") ?? (user.phoneNumber ? "sms" : "email");
  const sent = `${channel}:${await challengeOf(ctx)}`;
  ctx.setCookie("portal.sent", sent, { httpOnly: true, path: "/" });
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
  const user = await whoOwesCode(ctx);
  if (user && !user.phoneNumber) throw new APIError("BAD_REQUEST", { code: "NO_NUMBER_ON_FILE" });
});

/** The factors that `user` has beside the password and the codes that are sent. */
async function factorsOf(user, ctx) {
  const where = [{ field: "userId", value: user.id }];
  const app = await ctx.context.adapter.findOne({ model: "twoFactor", where });
  return app && app.verified !== false ? ["totp"] : [];
}

// The page on which a browser stands, and what the portal lists of a person's factors.
const portalPages = {
  id: "portal",
  endpoints: {
    page: createAuthEndpoint("/portal", { method: "GET" }, async (ctx) => {
      const session = await getSessionFromCtx(ctx);
      if (session) {
        const factors = await factorsOf(session.user, ctx);
        return ctx.json({ page: factors.length ? "home" : "set-up" });
      }
      const user = await whoOwesCode(ctx);
      if (!user) return ctx.json({ page: "sign-in" });
      const [channel, challenge] = (ctx.getCookie("portal.sent") ?? "").split(":");
      const isSent = challenge === (await challengeOf(ctx));
      if (isSent) return ctx.json({ page: "sent-code", channel });
      return ctx.json({ page: (await factorsOf(user, ctx)).length ? "app-code" : "send-code" });
    }),
    factors: createAuthEndpoint(
      "/portal/factors",
      { method: "GET", use: [sessionMiddleware] },
      async (ctx) => ctx.json({ factors: await factorsOf(ctx.context.session.user, ctx) }),
    ),
  },
};

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
  plugins: [
    username(),
    phoneNumber(),
    twoFactor({ otpOptions: { sendOTP: sendCode } }),
    portalPages,
  ],
});
await (await getMigrations(auth.options)).runMigrations();
const { internalAdapter } = await auth.$context;

async function provision({ user, password, name, mobile, mailbox }) {
  const body = { email: mailbox, name, username: user, password };
  const { user: created } = await auth.api.signUpEmail({ body });
  const number = mobile ? { phoneNumber: mobile, phoneNumberVerified: true } : {};
  // The first factor is a code that is sent, as an administrator would have set it up.
  await internalAdapter.updateUser(created.id, { ...number, twoFactorEnabled: true });
  return {};
}

const bodyOf = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
};

/** What is not better-auth's: method and path to what is answered. */
const others = {
  "GET /ready": async () => ({}),
  "POST /test/people": async (request) => provision(await bodyOf(request)),
  // What the script of a page makes of a key URI.
  "POST /qr": async (request) => {
    const { uri } = await bodyOf(request);
    return { uri, qr: await QRCode.toDataURL(uri) };
  },
};

const endpoints = toNodeHandler(auth);
const server = createServer(async (request, response) => {
  if (request.url.startsWith("/api/auth/")) return endpoints(request, response);
  const answer = await others[`${request.method} ${request.url}`]?.(request);
  response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(answer ?? {}));
});
server.listen(Number(PORT), "127.0.0.1");
