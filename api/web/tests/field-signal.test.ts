/** What the phone says of its signal: what is so now, not what was so when it last asked. */
import { expect, test, vi } from "vitest";
import { reached, settleSession } from "../src/field/phone";
import { openedPhone } from "./opened-phone";

const outside = openedPhone();
const nobody = (): Response =>
  new Response(JSON.stringify({ title: "Nobody is logged in" }), {
    status: 401,
    headers: { "Content-Type": "application/problem+json" },
  });

/** Lets the server answer once, when the function that this returns is called. */
function held(): () => void {
  let answer = (): void => undefined;
  const coming = new Promise<Response>((come) => {
    answer = () => come(nobody());
  });
  vi.stubGlobal("fetch", () => coming);
  return answer;
}

test("an answer says that there is signal", async () => {
  reached.value = false;
  const answer = held();
  const asking = settleSession();
  answer();
  expect(await asking).toBe(true);
  expect(reached.value).toBe(true);
});

test("an answer to what was asked before the signal went does not say that it is there", async () => {
  const answer = held();
  const asking = settleSession();
  outside.dispatchEvent(new Event("offline"));
  answer();
  expect(await asking).toBe(true);
  expect(reached.value).toBe(false);
});
