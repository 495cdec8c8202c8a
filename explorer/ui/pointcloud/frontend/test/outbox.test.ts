import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../src/outbox.ts";

test("a question is sent with those before it until Python has answered them", () => {
  const sent: string[][] = [];
  const numbers: number[] = [];
  const outbox = new Outbox<{ what: string }>((all) => {
    sent.push(all.map(({ what }) => what));
    numbers.push(all.at(-1)!.at);
  });
  outbox.ask({ what: "a" });
  outbox.ask({ what: "b" }); // in the same millisecond
  outbox.hear(0);
  outbox.ask({ what: "c" });
  outbox.hear(numbers[1]!);
  outbox.ask({ what: "d" });
  assert.deepEqual(sent, [["a"], ["a", "b"], ["a", "b", "c"], ["c", "d"]]);
  assert.ok(numbers.every((at, index) => !index || at > numbers[index - 1]!));
});

test("a question counts after a clock was set back", () => {
  let at = 0;
  const outbox = new Outbox<{ what: string }>((all) => (at = all.at(-1)!.at));
  const answered = Date.now() + 3_600_000; // by the clock before
  outbox.hear(answered);
  outbox.ask({ what: "a" });
  assert.ok(at > answered);
});
