import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { OLDEST, TARGET, tooYoung } from "../oldest";

test.each([
  ["a.js", "rows.toSorted()"],
  ["a.js", "AbortSignal.timeout(5)"],
  ["a.js", "box.showPopover()"],
  ["a.css", ".a:has(.b){color:red}"],
  ["a.css", ".a{height:100dvh}"],
  ["a.css", ".a{height:1px}@supports (gap:1px){.a{gap:1px}}.b{height:50dvh}"],
  ["a.css", "@media (width>=40em){.a{color:red}}"],
])("in %s, %s is too young", (name, text) => {
  expect(tooYoung(name, text)).toHaveLength(1);
});

test.each([
  ["a.js", "rows.sort(),structuredClone(rows),rows.at(-1),Object.hasOwn(rows,1)"],
  ["a.js", "`popover`in HTMLElement.prototype&&box.showPopover()"],
  ["a.css", ".a{height:100vh;height:100dvh}"],
  ["a.css", ".a{height:100%}@supports (height:100dvh){.a{height:100dvh}}"],
  ["a.css", ".a{background:url(data:image/svg+xml,%3Csvg&:has(1)%3E)}"],
])("in %s, %s is old enough", (name, text) => {
  expect(tooYoung(name, text)).toEqual([]);
});

test.each(["src/field/tabs/phone-part.tsx", "field.html"])("%s names the oldest browsers that are held to", (where) => {
  const words = readFileSync(resolve(import.meta.dirname, "..", where), "utf8");
  const { chrome, safari, firefox } = OLDEST;
  expect(words).toContain(`安卓 Chrome ${chrome}、Safari ${safari}、Firefox ${firefox}`);
  expect(words).toMatch(new RegExp(`Chrome ${chrome}( \\(Android\\))?, Safari ${safari}, Firefox ${firefox}`));
  expect(TARGET).toEqual(["chrome100", "safari15.4", "firefox115"]);
});
