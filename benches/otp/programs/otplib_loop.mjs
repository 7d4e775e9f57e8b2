// Verifies the keys and codes of standard input with otplib, and prints for each pass how many
// nanoseconds of processor time a verification took. Arguments: the time in seconds, the passes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const otplib = createRequire(import.meta.url)("../node_modules/otplib");

const base32 = (hex) => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...hex].map((digit) => parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
  return bits.match(/.{5}/g).map((five) => letters[parseInt(five, 2)]).join("");
};
const epoch = Number(process.argv[2]);
const lines = readFileSync(0, "utf8").trim().split("\n");
const users = lines.map((line) => line.split(" ")).map(([key, code]) => [base32(key), code]);
for (let pass = 0; pass < Number(process.argv[3]); pass++) {
  const start = process.cpuUsage();
  let right = 0;
  for (const [secret, token] of users) {
    const found = otplib.verifySync({ secret, token, epoch, epochTolerance: 30 });
    right += found === true || found?.valid ? 1 : 0;
  }
  if (right !== 0) throw new Error("a wrong code is right");
  const { user, system } = process.cpuUsage(start);
  console.log(((user + system) * 1000) / users.length);
}
