import { expect, test } from "vitest";
import { span } from "../src/shared/time";
import { uuid7 } from "../src/shared/uuid";

test("an id tells its time, and later ids sort after earlier ones", () => {
  const [early, late] = [uuid7(1_772_000_000_000), uuid7(1_772_000_000_001)];
  expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(early.replaceAll("-", "").slice(0, 12), 16)).toBe(1_772_000_000_000);
  expect(late > early).toBe(true);
});

test("a length of time is told in its two largest units", () => {
  expect(span(59)).toBe("0 分 59 秒");
  expect(span(3_661)).toBe("1 小时 01 分");
  expect(span(90_000)).toBe("1 天 1 小时");
});
